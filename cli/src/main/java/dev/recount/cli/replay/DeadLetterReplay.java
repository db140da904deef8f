package dev.recount.cli.replay;

import dev.recount.schemas.Connection;
import dev.recount.schemas.DeadLetters;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends dead letters again to where they were read, as they were: key, value, time, and the headers
 * that they had. Each goes once: where the sending stands is committed together with what is sent.
 * One that is refused again is another dead letter, for another run.
 */
final class DeadLetterReplay {
  private static final String GROUP = "recount-dead-letters";
  static final String CONNECT = "__connect.errors.";

  /** How the name of each log ends that was in force, or is. */
  private static final String ANY_LOG = Topics.withPrefix("").traceEvents().name();

  private static final Duration POLL = Duration.ofMillis(500);

  private final Connection connection;
  private final Set<String> known;
  private final OvertakenLetters overtaken;

  /**
   * Those of a pipeline.
   *
   * @param connection with the topics that are in force
   */
  DeadLetterReplay(Connection connection) {
    this.connection = connection;
    this.overtaken = new OvertakenLetters(connection);
    Topics topics = connection.topics();
    this.known =
        Stream.concat(topics.all().stream(), Stream.of(topics.traceEvents()))
            .map(Topic::name)
            .filter(name -> !name.equals(topics.deadLetters().name()))
            .filter(name -> !name.equals(topics.pipelineState().name()))
            .collect(Collectors.toSet());
  }

  /** How many letters there were. */
  static final class Counts {
    /** By the topic that they went to. */
    final Map<String, Long> sent = new TreeMap<>();

    /** Not sent: a later record of the same row is there. */
    long overtaken;

    /** Not sent: where they were read is not known. */
    long ofUnknownOrigin;
  }

  /**
   * Sends those that were not sent before.
   *
   * @param dryRun only counts them
   */
  Counts run(boolean dryRun) {
    Counts counts = new Counts();
    String group = connection.topics().prefix() + GROUP;
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(group);
        KafkaProducer<byte[], byte[]> producer = producer(group)) {
      String topic = connection.topics().deadLetters().name();
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      if (!dryRun) {
        // Shuts out a run that hangs, so that what it has begun to send is undone.
        producer.initTransactions();
      }
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        List<ProducerRecord<byte[], byte[]>> letters = letters(consumer.poll(POLL), ends, counts);
        if (!dryRun && !letters.isEmpty()) {
          send(letters, positions(consumer, partitions, ends), producer, consumer);
        }
      }
    }
    return counts;
  }

  private List<ProducerRecord<byte[], byte[]>> letters(
      ConsumerRecords<byte[], byte[]> read, Map<TopicPartition, Long> ends, Counts counts) {
    List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
    Set<ConsumerRecord<byte[], byte[]>> later = overtaken.among(read);
    for (ConsumerRecord<byte[], byte[]> letter : read) {
      TopicPartition partition = new TopicPartition(letter.topic(), letter.partition());
      if (letter.offset() >= ends.getOrDefault(partition, 0L)) {
        continue;
      }
      Optional<String> origin = origin(letter).map(this::inForce).filter(known::contains);
      if (origin.isEmpty()) {
        counts.ofUnknownOrigin++;
      } else if (later.contains(letter)) {
        counts.overtaken++;
      } else {
        counts.sent.merge(origin.get(), 1L, Long::sum);
        letters.add(original(letter, origin.get()));
      }
    }
    return letters;
  }

  /** Nobody reads a log any more whose place another one has taken. */
  private String inForce(String topic) {
    Topics topics = connection.topics();
    return topic.equals(topics.prefix() + ANY_LOG) || topic.endsWith("." + ANY_LOG)
        ? topics.traceEvents().name()
        : topic;
  }

  /**
   * A record that fails in the sink keeps its headers, so the writer that comes last goes first.
   */
  private static Optional<String> origin(ConsumerRecord<byte[], byte[]> letter) {
    return DeadLetters.read(letter.headers(), CONNECT + "topic")
        .or(() -> DeadLetters.read(letter.headers(), DeadLetters.TOPIC));
  }

  private static ProducerRecord<byte[], byte[]> original(
      ConsumerRecord<byte[], byte[]> letter, String topic) {
    List<Header> headers = new ArrayList<>();
    for (Header header : letter.headers()) {
      if (!isOfDeadLetter(header.key())) {
        headers.add(header);
      }
    }
    return new ProducerRecord<>(
        topic, null, letter.timestamp(), letter.key(), letter.value(), headers);
  }

  private static boolean isOfDeadLetter(String name) {
    return name.startsWith(CONNECT)
        || name.equals(DeadLetters.TOPIC)
        || name.equals(DeadLetters.PARTITION)
        || name.equals(DeadLetters.OFFSET)
        || name.equals(DeadLetters.TIMESTAMP)
        || name.equals(DeadLetters.STAGE)
        || name.equals(DeadLetters.ERROR);
  }

  private static Map<TopicPartition, OffsetAndMetadata> positions(
      KafkaConsumer<byte[], byte[]> consumer,
      List<TopicPartition> partitions,
      Map<TopicPartition, Long> ends) {
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    for (TopicPartition partition : partitions) {
      long position = Math.min(consumer.position(partition), ends.getOrDefault(partition, 0L));
      positions.put(partition, new OffsetAndMetadata(position));
    }
    return positions;
  }

  private static void send(
      List<ProducerRecord<byte[], byte[]>> letters,
      Map<TopicPartition, OffsetAndMetadata> positions,
      KafkaProducer<byte[], byte[]> producer,
      KafkaConsumer<byte[], byte[]> consumer) {
    producer.beginTransaction();
    letters.forEach(producer::send);
    producer.sendOffsetsToTransaction(positions, consumer.groupMetadata());
    // Fails if any of them was not taken; nothing of it counts then.
    producer.commitTransaction();
  }

  private KafkaConsumer<byte[], byte[]> consumer(String group) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private KafkaProducer<byte[], byte[]> producer(String group) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, group);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.RECORD_MAXIMUM_BYTES);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
