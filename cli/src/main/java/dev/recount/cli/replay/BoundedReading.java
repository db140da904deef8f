package dev.recount.cli.replay;

import dev.recount.topology.assembly.TickPartitioner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Gives a shadow application what it may read and nothing else: of each partition of a log the
 * records before a bound, of all other topics none. It neither processes nor commits anything
 * beyond, so that it stands at the bound exactly when it is stopped there.
 *
 * <p>Created by the consumer, from its properties.
 */
public final class BoundedReading implements ConsumerInterceptor<byte[], byte[]> {
  /** Name of the consumer's property that holds a {@link Limits}. */
  static final String LIMITS = "recount.replay.limits";

  private Limits limits = new Limits(Map.of(), Optional.empty());

  /**
   * What may be read.
   *
   * @param bounds the offset at which each partition ends; one that is not named is empty
   * @param chosen where only some traces are derived, which
   */
  record Limits(Map<TopicPartition, Long> bounds, Optional<Chosen> chosen) {
    Limits {
      bounds = Map.copyOf(bounds);
    }
  }

  /**
   * Some traces. The entries of all others still tell the time: each gives way to a tick. What the
   * log says of the configuration holds for every trace.
   *
   * @param traces IDs of the traces
   * @param tick an encoded tick
   */
  record Chosen(Set<String> traces, byte[] tick) {
    private static final byte[] TICK_KEY = "tick:0".getBytes(StandardCharsets.UTF_8);

    ConsumerRecord<byte[], byte[]> entry(ConsumerRecord<byte[], byte[]> record) {
      if (record.key() != null && isChosen(new String(record.key(), StandardCharsets.UTF_8))) {
        return record;
      }
      return new ConsumerRecord<>(
          record.topic(),
          record.partition(),
          record.offset(),
          record.timestamp(),
          record.timestampType(),
          TICK_KEY.length,
          tick.length,
          TICK_KEY,
          tick,
          record.headers(),
          record.leaderEpoch());
    }

    private boolean isChosen(String key) {
      return traces.contains(key) || TickPartitioner.isConfiguration(key);
    }
  }

  @Override
  public void configure(Map<String, ?> properties) {
    if (!(properties.get(LIMITS) instanceof Limits given)) {
      throw new IllegalArgumentException(LIMITS + " is missing");
    }
    limits = given;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> kept = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    records
        .nextOffsets()
        .forEach(
            (partition, offset) -> {
              @Nullable Long bound = limits.bounds().get(partition);
              if (bound != null) {
                next.put(
                    partition, offset.offset() <= bound ? offset : new OffsetAndMetadata(bound));
              }
            });
    for (TopicPartition partition : records.partitions()) {
      long bound = limits.bounds().getOrDefault(partition, 0L);
      List<ConsumerRecord<byte[], byte[]>> before = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
        if (record.offset() < bound) {
          before.add(limits.chosen().map(chosen -> chosen.entry(record)).orElse(record));
        }
      }
      if (!before.isEmpty()) {
        kept.put(partition, before);
      }
    }
    return new ConsumerRecords<>(kept, next);
  }

  @Override
  public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

  @Override
  public void close() {}
}
