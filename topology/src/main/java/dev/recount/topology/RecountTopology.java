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
import dev.recount.topology.fold.VerdictRows;
import dev.recount.topology.intake.DecisionIntake;
import dev.recount.topology.intake.FeedbackIntake;
import dev.recount.topology.intake.LogIntake;
import dev.recount.topology.intake.SnapshotIntake;
import dev.recount.topology.intake.SpanIntake;
import dev.recount.topology.intake.WantedEvaluators;
import java.util.List;
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
  private final Topics outputs;
  private final TopologyCodecs codecs;
  private final TopologySettings settings;
  private final Redaction redaction;
  private final Configuration configuration;
  private final Topology topology = new Topology();

  private RecountTopology(
      Topics topics,
      Topics outputs,
      TopologyCodecs codecs,
      TopologySettings settings,
      Redaction redaction,
      Configuration configuration) {
    this.topics = topics;
    this.outputs = outputs;
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
    return build(topics, topics, codecs, settings, redaction, configuration);
  }

  /**
   * Builds a topology that reads the same topics, but writes to others: a shadow of the live one.
   * It has the nodes, sources and stores of the live one, so that its application can go on as the
   * live one from the state and offsets that it has. Nothing that it writes is read by either.
   *
   * @param outputs what it writes to, the log of traces included
   * @param configuration what is to be in force, and what holds in place of what the log says
   */
  public static Topology buildShadow(
      Topics topics,
      Topics outputs,
      TopologyCodecs codecs,
      TopologySettings settings,
      Configuration configuration) {
    return build(topics, outputs, codecs, settings, Redaction.none(), configuration);
  }

  private static Topology build(
      Topics topics,
      Topics outputs,
      TopologyCodecs codecs,
      TopologySettings settings,
      Redaction redaction,
      Configuration configuration) {
    RecountTopology building =
        new RecountTopology(topics, outputs, codecs, settings, redaction, configuration);
    building.intake();
    building.assembly();
    building.alerting();
    return building.topology;
  }

  private void intake() {
    AvroCodec<TraceEvent> events = codecs.traceEvents();
    SpanMapper mapper = settings.interpretation().mapper();
    WantedEvaluators evaluators = new WantedEvaluators(configuration);
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
            new LogIntake(
                events,
                settings.otlpEncoding(),
                redaction,
                evaluators,
                settings.announceAliases()));
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
    sink(NodeNames.INTAKE_EVENTS, outputs.traceEvents(), intakes);
    sink(NodeNames.INTAKE_DEAD_LETTERS, outputs.deadLetters(), intakes);
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
        outputs.traceEvents().name(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        new TickPartitioner(),
        NodeNames.ASSEMBLER);
    output(NodeNames.DECISION_RECORDS, outputs.decisionRecords());
    output(NodeNames.TRACE_RECORDS, outputs.traceRecords());
    output(NodeNames.RETAINED_SPANS, outputs.retainedSpans());
    output(NodeNames.SNAPSHOT_RECORDS, outputs.snapshotRecords());
    output(NodeNames.SNAPSHOT_CONTENTS, outputs.snapshotContents());
    output(NodeNames.EVALUATIONS, outputs.evaluations());
    output(NodeNames.FEEDBACK_RECORDS, outputs.feedbackRecords());
    output(NodeNames.UNMATCHED_FEEDBACK, outputs.unmatchedFeedback());
    output(NodeNames.ASSEMBLY_DEAD_LETTERS, outputs.deadLetters());
  }

  /**
   * The same nodes whatever the rules: another shape of the topology would need another application
   * ID.
   */
  private void alerting() {
    AlertRules rules = settings.alertRules();
    source(NodeNames.EVALUATION_ROWS_SOURCE, topics.evaluations());
    source(NodeNames.TRACE_ROWS_SOURCE, topics.traceRecords());
    source(NodeNames.DECISION_ROWS_SOURCE, topics.decisionRecords());
    observers(
        List.of(
            NodeNames.EVALUATION_ROWS_SOURCE,
            NodeNames.TRACE_ROWS_SOURCE,
            NodeNames.DECISION_ROWS_SOURCE),
        List.of(
            NodeNames.EVALUATION_OBSERVER, NodeNames.TRACE_OBSERVER, NodeNames.DECISION_OBSERVER),
        new RowObserver.Route(NodeNames.OBSERVATIONS, NodeNames.OBSERVATION_DEAD_LETTERS));
    // Alerts are of all traces: rows that are in no topic since their trace is not kept count too.
    observers(
        List.of(NodeNames.ASSEMBLER, NodeNames.ASSEMBLER, NodeNames.ASSEMBLER),
        List.of(
            NodeNames.UNRETAINED_EVALUATION_OBSERVER,
            NodeNames.UNRETAINED_TRACE_OBSERVER,
            NodeNames.UNRETAINED_DECISION_OBSERVER),
        new RowObserver.Route(
            NodeNames.UNRETAINED_OBSERVATIONS, NodeNames.UNRETAINED_OBSERVATION_DEAD_LETTERS));
    source(NodeNames.OBSERVATIONS_SOURCE, topics.alertObservations());
    topology.addProcessor(
        NodeNames.ALERT_EVALUATOR,
        AlertEvaluator.supplier(codecs, rules, settings),
        NodeNames.OBSERVATIONS_SOURCE);
    observationSink(NodeNames.ALERT_TICKS, NodeNames.ALERT_EVALUATOR);
    sink(NodeNames.ALERTS, outputs.alerts(), NodeNames.ALERT_EVALUATOR);
    sink(NodeNames.ALERT_DEAD_LETTERS, outputs.deadLetters(), NodeNames.ALERT_EVALUATOR);
  }

  /** Observers of evaluations, traces and decisions, in this order, and where they lead. */
  private void observers(List<String> parents, List<String> names, RowObserver.Route route) {
    AlertRules rules = settings.alertRules();
    List<ProcessorSupplier<byte[], byte[], byte[], byte[]>> suppliers =
        List.of(
            RowObserver.ofEvaluations(
                codecs, rules, route, row -> !VerdictRows.faultsDecision(row)),
            RowObserver.ofTraces(codecs, rules, route),
            RowObserver.ofDecisions(codecs, rules, route));
    for (int i = 0; i < names.size(); i++) {
      topology.addProcessor(names.get(i), suppliers.get(i), parents.get(i));
    }
    String[] observers = names.toArray(new String[0]);
    observationSink(route.observations(), observers);
    sink(route.deadLetters(), outputs.deadLetters(), observers);
  }

  private void observationSink(String name, String... parents) {
    topology.addSink(
        name,
        outputs.alertObservations().name(),
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
