package dev.recount.topology;

import com.google.protobuf.ByteString;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.TraceRecord;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.SnapshotSeries;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.schemas.redaction.Redaction;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * The whole topology on a test driver. Time is the log's time: it advances only when a test says
 * so, and a tick stands for the one that an idle partition would write.
 */
final class Pipeline implements AutoCloseable {
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  final Topics topics = Topics.withPrefix("");
  final TopologyCodecs codecs = TopologyCodecs.of(new MockSchemaRegistryClient(), topics);
  private final TopologyTestDriver driver;
  private Instant now = START;

  Pipeline(Path stateDirectory) {
    // Without evaluators, whose verdicts would stand beside what a test is about.
    this(stateDirectory, TopologySettings.fromMap(Map.of("evaluators", "none")));
  }

  Pipeline(Path stateDirectory, TopologySettings settings) {
    this(stateDirectory, settings, Redaction.none());
  }

  Pipeline(Path stateDirectory, TopologySettings settings, Redaction redaction) {
    this(stateDirectory, settings, redaction, Configuration.of(settings));
  }

  Pipeline(
      Path stateDirectory,
      TopologySettings settings,
      Redaction redaction,
      Configuration configuration) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    driver =
        new TopologyTestDriver(
            RecountTopology.build(topics, codecs, settings, redaction, configuration),
            properties,
            START);
  }

  /** Lets time pass, on the wall and in the log. */
  void pass(Duration duration) {
    Instant until = now.plus(duration);
    while (now.isBefore(until)) {
      Duration step = Duration.ofSeconds(1);
      now = now.plus(step);
      driver.advanceWallClockTime(step);
    }
  }

  void send(Topic topic, byte[] value) {
    send(topic, new byte[0], value);
  }

  void send(Topic topic, byte @Nullable [] key, byte[] value) {
    driver
        .createInputTopic(topic.name(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>(key, value, now));
  }

  void send(Span... spans) {
    TracesData data =
        TracesData.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(List.of(spans))))
            .build();
    send(topics.otlpSpans(), data.toByteArray());
  }

  void send(ContextSnapshot snapshot) {
    send(topics.contextSnapshots(), codecs.contextSnapshots().encode(snapshot));
  }

  void send(DecisionEvent decision) {
    send(topics.agentDecisions(), codecs.decisionEvents().encode(decision));
  }

  void send(FeedbackEvent feedback) {
    send(topics.feedback(), codecs.feedbackEvents().encode(feedback));
  }

  List<TestRecord<byte[], byte[]>> read(Topic topic) {
    return driver
        .createOutputTopic(topic.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  <T extends SpecificRecordBase> List<T> read(Topic topic, AvroCodec<T> codec) {
    return read(topic).stream().map(record -> codec.decode(record.value())).toList();
  }

  List<TraceRecord> traceRecords() {
    return read(topics.traceRecords(), codecs.traceRecords());
  }

  List<DecisionRecord> decisionRecords() {
    return read(topics.decisionRecords(), codecs.decisionRecords());
  }

  List<SnapshotRecord> snapshotRecords() {
    return read(topics.snapshotRecords(), codecs.snapshotRecords()).stream()
        .flatMap(record -> SnapshotSeries.snapshots(record).stream())
        .toList();
  }

  List<FeedbackRecord> feedbackRecords() {
    return read(topics.feedbackRecords(), codecs.feedbackRecords());
  }

  /** The last revision of each row. */
  static <T> List<T> latest(List<T> rows, Function<T, String> key) {
    Map<String, T> latest = new LinkedHashMap<>();
    rows.forEach(row -> latest.put(key.apply(row), row));
    return List.copyOf(latest.values());
  }

  static ByteString id(String hexadecimal) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hexadecimal));
  }

  Instant now() {
    return now;
  }

  @Override
  public void close() {
    driver.close();
  }
}
