package dev.recount.cli.recorded;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.Phase;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.TraceRecord;
import dev.recount.connectors.importing.ImportOptions;
import dev.recount.connectors.importing.ImportProgress;
import dev.recount.connectors.importing.ImportResult;
import dev.recount.connectors.importing.ImportTargets;
import dev.recount.connectors.importing.RunFormats;
import dev.recount.connectors.importing.RunImport;
import dev.recount.connectors.kafka.KafkaGateway;
import dev.recount.connectors.otlp.OtlpReceiver;
import dev.recount.connectors.otlp.OtlpSettings;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.SnapshotSeries;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.topology.RecountTopology;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the topology makes of the 100 recorded runs of τ-bench: imported as {@code recount import}
 * does, over OTLP through the receiver, settled on a test driver.
 *
 * @param imported what was sent
 * @param decisions settled rows of decisions
 * @param traces settled rows of traces
 * @param evaluations settled rows of evaluations
 * @param snapshots settled manifests of context snapshots
 * @param manifestBytes size of the values of {@code snapshot-records} that they came in
 * @param contents values of {@code snapshot-contents}
 * @param contentBytes their size
 */
public record RecordedRuns(
    ImportResult imported,
    List<DecisionRecord> decisions,
    List<TraceRecord> traces,
    List<Evaluation> evaluations,
    List<SnapshotRecord> snapshots,
    long manifestBytes,
    List<SnapshotContents> contents,
    long contentBytes) {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  /** The recorded runs; skips the test where they are not there. */
  public static Path file() {
    String folder =
        System.getenv().getOrDefault("RECOUNT_TEST_DATA", "../../shared/data/tau-bench");
    Path file = Path.of(folder, "airline-gpt-4o.json");
    assumeTrue(Files.isReadable(file), file + " is not there; what becomes of it is not checked");
    return file;
  }

  /** Imports the recorded runs and lets every trace settle. */
  public static RecordedRuns of(ImportOptions options, Path stateDirectory) {
    return of(options, stateDirectory, TopologySettings.defaults());
  }

  /** Likewise with settings of the topology. */
  static RecordedRuns of(ImportOptions options, Path stateDirectory, TopologySettings settings) {
    Topics topics = Topics.withPrefix("");
    MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
    TopologyCodecs codecs = TopologyCodecs.of(registry, topics);
    Sent sent = new Sent();
    ImportResult imported = send(options, sent, topics, registry);
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "recorded-runs");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
    try (TopologyTestDriver driver =
        new TopologyTestDriver(
            RecountTopology.build(topics, codecs, settings), properties, START)) {
      for (Sent.One one : sent.records) {
        driver
            .createInputTopic(one.topic, new ByteArraySerializer(), new ByteArraySerializer())
            .pipeInput(new TestRecord<>(one.key, one.value, START));
      }
      // A tick stands for each interval in which a partition is idle: the log's clock goes on.
      Duration tick = Duration.ofSeconds(1);
      for (int i = 0; i < 60; i++) {
        driver.advanceWallClockTime(tick);
      }
      List<byte[]> manifests =
          values(driver, topics.snapshotRecords()).stream()
              .filter(value -> isSettled(codecs.snapshotRecords().decode(value).getPhase()))
              .toList();
      List<byte[]> contents = values(driver, topics.snapshotContents());
      return new RecordedRuns(
          imported,
          decode(values(driver, topics.decisionRecords()), codecs.decisionRecords()).stream()
              .filter(row -> isSettled(row.getPhase()))
              .toList(),
          decode(values(driver, topics.traceRecords()), codecs.traceRecords()).stream()
              .filter(row -> isSettled(row.getPhase()))
              .toList(),
          decode(values(driver, topics.evaluations()), codecs.evaluations()).stream()
              .filter(row -> isSettled(row.getPhase()) && !row.getDeleted())
              .toList(),
          decode(manifests, codecs.snapshotRecords()).stream()
              .flatMap(record -> SnapshotSeries.snapshots(record).stream())
              .toList(),
          bytes(manifests),
          decode(contents, codecs.snapshotContents()),
          bytes(contents));
    }
  }

  /** IDs of the traces that the runs become, in the order of the file. */
  public static List<String> traceIds() {
    return send(
            ImportOptions.defaults(),
            new Sent(),
            Topics.withPrefix(""),
            new MockSchemaRegistryClient())
        .traceIds();
  }

  /** A trace settles once here; its provisional rows, if it had any, are replaced by then. */
  private static boolean isSettled(Phase phase) {
    return phase == Phase.settled;
  }

  private static ImportResult send(
      ImportOptions options, Sent sent, Topics topics, MockSchemaRegistryClient registry) {
    try (OtlpReceiver receiver =
            OtlpReceiver.start(OtlpSettings.defaults(topics).withPorts(0, 0), sent);
        ImportTargets targets =
            new ImportTargets(
                ImportTargets.overHttp(URI.create("http://127.0.0.1:" + receiver.httpPort())),
                sent,
                topics,
                registry)) {
      return new RunImport(RunFormats.named("tau-bench").orElseThrow(), options, targets)
          .run(file(), ImportProgress.NONE);
    }
  }

  private static List<byte[]> values(TopologyTestDriver driver, Topic topic) {
    return driver
        .createOutputTopic(topic.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readValuesToList();
  }

  private static long bytes(List<byte[]> values) {
    return values.stream().mapToLong(value -> value.length).sum();
  }

  private static <T extends SpecificRecordBase> List<T> decode(
      List<byte[]> values, AvroCodec<T> codec) {
    return values.stream().map(codec::decode).toList();
  }

  /** Stands for Kafka: keeps records in the order in which they were sent. */
  private static final class Sent implements KafkaGateway {
    private record One(String topic, byte @Nullable [] key, byte[] value) {}

    private final Queue<One> records = new ConcurrentLinkedQueue<>();

    @Override
    public CompletableFuture<Void> send(String topic, byte @Nullable [] key, byte[] value) {
      records.add(new One(topic, key, value));
      return CompletableFuture.completedFuture(null);
    }
  }
}
