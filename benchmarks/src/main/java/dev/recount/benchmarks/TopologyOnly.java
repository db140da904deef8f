package dev.recount.benchmarks;

import dev.recount.avro.Phase;
import dev.recount.avro.TraceRecord;
import dev.recount.local.kafka.EmbeddedKafka;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.TopicCreator;
import dev.recount.topology.RecountTopology;
import dev.recount.topology.StreamsConfiguration;
import dev.recount.topology.TopologySettings;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The topology alone: {@code otlp_spans} filled beforehand on an embedded broker, then Streams
 * started, and the time taken until every trace has its settled record. No receiver, no sink, no
 * ClickHouse; the registry is in memory.
 */
@Command(
    name = "run-topology-only",
    mixinStandardHelpOptions = true,
    description = "Measures the topology alone on an embedded broker.")
public final class TopologyOnly implements Callable<Integer> {
  private static final int SPANS_PER_RECORD = 500;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Option(
      names = "--traces",
      defaultValue = "60000",
      description = "Traces of ten spans. Default: ${DEFAULT-VALUE}")
  private int traces;

  @Option(
      names = "--partitions",
      defaultValue = "4",
      description = "Partitions of each topic. Default: ${DEFAULT-VALUE}")
  private int partitions;

  @Option(
      names = "--set",
      description =
          "Topology setting, NAME=VALUE; those of Kafka Streams with streams. in front. May repeat.")
  private Map<String, String> settings = new HashMap<>();

  @Option(
      names = "--profile",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Sample where time goes, which costs a few per cent. Default: on")
  private boolean profile = true;

  /** Runs it. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new TopologyOnly()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("recount-topology-only-");
    Path logs = folder.resolve("kafka");
    Path state = folder.resolve("state");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(logs, 0, Map.of())) {
      Connection connection = Connection.plain(kafka.bootstrapServers(), "http://unused");
      try (Admin admin = Admin.create(connection.kafkaClientProperties())) {
        TopicCreator.createMissing(admin, connection.topics(), partitions, (short) 1);
        awaitLeaders(admin, connection.topics().all());
      }
      long bytes = load(connection);
      System.out.printf(
          "Loaded %,d spans in %,d traces, %,d bytes a span%n", spans(), traces, bytes / spans());
      measure(connection, state);
      reportBytes(connection, logs, state);
    } finally {
      TemporaryFolders.delete(folder);
    }
    return 0;
  }

  /**
   * Waits until every partition can be written to. A producer that pipelines its first records to a
   * partition whose log is still being made can have the third accepted before the first; the
   * broker then refuses the first until the producer gives up.
   */
  private void awaitLeaders(Admin admin, List<Topic> topics) throws InterruptedException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (Topic topic : topics) {
      for (int partition = 0; partition < partitions; partition++) {
        ends.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
      }
    }
    try {
      admin.listOffsets(ends).all().get();
    } catch (ExecutionException failed) {
      throw new IllegalStateException("The topics did not become ready", failed);
    }
  }

  private long spans() {
    return (long) traces * AgentTraces.SPANS_PER_RUN;
  }

  private long load(Connection connection) throws InterruptedException, ExecutionException {
    AgentTraces agents = new AgentTraces(1, System.currentTimeMillis() * 1_000_000);
    Properties properties = connection.kafkaClientProperties();
    properties.put("linger.ms", "5");
    properties.put("compression.type", "lz4");
    properties.put("max.request.size", "4000000");
    long bytes = 0;
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Span> batch = new ArrayList<>();
      int partition = 0;
      for (int trace = 0; trace < traces; trace++) {
        batch.addAll(agents.trace(trace, AgentTraces.SPANS_PER_RUN));
        if (batch.size() >= SPANS_PER_RECORD || trace == traces - 1) {
          byte[] export = AgentTraces.export(batch);
          bytes += export.length;
          String topic = connection.topics().otlpSpans().name();
          sent.add(
              producer.send(new ProducerRecord<>(topic, partition++ % partitions, null, export)));
          batch.clear();
        }
      }
      for (Future<RecordMetadata> acknowledged : sent) {
        acknowledged.get();
      }
    }
    return bytes;
  }

  private void measure(Connection connection, Path state) throws Exception {
    Map<String, String> topology = new HashMap<>(Map.of("settle.quiet.ms", "1000"));
    Map<String, String> streamsOverrides = new HashMap<>();
    settings.forEach(
        (name, value) -> {
          if (name.startsWith("streams.")) {
            streamsOverrides.put(name.substring("streams.".length()), value);
          } else {
            topology.put(name, value);
          }
        });
    KafkaStreams streams =
        new KafkaStreams(
            RecountTopology.build(
                connection.topics(), LogEntries.CODECS, TopologySettings.fromMap(topology)),
            StreamsConfiguration.of(connection, "topology-only", state, streamsOverrides));
    ProcessUsage own = ProcessUsage.ofThisProcess("topology and broker");
    try (streams;
        Settled settled = new Settled(connection)) {
      long cpuBefore = own.cpuMillis();
      long began = System.nanoTime();
      streams.start();
      while (streams.state() != KafkaStreams.State.RUNNING) {
        Thread.onSpinWait();
        if (streams.state() == KafkaStreams.State.ERROR) {
          throw new IllegalStateException("Streams did not start");
        }
      }
      long running = System.nanoTime();
      System.out.printf("Streams running after %.1f s%n", (running - began) / 1e9);
      try (HotSpots hotSpots = profile ? new HotSpots() : null) {
        settled.await(traces);
        report(running, settled, own.cpuMillis() - cpuBefore);
        if (hotSpots != null) {
          Path recording = HotSpots.file("topology-only.jfr");
          hotSpots.stop(recording).forEach(System.out::println);
          System.out.println("Recording: " + recording.toAbsolutePath().normalize());
        }
      }
      System.out.printf("Resident memory at its peak: %,d MB%n", own.peakBytes() >> 20);
    }
  }

  private void report(long running, Settled settled, long cpuMillis) {
    double seconds = (settled.finished - running) / 1e9;
    System.out.printf(
        "%,d traces settled in %.1f s: %,.0f spans/s from the start of Streams to the last record%n",
        traces, seconds, spans() / seconds);
    System.out.printf(
        "%,.0f spans/s between the first and the last tenth of the records%n",
        settled.middleRate() * AgentTraces.SPANS_PER_RUN);
    System.out.printf(
        "%.1f s of processor time, %.0f µs a span (broker, topology, garbage collection)%n",
        cpuMillis / 1e3, cpuMillis * 1e3 / spans());
  }

  private void reportBytes(Connection connection, Path logs, Path state) throws IOException {
    System.out.println("Bytes a span on disk");
    for (Topic topic : connection.topics().all()) {
      reportBytes("topic " + topic.name(), directories(logs, topic.name() + "-"), ".log");
    }
    for (String store :
        List.of(
            "trace-headers", "trace-links", "trace-entries", "trace-timers", "trace-emissions")) {
      reportBytes(
          "changelog of " + store,
          directories(logs, "topology-only-" + store + "-changelog-"),
          ".log");
      reportBytes("store " + store, directories(state, store), "");
    }
  }

  private void reportBytes(String what, List<Path> folders, String suffix) {
    long bytes = folders.stream().mapToLong(folder -> TemporaryFolders.bytes(folder, suffix)).sum();
    if (bytes > spans()) {
      System.out.printf("  %,7d  %s%n", bytes / spans(), what);
    }
  }

  private static List<Path> directories(Path root, String prefix) throws IOException {
    try (var all = Files.walk(root)) {
      return all.filter(Files::isDirectory)
          .filter(path -> path.getFileName().toString().matches(prefix + "\\d*"))
          .toList();
    }
  }

  /** Counts the traces that have a settled record. */
  private static final class Settled implements AutoCloseable {
    private final KafkaConsumer<String, byte[]> consumer;
    private final Set<String> traces = new HashSet<>();
    private final List<long[]> progress = new ArrayList<>();
    private long finished;

    Settled(Connection connection) {
      Properties properties = connection.kafkaClientProperties();
      properties.put("isolation.level", "read_committed");
      properties.put("auto.offset.reset", "earliest");
      consumer =
          new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
      List<TopicPartition> partitions = new ArrayList<>();
      for (PartitionInfo partition :
          consumer.partitionsFor(connection.topics().traceRecords().name())) {
        partitions.add(new TopicPartition(partition.topic(), partition.partition()));
      }
      consumer.assign(partitions);
    }

    void await(int expected) {
      long lastNews = System.nanoTime();
      while (traces.size() < expected) {
        int before = traces.size();
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          TraceRecord row = LogEntries.CODECS.traceRecords().decode(record.value());
          if (row.getPhase() != Phase.provisional) {
            traces.add(row.getTraceId());
          }
        }
        long now = System.nanoTime();
        if (traces.size() > before) {
          lastNews = now;
          progress.add(new long[] {now, traces.size()});
        } else if (now - lastNews > PATIENCE.toNanos()) {
          throw new IllegalStateException(
              "Nothing new for " + PATIENCE + "; " + traces.size() + " of " + expected + " traces");
        }
      }
      finished = System.nanoTime();
    }

    /** Traces a second, leaving out how it begins and ends. */
    double middleRate() {
      return Rates.middle(progress);
    }

    @Override
    public void close() {
      consumer.close();
    }
  }
}
