package dev.recount.cli.status;

import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How far consumer groups are behind, counted in records.
 *
 * <p>The ends of transactions take up offsets too, and a group does not commit past those that come
 * last. So a difference of offsets alone would never reach zero; what is left is read instead.
 */
public final class ConsumerLag implements AutoCloseable {
  private static final int ANSWER_MILLIS = 10_000;
  private static final Duration POLL = Duration.ofMillis(200);

  /** Records that are counted one by one; beyond, the difference of offsets is near enough. */
  private static final long COUNTED = 2_000;

  private final Connection connection;
  private final Admin admin;

  /** Opens a connection; it is used when something is asked. */
  public ConsumerLag(Connection connection) {
    this.connection = connection;
    Properties properties = connection.kafkaClientProperties();
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    this.admin = Admin.create(properties);
  }

  /**
   * Where the partitions of topics end now.
   *
   * @throws UserError when Kafka does not answer
   */
  public Map<TopicPartition, Long> ends(Collection<String> topics) {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    await(admin.describeTopics(topics).allTopicNames()).values().stream()
        .forEach(topic -> partitions(topic).forEach(p -> latest.put(p, OffsetSpec.latest())));
    return offsets(latest);
  }

  /**
   * Whether there is a group of that name, at work or not.
   *
   * @throws UserError when Kafka does not answer
   */
  public boolean exists(String group) {
    return await(admin.listGroups().all()).stream()
        .anyMatch(listed -> listed.groupId().equals(group));
  }

  /**
   * Records by topic that a group has yet to process.
   *
   * @throws UserError when Kafka does not answer
   */
  public Map<String, Long> byTopic(String group, Collection<String> topics) {
    Map<String, Long> lag = new TreeMap<>();
    topics.forEach(topic -> lag.put(topic, 0L));
    remaining(group, ends(topics))
        .forEach((partition, left) -> lag.merge(partition.topic(), left, Long::sum));
    return lag;
  }

  /**
   * Whether a group has processed everything before the given offsets.
   *
   * @throws UserError when Kafka does not answer
   */
  public boolean isPast(String group, Map<TopicPartition, Long> ends) {
    return remaining(group, ends).values().stream().allMatch(left -> left == 0);
  }

  /**
   * Records that a group has yet to process before the given offsets.
   *
   * @throws UserError when Kafka does not answer
   */
  public long left(String group, Map<TopicPartition, Long> ends) {
    return remaining(group, ends).values().stream().mapToLong(Long::longValue).sum();
  }

  private Map<TopicPartition, Long> remaining(String group, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> committed = committed(group, ends.keySet());
    Map<TopicPartition, Long> remaining = new HashMap<>();
    Map<TopicPartition, Long> near = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          long left = Math.max(0, end - committed.getOrDefault(partition, 0L));
          remaining.put(partition, left);
          if (left > 0 && left <= COUNTED) {
            near.put(partition, end);
          }
        });
    remaining.putAll(count(committed, near));
    return remaining;
  }

  /** Counts the records from where the group is to the given ends. */
  private Map<TopicPartition, Long> count(
      Map<TopicPartition, Long> from, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> counted = new HashMap<>();
    if (ends.isEmpty()) {
      return counted;
    }
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      consumer.assign(ends.keySet());
      ends.keySet()
          .forEach(
              partition -> {
                consumer.seek(partition, from.getOrDefault(partition, 0L));
                counted.put(partition, 0L);
              });
      Set<TopicPartition> open = new HashSet<>(ends.keySet());
      long deadline = System.nanoTime() + Duration.ofMillis(ANSWER_MILLIS).toNanos();
      while (!open.isEmpty() && System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          if (record.offset() < ends.getOrDefault(partition, 0L)) {
            counted.merge(partition, 1L, Long::sum);
          }
        }
        for (Iterator<TopicPartition> left = open.iterator(); left.hasNext(); ) {
          TopicPartition partition = left.next();
          if (consumer.position(partition) >= ends.getOrDefault(partition, 0L)) {
            left.remove();
          }
        }
      }
      // What could not be read in time still counts by offsets.
      open.forEach(counted::remove);
    }
    return counted;
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Where the group goes on; the beginning of the log where it has committed nothing. */
  private Map<TopicPartition, Long> committed(String group, Set<TopicPartition> partitions) {
    Map<TopicPartition, Long> committed = new HashMap<>();
    Map<TopicPartition, OffsetSpec> beginnings = new HashMap<>();
    partitions.forEach(partition -> beginnings.put(partition, OffsetSpec.earliest()));
    committed.putAll(offsets(beginnings));
    Map<TopicPartition, OffsetAndMetadata> known =
        await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    known.forEach(
        (partition, offset) -> {
          if (offset != null && partitions.contains(partition)) {
            committed.put(partition, offset.offset());
          }
        });
    return committed;
  }

  private Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetSpec> wanted) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    Map<TopicPartition, ListOffsetsResultInfo> found = await(admin.listOffsets(wanted).all());
    found.forEach((partition, offset) -> offsets.put(partition, offset.offset()));
    return offsets;
  }

  private static Set<TopicPartition> partitions(TopicDescription topic) {
    Set<TopicPartition> partitions = new HashSet<>();
    topic
        .partitions()
        .forEach(
            partition -> partitions.add(new TopicPartition(topic.name(), partition.partition())));
    return partitions;
  }

  private <T> T await(KafkaFuture<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException failed) {
      throw new UserError(
          "Kafka at "
              + connection.bootstrapServers()
              + " does not answer: "
              + (failed.getCause() == null ? failed : failed.getCause()).getMessage(),
          "Start Recount with `recount up`, or name the brokers with --bootstrap-servers.",
          failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UserError("Interrupted while waiting for Kafka.", null, interrupted);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
