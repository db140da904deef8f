package dev.recount.topology.alerting;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * Sends a tick to the partition that it is for, and what rows say to a rule where the rule's name
 * belongs.
 */
public final class AlertPartitioner implements StreamPartitioner<byte[], byte[]> {
  /** No rule has a colon in its name. */
  private static final String TICK_PREFIX = "tick:";

  /** The key of a tick for a partition. */
  static byte[] tickKey(int partition) {
    return (TICK_PREFIX + partition).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Optional<Set<Integer>> partitions(
      String topic, byte[] key, byte[] value, int numPartitions) {
    String text = new String(key, StandardCharsets.UTF_8);
    return text.startsWith(TICK_PREFIX)
        ? Optional.of(Set.of(Integer.parseInt(text.substring(TICK_PREFIX.length()))))
        : Optional.empty();
  }
}
