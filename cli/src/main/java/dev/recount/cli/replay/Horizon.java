package dev.recount.cli.replay;

import dev.recount.schemas.Connection;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Where the log begins, once the broker has removed something of it. Traces that began before are
 * not in it as a whole: their rows cannot be derived and are carried over as they are.
 */
final class Horizon {
  private static final Duration POLL = Duration.ofMillis(200);

  private Horizon() {}

  /**
   * The first millisecond after what is left of the partitions begins, in the one where that is
   * latest; empty while nothing has been removed.
   *
   * @param beginnings the first offset of each partition of the log
   * @param oldest of each topic, when the youngest can have been appended that is no more
   */
  static Optional<Instant> of(
      Connection connection,
      Map<TopicPartition, Long> beginnings,
      Function<String, Instant> oldest) {
    Map<TopicPartition, Long> cut = new HashMap<>(beginnings);
    cut.values().removeIf(offset -> offset == 0);
    if (cut.isEmpty()) {
      return Optional.empty();
    }
    Map<TopicPartition, Instant> first = first(connection, cut);
    Instant latest = Instant.MIN;
    for (TopicPartition partition : cut.keySet()) {
      Instant known = first.get(partition);
      // What is gone may have been appended in the same millisecond.
      Instant begins = known == null ? oldest.apply(partition.topic()) : known.plusMillis(1);
      latest = begins.isAfter(latest) ? begins : latest;
    }
    return Optional.of(latest);
  }

  /**
   * Likewise of a log that a replay has derived from the raw topics: what began before its first
   * entry of all has never been in it, though nothing of it has been removed.
   */
  static Optional<Instant> ofDerived(
      Connection connection,
      Map<TopicPartition, Long> beginnings,
      Function<String, Instant> oldest) {
    Optional<Instant> removed = of(connection, beginnings, oldest);
    return removed.isPresent()
        ? removed
        : first(connection, beginnings).values().stream().min(Comparator.naturalOrder());
  }

  /** When the first of what is left of partitions was appended, where anything is. */
  private static Map<TopicPartition, Instant> first(
      Connection connection, Map<TopicPartition, Long> beginnings) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
    Map<TopicPartition, Instant> first = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Map<TopicPartition, Long> ends = consumer.endOffsets(beginnings.keySet());
      for (Map.Entry<TopicPartition, Long> partition : beginnings.entrySet()) {
        consumer.assign(List.of(partition.getKey()));
        consumer.seek(partition.getKey(), partition.getValue());
        while (!first.containsKey(partition.getKey())
            && consumer.position(partition.getKey()) < ends.getOrDefault(partition.getKey(), 0L)) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            first.put(partition.getKey(), Instant.ofEpochMilli(record.timestamp()));
          }
        }
      }
    }
    return first;
  }

  /**
   * A condition that holds for the rows of a table that the log tells all about: those of traces
   * that began at the horizon or later. Of feedback it holds for what was joined to such a trace:
   * what else would have been joined to what is gone cannot be known.
   */
  static String after(ReplayedTable table, String live, Instant horizon) {
    String earlier =
        "(SELECT trace_id FROM " + live + ".traces WHERE key_time < " + literal(horizon) + ")";
    if (table.name().equals("feedback")) {
      return "feedback_id NOT IN (SELECT feedback_id FROM "
          + live
          + ".feedback FINAL WHERE trace_id = '' OR key_time < "
          + literal(horizon)
          + " OR trace_id IN "
          + earlier
          + ")";
    }
    return "key_time >= " + literal(horizon) + " AND trace_id NOT IN " + earlier;
  }

  /** Puts the rows of traces that began before the horizon into the rebuilt tables. */
  static void carryOver(
      ClickHouseConnection clickHouse, String live, String rebuilt, Instant horizon) {
    for (ReplayedTable table : ReplayedTable.ALL) {
      // What was derived of them lacks their beginning.
      clickHouse.execute(
          "DELETE FROM "
              + rebuilt
              + "."
              + table.name()
              + " WHERE NOT ("
              + after(table, live, horizon)
              + ")");
      clickHouse.execute(
          "INSERT INTO "
              + rebuilt
              + "."
              + table.name()
              + " SELECT * FROM "
              + live
              + "."
              + table.name()
              + " WHERE NOT ("
              + after(table, live, horizon)
              + ") SETTINGS max_partitions_per_insert_block = 0");
    }
  }

  private static String literal(Instant time) {
    return "fromUnixTimestamp64Milli(" + time.toEpochMilli() + ", 'UTC')";
  }
}
