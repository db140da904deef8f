package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.status.ConsumerLag;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.topology.RecountTopology;
import dev.recount.topology.StreamsConfiguration;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A log that is replayed gives the same records, byte by byte, as the run that wrote it. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class ReplayLogTest {
  private static final Logger log = LoggerFactory.getLogger(ReplayLogTest.class);
  private static final Duration POLL = Duration.ofMillis(200);

  @Test
  void aReplayedLogGivesTheSameRecords(@TempDir Path folder)
      throws ExecutionException, InterruptedException {
    List<Telemetry> events = TelemetryGenerator.generate(OracleStack.TRACES, OracleStack.SEED + 2);
    try (OracleStack stack = OracleStack.start()) {
      runLive(stack, events);
      Connection live = stack.connection();
      createLog(live, Topics.withPrefix("replayed.").traceEvents());
      Connection replayed = stack.withPrefix("replayed.");
      long copied = copy(live, replayed);
      replay(replayed, folder);
      for (int i = 0; i < records(live.topics()).size(); i++) {
        Topic wanted = records(live.topics()).get(i);
        Topic found = records(replayed.topics()).get(i);
        Map<String, List<String>> before = byKey(live, wanted);
        Map<String, List<String>> after = byKey(replayed, found);
        log.info(
            "{}: {} keys, {} records from {} entries of the log",
            wanted.name(),
            before.size(),
            before.values().stream().mapToInt(List::size).sum(),
            copied);
        assertThat(after.keySet()).as(wanted.name()).isEqualTo(before.keySet());
        assertThat(before).as(wanted.name()).isNotEmpty();
        if (isWrittenByTwoPartitions(live.topics(), wanted)) {
          before.values().forEach(Collections::sort);
          after.values().forEach(Collections::sort);
        }
        before.forEach(
            (key, records) ->
                assertThat(after.get(key)).as(wanted.name() + " " + key).isEqualTo(records));
      }
    }
  }

  /**
   * Feedback by alias is reported by the alias's partition and, once linked, by its trace's; an
   * edit may take it to another trace. Which of two partitions is replayed first nobody promises;
   * the revision says which row holds.
   */
  private static boolean isWrittenByTwoPartitions(Topics topics, Topic topic) {
    return topic.equals(topics.feedbackRecords()) || topic.equals(topics.unmatchedFeedback());
  }

  /** A run that is sampled, by some rules and later by others: a replay finds them in the log. */
  private static Map<String, String> sampled(String rules) {
    Map<String, String> settings = new HashMap<>(OracleStack.SETTINGS);
    settings.put(TopologySettings.SAMPLING_RULES, rules);
    return settings;
  }

  /** A run with a crash in it: what was rolled back must not show in the log either. */
  private static void runLive(OracleStack stack, List<Telemetry> events) {
    try (Load load = Load.start(stack.connection(), events)) {
      TopologyProcess killed = stack.topology("live", sampled("default"));
      long before = stack.written();
      OracleStack.await(
          "progress of the topology",
          () -> {
            killed.requireAlive();
            return stack.written() > before + 500;
          });
      killed.kill();
      String half = "rules: [{name: half, decision: 50%}]";
      try (TopologyProcess again = stack.topology("live", sampled(half))) {
        load.finish();
        stack.awaitDrained();
        again.requireAlive();
      }
    }
  }

  /** The copied log keeps the times at which the first one was written. */
  private static void createLog(Connection connection, Topic topic)
      throws ExecutionException, InterruptedException {
    NewTopic created =
        new NewTopic(topic.name(), Optional.of(OracleStack.PARTITIONS), Optional.empty())
            .configs(
                Map.of(
                    TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                    "CreateTime",
                    TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                    Integer.toString(topic.maximumBytes())));
    try (Admin admin = Admin.create(connection.kafkaClientProperties())) {
      admin.createTopics(List.of(created)).all().get();
    }
  }

  private static long copy(Connection from, Connection to)
      throws ExecutionException, InterruptedException {
    Properties properties = to.kafkaClientProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    List<Future<RecordMetadata>> copied = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      read(
          from,
          from.topics().traceEvents(),
          record ->
              copied.add(
                  producer.send(
                      new ProducerRecord<>(
                          to.topics().traceEvents().name(),
                          record.partition(),
                          record.timestamp(),
                          record.key(),
                          record.value(),
                          record.headers()))));
    }
    for (Future<RecordMetadata> each : copied) {
      each.get();
    }
    return copied.size();
  }

  private static void replay(Connection connection, Path folder) {
    Map<String, String> settings = new HashMap<>(OracleStack.SETTINGS);
    settings.put("live", "false");
    String application = "replayed";
    try (KafkaStreams streams =
            new KafkaStreams(
                RecountTopology.build(
                    connection.topics(),
                    TopologyCodecs.of(connection.newRegistryClient(), connection.topics()),
                    TopologySettings.fromMap(settings)),
                StreamsConfiguration.of(connection, application, folder, Map.of()));
        ConsumerLag lag = new ConsumerLag(connection)) {
      Map<TopicPartition, Long> end = lag.ends(Set.of(connection.topics().traceEvents().name()));
      streams.start();
      OracleStack.await("replay", () -> lag.isPast(application, end));
    }
  }

  private static List<Topic> records(Topics topics) {
    return List.of(
        topics.decisionRecords(),
        topics.traceRecords(),
        topics.snapshotRecords(),
        topics.snapshotContents(),
        topics.evaluations(),
        topics.feedbackRecords(),
        topics.unmatchedFeedback(),
        topics.retainedSpans());
  }

  /**
   * The records of a topic by key, in order, with their times, without the registry's schema IDs.
   */
  private static Map<String, List<String>> byKey(Connection connection, Topic topic) {
    Map<String, List<String>> byKey = new TreeMap<>();
    read(
        connection,
        topic,
        record ->
            byKey
                .computeIfAbsent(
                    new String(record.key(), StandardCharsets.UTF_8), key -> new ArrayList<>())
                .add(
                    record.timestamp()
                        + " "
                        + HexFormat.of()
                            .formatHex(
                                record.value(), AvroCodec.HEADER_BYTES, record.value().length)));
    return byKey;
  }

  private static void read(
      Connection connection, Topic topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Collection<TopicPartition> partitions =
          consumer.partitionsFor(topic.name()).stream()
              .map(partition -> new TopicPartition(topic.name(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.seekToBeginning(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(POLL).forEach(reader);
      }
    }
  }
}
