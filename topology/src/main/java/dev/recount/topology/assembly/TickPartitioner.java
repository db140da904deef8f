package dev.recount.topology.assembly;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;

/**
 * Sends a tick or a change of configuration to the partition that it is for, and everything else
 * where its key belongs.
 */
public final class TickPartitioner implements StreamPartitioner<byte[], byte[]> {
  private static final String TICK = "tick:";
  private static final String CONFIGURATION = "config:";

  /** The key of a tick for a partition. */
  static String tick(int partition) {
    return TICK + partition;
  }

  /** The key of a change of configuration for a partition. */
  static String configuration(int partition) {
    return CONFIGURATION + partition;
  }

  @Override
  public Optional<Set<Integer>> partitions(
      String topic, byte[] key, byte[] value, int numPartitions) {
    String text = new String(key, StandardCharsets.UTF_8);
    for (String prefix : List.of(TICK, CONFIGURATION)) {
      if (text.startsWith(prefix)) {
        return Optional.of(Set.of(Integer.parseInt(text.substring(prefix.length()))));
      }
    }
    return Optional.empty();
  }
}
