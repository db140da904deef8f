package dev.recount.cli.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Offsets by partition, as a journal writes them. */
final class Offsets {
  private static final char SEPARATOR = ':';

  private Offsets() {}

  static Map<String, Long> toText(Map<TopicPartition, Long> offsets) {
    Map<String, Long> text = new TreeMap<>();
    offsets.forEach(
        (partition, offset) ->
            text.put(partition.topic() + SEPARATOR + partition.partition(), offset));
    return text;
  }

  static Map<TopicPartition, Long> fromText(Map<String, Long> text) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    text.forEach(
        (name, offset) -> {
          int separator = name.lastIndexOf(SEPARATOR);
          offsets.put(
              new TopicPartition(
                  name.substring(0, separator), Integer.parseInt(name.substring(separator + 1))),
              offset);
        });
    return offsets;
  }
}
