package dev.recount.cli.replay;

import dev.recount.schemas.Connection;
import dev.recount.schemas.DeadLetters;
import dev.recount.schemas.Topic;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Letters of the sink that have been overtaken: a later record with the same key stands in their
 * topic, which is compacted. Sent again they would stand last, and compaction would remove the
 * later one. Nothing is lost without them: each record is a whole row.
 */
final class OvertakenLetters {
  private final Connection connection;
  private final Set<String> compacted;

  OvertakenLetters(Connection connection) {
    this.connection = connection;
    this.compacted =
        connection.topics().outputs().stream()
            .filter(topic -> topic.cleanup() != Topic.Cleanup.DELETE)
            .map(Topic::name)
            .collect(Collectors.toSet());
  }

  /** Which of some letters have been overtaken. Reads their topics from where they stood. */
  Set<ConsumerRecord<byte[], byte[]>> among(Iterable<ConsumerRecord<byte[], byte[]>> letters) {
    Map<TopicPartition, Map<ByteBuffer, Long>> wanted = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> letter : letters) {
      place(letter)
          .ifPresent(
              place ->
                  wanted
                      .computeIfAbsent(place.partition(), partition -> new HashMap<>())
                      .put(ByteBuffer.wrap(letter.key()), place.offset()));
    }
    Map<TopicPartition, Map<ByteBuffer, Long>> latest = new HashMap<>();
    wanted.forEach((partition, keys) -> latest.put(partition, latest(partition, keys)));
    Set<ConsumerRecord<byte[], byte[]>> overtaken = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> letter : letters) {
      place(letter)
          .filter(
              place ->
                  latest
                          .getOrDefault(place.partition(), Map.of())
                          .getOrDefault(ByteBuffer.wrap(letter.key()), -1L)
                      > place.offset())
          .ifPresent(place -> overtaken.add(letter));
    }
    return overtaken;
  }

  /** The offset of the last record of each key. */
  private Map<ByteBuffer, Long> latest(TopicPartition partition, Map<ByteBuffer, Long> keys) {
    long from = keys.values().stream().mapToLong(offset -> offset).min().orElseThrow();
    Map<ByteBuffer, Long> latest = new HashMap<>();
    TopicScan.read(
        connection,
        partition,
        from,
        record -> {
          if (record.key() != null && keys.containsKey(ByteBuffer.wrap(record.key()))) {
            latest.put(ByteBuffer.wrap(record.key()), record.offset());
          }
        });
    return latest;
  }

  private record Place(TopicPartition partition, long offset) {}

  /** Where a letter of the sink stood in a compacted topic; empty for any other one. */
  private Optional<Place> place(ConsumerRecord<byte[], byte[]> letter) {
    return DeadLetters.read(letter.headers(), DeadLetterReplay.CONNECT + "topic")
        .filter(topic -> compacted.contains(topic) && letter.key() != null)
        .flatMap(
            topic ->
                number(letter, "partition")
                    .flatMap(
                        partition ->
                            number(letter, "offset")
                                .map(
                                    offset ->
                                        new Place(
                                            new TopicPartition(topic, partition.intValue()),
                                            offset))));
  }

  private static Optional<Long> number(ConsumerRecord<byte[], byte[]> letter, String header) {
    return DeadLetters.read(letter.headers(), DeadLetterReplay.CONNECT + header)
        .filter(text -> text.matches("\\d{1,18}"))
        .map(Long::valueOf);
  }
}
