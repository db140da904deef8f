package dev.recount.cli.oracle;

import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads all that has been committed to a topic. */
public final class TopicReader {
  private static final Duration POLL = Duration.ofMillis(200);

  private TopicReader() {}

  static void read(
      OracleStack stack, Topic topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    read(stack.connection(), topic, reader);
  }

  /** Hands over every record of a topic. */
  public static void read(
      Connection connection, Topic topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int partition = 0; partition < OracleStack.PARTITIONS; partition++) {
        partitions.add(new TopicPartition(topic.name(), partition));
      }
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
