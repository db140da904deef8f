package dev.recount.topology;

import dev.recount.avro.TraceEvent;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.topology.assembly.TickPartitioner;
import dev.recount.topology.assembly.TraceAssembler;
import dev.recount.topology.convention.SpanMapper;
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
 * The topology: inputs → intake → {@code trace-events} → assembly → records.
 *
 * <p>Nodes pass bytes. Intake knows how to read its input and tells what cannot be read from a
 * registry that does not answer; assembly files most events without decoding them.
 */
public final class RecountTopology {
  private final Topics topics;
  private final TopologyCodecs codecs;
  private final TopologySettings settings;
  private final Redaction redaction;
  private final Topology topology = new Topology();

  private RecountTopology(
      Topics topics, TopologyCodecs codecs, TopologySettings settings, Redaction redaction) {
    this.topics = topics;
    this.codecs = codecs;
    this.settings = settings;
    this.redaction = redaction;
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
    RecountTopology building = new RecountTopology(topics, codecs, settings, redaction);
    building.intake();
    building.assembly();
    return building.topology;
  }

  private void intake() {
    AvroCodec<TraceEvent> events = codecs.traceEvents();
    SpanMapper mapper = settings.interpretation().mapper();
    intake(
        NodeNames.OTLP_SPANS_SOURCE,
        topics.otlpSpans(),
        NodeNames.SPAN_INTAKE,
        () ->
            new SpanIntake(
                events, settings.otlpEncoding(), redaction, mapper, settings.announceAliases()));
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
        () -> new SnapshotIntake(events, codecs.contextSnapshots(), redaction));
    intake(
        NodeNames.DECISIONS_SOURCE,
        topics.agentDecisions(),
        NodeNames.DECISION_INTAKE,
        () ->
            new DecisionIntake(
                events, codecs.decisionEvents(), redaction, settings.announceAliases()));
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
        TraceAssembler.supplier(codecs, settings),
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
