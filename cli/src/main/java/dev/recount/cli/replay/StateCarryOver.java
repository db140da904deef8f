package dev.recount.cli.replay;

import dev.recount.cli.UserError;
import dev.recount.cli.output.Progress;
import dev.recount.cli.pipeline.Rebuild;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.assembly.CarriedState;
import dev.recount.topology.assembly.ConfigurationHistory;
import dev.recount.topology.assembly.OtherVersionException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * What an application knows that its log no longer tells: from the topics that Kafka Streams keeps
 * its state in.
 */
final class StateCarryOver {
  /**
   * A transaction that nobody ends is ended by the broker, by Streams' default after 10 seconds.
   */
  private static final Duration TRANSACTION_PATIENCE = Duration.ofMinutes(2);

  private final Connection connection;
  private final KafkaGroups groups;
  private final Progress progress;

  StateCarryOver(Connection connection, KafkaGroups groups, Progress progress) {
    this.connection = connection;
    this.groups = groups;
    this.progress = progress;
  }

  /**
   * What has been in force, by what an application remembers; nothing where it keeps no state.
   *
   * @param replaced what it has in the place of what the log says
   */
  ConfigurationHistory configuration(String application, Map<String, Replacement> replaced) {
    ConfigurationHistory history = new ConfigurationHistory(replaced);
    String topic = changelog(application, ConfigurationHistory.store());
    if (groups.topics(topic).contains(topic)) {
      TopicScan.read(connection, topic, record -> history.read(record.key(), record.value()));
    }
    return history;
  }

  /**
   * Gives a successor the state of what began before a time. Neither application runs. Done again
   * it does the same.
   *
   * @param replaced what the predecessor has in the place of what the log says
   * @return why it was not done, and what follows from that; empty where it was
   */
  Optional<String> carryOver(Rebuild rebuild, Instant horizon, Map<String, Replacement> replaced) {
    Set<String> topics = new TreeSet<>();
    for (String store : CarriedState.stores()) {
      topics.add(changelog(rebuild.replaces(), store));
      topics.add(changelog(rebuild.application(), store));
    }
    if (!groups.topics("").containsAll(topics)) {
      // Nothing is left of the log, so that there was nothing to derive; or nothing ever ran.
      return Optional.of("Their state cannot be carried over: one of the applications has none");
    }
    Waiting.require(
        () -> groups.ends(topics).equals(groups.committedEnds(topics)),
        TRANSACTION_PATIENCE,
        "what the stopped application was writing has neither been committed nor given up",
        "See whether the broker is well, then run the same command again.");
    int partitions =
        groups.ends(List.of(changelog(rebuild.replaces(), CarriedState.stores().get(0)))).size();
    Properties properties = connection.kafkaClientProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.RECORD_MAXIMUM_BYTES);
    try (Progress.Bar bar = progress.timedBar("Carrying over the state of it", partitions);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int partition = 0; partition < partitions; partition++) {
        new Partition(rebuild, horizon, partition, producer).carryOver(replaced);
        bar.at(partition + 1);
      }
    } catch (OtherVersionException other) {
      return Optional.of("Their state cannot be carried over. " + other.getMessage());
    }
    return Optional.empty();
  }

  /** Named by Kafka Streams. */
  private static String changelog(String application, String store) {
    return application + "-" + store + "-changelog";
  }

  /** One partition: the same of every store, in both applications. */
  private final class Partition {
    private final Rebuild rebuild;
    private final int number;
    private final CarriedState state;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    Partition(
        Rebuild rebuild, Instant horizon, int number, KafkaProducer<byte[], byte[]> producer) {
      this.rebuild = rebuild;
      this.number = number;
      this.state = new CarriedState(horizon);
      this.producer = producer;
    }

    void carryOver(Map<String, Replacement> replaced) {
      for (String store : CarriedState.surveyed()) {
        read(rebuild.replaces(), store, (key, value) -> state.survey(store, key, value));
      }
      for (String store : CarriedState.stores()) {
        read(
            rebuild.application(),
            store,
            (key, value) -> {
              if (value != null && state.givesWay(store, key)) {
                put(store, key, null);
              }
            });
        read(
            rebuild.replaces(),
            store,
            (key, value) -> {
              if (state.goesOver(store, key)) {
                put(store, key, value);
              }
            });
      }
      CarriedState.editions(replaced)
          .forEach(
              (key, text) ->
                  put(ConfigurationHistory.store(), key.getBytes(StandardCharsets.UTF_8), text));
      producer.flush();
      Exception failed = failure.get();
      if (failed != null) {
        throw new UserError(
            "Kafka did not take what is to be carried over: " + failed.getMessage(),
            "The live application has stopped; run the same command again to finish.",
            failed);
      }
    }

    private void read(String application, String store, Entry reader) {
      TopicScan.read(
          connection,
          new TopicPartition(changelog(application, store), number),
          record -> reader.visit(record.key(), record.value()));
    }

    private void put(String store, byte[] key, byte @Nullable [] value) {
      producer.send(
          new ProducerRecord<>(changelog(rebuild.application(), store), number, key, value),
          (metadata, failed) -> {
            if (failed != null) {
              failure.compareAndSet(null, failed);
            }
          });
    }
  }

  /** Receives what a changelog says of one key. */
  private interface Entry {
    void visit(byte[] key, byte @Nullable [] value);
  }
}
