package dev.recount.cli.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads the pipeline's state, and goes on reading as it changes. Used by one thread at a time. */
public final class PipelineStateReader implements AutoCloseable {
  static final String STATE = "state";
  static final String SETTINGS = "settings";
  static final String HEARTBEAT = "heartbeat";
  static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int ANSWER_MILLIS = 10_000;

  private final KafkaConsumer<String, String> consumer;
  private final Collection<TopicPartition> partitions;
  private PipelineState state;
  private @Nullable Map<String, String> settings;
  private String lastBeat = "";
  private long beats;

  private PipelineStateReader(
      KafkaConsumer<String, String> consumer,
      Collection<TopicPartition> partitions,
      PipelineState initial) {
    this.consumer = consumer;
    this.partitions = partitions;
    this.state = initial;
  }

  /**
   * Reads the state as it is now.
   *
   * @throws UserError when Kafka does not answer
   */
  public static PipelineStateReader open(Connection connection) {
    Topic topic = connection.topics().pipelineState();
    KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            properties(connection), new StringDeserializer(), new StringDeserializer());
    try {
      // Empty where no role has made the topic yet.
      List<PartitionInfo> known = consumer.partitionsFor(topic.name());
      List<TopicPartition> partitions =
          (known == null ? List.<PartitionInfo>of() : known)
              .stream().map(each -> new TopicPartition(topic.name(), each.partition())).toList();
      PipelineStateReader reader =
          new PipelineStateReader(consumer, partitions, PipelineState.initial(connection.topics()));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      reader.readToEnd();
      return reader;
    } catch (KafkaException failed) {
      consumer.close();
      throw new UserError(
          "Kafka at "
              + connection.bootstrapServers()
              + " does not tell the state of the pipeline: "
              + failed.getMessage(),
          "Start Recount with `recount up`, or name the brokers with --bootstrap-servers.",
          failed);
    }
  }

  /**
   * The ID of the topology's application in force, which is also its consumer group.
   *
   * @throws UserError when Kafka does not answer
   */
  public static String applicationInForce(Connection connection) {
    try (PipelineStateReader reader = open(connection)) {
      return reader.state().application();
    }
  }

  /**
   * The connection with the topics that are in force.
   *
   * @throws UserError when Kafka does not answer
   */
  public static Connection inForce(Connection connection) {
    try (PipelineStateReader reader = open(connection)) {
      return connection.withTopics(reader.state().topics(connection.topics()));
    }
  }

  private static Properties properties(Connection connection) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    return properties;
  }

  /** The state as last read. */
  public PipelineState state() {
    return state;
  }

  /** All settings that the live topology was started with last; null when it has not told. */
  public @Nullable Map<String, String> settings() {
    return settings;
  }

  /** Reads what has been written by now. */
  public void readToEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(POLL);
    }
  }

  /** Waits for something new, for so long at most. */
  public void poll(Duration longest) {
    if (partitions.isEmpty()) {
      throw new KafkaException("There is no topic for the state of the pipeline");
    }
    for (ConsumerRecord<String, String> record : consumer.poll(longest)) {
      take(record);
    }
  }

  private void take(ConsumerRecord<String, String> record) {
    try {
      if (STATE.equals(record.key())) {
        state = JSON.readValue(record.value(), PipelineState.class);
      } else if (SETTINGS.equals(record.key())) {
        settings = JSON.readValue(record.value(), new TypeReference<Map<String, String>>() {});
      } else if (HEARTBEAT.equals(record.key())) {
        beats++;
        lastBeat = record.value();
      }
    } catch (JsonProcessingException unreadable) {
      throw new UserError(
          "The state of the pipeline in "
              + record.topic()
              + " is in a form that this version does not know: "
              + unreadable.getOriginalMessage(),
          "Use the version that wrote it, or a later one.",
          unreadable);
    }
  }

  /**
   * Watches for a replay that is at work.
   *
   * @return who it is; empty when none is
   */
  public Optional<String> watch(Duration longest) {
    long before = beats;
    long deadline = System.nanoTime() + longest.toNanos();
    while (beats == before && System.nanoTime() < deadline) {
      poll(POLL);
    }
    return beats == before ? Optional.empty() : Optional.of(lastBeat);
  }

  /** Ends another thread's {@link #poll} at once, with an exception. */
  public void wakeUp() {
    consumer.wakeup();
  }

  /** A value as it is written. */
  static String json(Object value) {
    try {
      return new String(JSON.writeValueAsBytes(value), StandardCharsets.UTF_8);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
