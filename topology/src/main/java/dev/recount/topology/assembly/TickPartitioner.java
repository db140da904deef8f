package dev.recount.topology.assembly;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;

/** Sends a tick to the partition that it is for, and everything else where its key belongs. */
public final class TickPartitioner implements StreamPartitioner<byte[], byte[]> {
  private static final String PREFIX = "tick:";

  /** The key of a tick for a partition. */
  static String key(int partition) {
    return PREFIX + partition;
  }

  @Override
  public Optional<Set<Integer>> partitions(
      String topic, byte[] key, byte[] value, int numPartitions) {
    String text = new String(key, StandardCharsets.UTF_8);
    return text.startsWith(PREFIX)
        ? Optional.of(Set.of(Integer.parseInt(text.substring(PREFIX.length()))))
        : Optional.empty();
  }
}
