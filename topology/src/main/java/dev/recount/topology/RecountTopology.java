package dev.recount.topology;

import dev.recount.avro.TraceEvent;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.topology.alerting.AlertEvaluator;
import dev.recount.topology.alerting.AlertPartitioner;
import dev.recount.topology.alerting.AlertRules;
import dev.recount.topology.alerting.RowObserver;
import dev.recount.topology.assembly.TickPartitioner;
import dev.recount.topology.assembly.TraceAssembler;
import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.intake.DecisionIntake;
import dev.recount.topology.intake.FeedbackIntake;
import dev.recount.topology.intake.LogIntake;
import dev.recount.topology.intake.SnapshotIntake;
import dev.recount.topology.intake.SpanIntake;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * The topology: inputs → intake → {@code trace-events} → assembly → records → alerts.
 *
 * <p>Nodes pass bytes. Intake knows how to read its input and tells what cannot be read from a
 * registry that does not answer; assembly files most events without decoding them.
 */
public final class RecountTopology {
  private final Topics topics;
  private final TopologyCodecs codecs;
  private final TopologySettings settings;
  private final Redaction redaction;
  private final Configuration configuration;
  private final Topology topology = new Topology();

  private RecountTopology(
      Topics topics,
      TopologyCodecs codecs,
      TopologySettings settings,
      Redaction redaction,
      Configuration configuration) {
    this.topics = topics;
    this.codecs = codecs;
    this.settings = settings;
    this.redaction = redaction;
    this.configuration = configuration;
  }

  /** Builds the topology. Pure: it touches neither Kafka nor the registry. */
  public static Topology build(Topics topics, TopologyCodecs codecs, TopologySettings settings) {
    return build(topics, codecs, settings, Redaction.none());
  }

  /**
   * Builds the topology likewise.
   *
   * @param redaction applied to every input before it is logged
   */
  public static Topology build(
      Topics topics, TopologyCodecs codecs, TopologySettings settings, Redaction redaction) {
    return build(topics, codecs, settings, redaction, Configuration.of(settings));
  }

  /**
   * Builds the topology likewise.
   *
   * @param configuration what is to be in force, in place of what the settings say of it
   */
  public static Topology build(
      Topics topics,
      TopologyCodecs codecs,
      TopologySettings settings,
      Redaction redaction,
      Configuration configuration) {
    RecountTopology building =
        new RecountTopology(topics, codecs, settings, redaction, configuration);
    building.intake();
    building.assembly();
    building.alerting();
    return building.topology;
  }

  private void intake() {
    AvroCodec<TraceEvent> events = codecs.traceEvents();
    Interpretation interpretation = settings.interpretation();
    SpanMapper mapper = interpretation.mapper();
    Evaluators evaluators = interpretation.evaluators();
    intake(
        NodeNames.OTLP_SPANS_SOURCE,
        topics.otlpSpans(),
        NodeNames.SPAN_INTAKE,
        () ->
            new SpanIntake(
                events,
                settings.otlpEncoding(),
                redaction,
                mapper,
                evaluators,
                settings.announceAliases()));
    intake(
        NodeNames.OTLP_LOGS_SOURCE,
        topics.otlpLogs(),
        NodeNames.LOG_INTAKE,
        () ->
            new LogIntake(events, settings.otlpEncoding(), redaction, settings.announceAliases()));
    intake(
        NodeNames.SNAPSHOTS_SOURCE,
        topics.contextSnapshots(),
        NodeNames.SNAPSHOT_INTAKE,
        () -> new SnapshotIntake(events, codecs.contextSnapshots(), redaction, evaluators));
    intake(
        NodeNames.DECISIONS_SOURCE,
        topics.agentDecisions(),
        NodeNames.DECISION_INTAKE,
        () ->
            new DecisionIntake(
                events,
                codecs.decisionEvents(),
                redaction,
                evaluators,
                settings.announceAliases()));
    intake(
        NodeNames.FEEDBACK_SOURCE,
        topics.feedback(),
        NodeNames.FEEDBACK_INTAKE,
        () -> new FeedbackIntake(events, codecs.feedbackEvents(), redaction));
    String[] intakes = {
      NodeNames.SPAN_INTAKE,
      NodeNames.LOG_INTAKE,
      NodeNames.SNAPSHOT_INTAKE,
      NodeNames.DECISION_INTAKE,
      NodeNames.FEEDBACK_INTAKE
    };
    sink(NodeNames.INTAKE_EVENTS, topics.traceEvents(), intakes);
    sink(NodeNames.INTAKE_DEAD_LETTERS, topics.deadLetters(), intakes);
  }

  private void intake(
      String source,
      Topic topic,
      String intake,
      ProcessorSupplier<byte[], byte[], byte[], byte[]> supplier) {
    source(source, topic);
    topology.addProcessor(intake, supplier, source);
  }

  private void assembly() {
    source(NodeNames.TRACE_EVENTS_SOURCE, topics.traceEvents());
    topology.addProcessor(
        NodeNames.ASSEMBLER,
        TraceAssembler.supplier(codecs, settings, configuration),
        NodeNames.TRACE_EVENTS_SOURCE);
    topology.addSink(
        NodeNames.ASSEMBLY_EVENTS,
        topics.traceEvents().name(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        new TickPartitioner(),
        NodeNames.ASSEMBLER);
    output(NodeNames.DECISION_RECORDS, topics.decisionRecords());
    output(NodeNames.TRACE_RECORDS, topics.traceRecords());
    output(NodeNames.RETAINED_SPANS, topics.retainedSpans());
    output(NodeNames.SNAPSHOT_RECORDS, topics.snapshotRecords());
    output(NodeNames.SNAPSHOT_CONTENTS, topics.snapshotContents());
    output(NodeNames.EVALUATIONS, topics.evaluations());
    output(NodeNames.FEEDBACK_RECORDS, topics.feedbackRecords());
    output(NodeNames.UNMATCHED_FEEDBACK, topics.unmatchedFeedback());
    output(NodeNames.ASSEMBLY_DEAD_LETTERS, topics.deadLetters());
  }

  /**
   * The same nodes whatever the rules: another shape of the topology would need another application
   * ID.
   */
  private void alerting() {
    AlertRules rules = settings.alertRules();
    observer(
        NodeNames.EVALUATION_ROWS_SOURCE,
        topics.evaluations(),
        NodeNames.EVALUATION_OBSERVER,
        RowObserver.ofEvaluations(codecs, rules));
    observer(
        NodeNames.TRACE_ROWS_SOURCE,
        topics.traceRecords(),
        NodeNames.TRACE_OBSERVER,
        RowObserver.ofTraces(codecs, rules));
    observer(
        NodeNames.DECISION_ROWS_SOURCE,
        topics.decisionRecords(),
        NodeNames.DECISION_OBSERVER,
        RowObserver.ofDecisions(codecs, rules));
    String[] observers = {
      NodeNames.EVALUATION_OBSERVER, NodeNames.TRACE_OBSERVER, NodeNames.DECISION_OBSERVER
    };
    observationSink(NodeNames.OBSERVATIONS, observers);
    sink(NodeNames.OBSERVATION_DEAD_LETTERS, topics.deadLetters(), observers);
    source(NodeNames.OBSERVATIONS_SOURCE, topics.alertObservations());
    topology.addProcessor(
        NodeNames.ALERT_EVALUATOR,
        AlertEvaluator.supplier(codecs, rules, settings),
        NodeNames.OBSERVATIONS_SOURCE);
    observationSink(NodeNames.ALERT_TICKS, NodeNames.ALERT_EVALUATOR);
    sink(NodeNames.ALERTS, topics.alerts(), NodeNames.ALERT_EVALUATOR);
    sink(NodeNames.ALERT_DEAD_LETTERS, topics.deadLetters(), NodeNames.ALERT_EVALUATOR);
  }

  private void observer(
      String source,
      Topic topic,
      String observer,
      ProcessorSupplier<byte[], byte[], byte[], byte[]> supplier) {
    source(source, topic);
    topology.addProcessor(observer, supplier, source);
  }

  private void observationSink(String name, String... parents) {
    topology.addSink(
        name,
        topics.alertObservations().name(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        new AlertPartitioner(),
        parents);
  }

  private void output(String node, Topic topic) {
    sink(node, topic, NodeNames.ASSEMBLER);
  }

  private void source(String name, Topic topic) {
    topology.addSource(
        name, new ByteArrayDeserializer(), new ByteArrayDeserializer(), topic.name());
  }

  private void sink(String name, Topic topic, String... parents) {
    topology.addSink(
        name, topic.name(), new ByteArraySerializer(), new ByteArraySerializer(), parents);
  }
}
