package dev.recount.cli.replay;

import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.StreamsGroupSubtopologyDescription;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The groups and topics of applications: who is in them, how far they are, and their removal. */
final class KafkaGroups implements AutoCloseable {
  /** Longer than any session of a member that the broker's defaults allow to go unheard. */
  private static final Duration LONGEST_SESSION = Duration.ofSeconds(90);

  private static final int ANSWER_MILLIS = 30_000;

  private final Admin admin;

  KafkaGroups(Connection connection) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    this.admin = Admin.create(properties);
  }

  Admin admin() {
    return admin;
  }

  /** How many instances of an application run; none of one that there is not. */
  int members(String application) {
    try {
      return get(admin.describeStreamsGroups(List.of(application)).all())
          .values()
          .iterator()
          .next()
          .members()
          .size();
    } catch (GroupIdNotFoundException none) {
      return 0;
    }
  }

  /** Where a group goes on, as far as it has committed anything. */
  Map<TopicPartition, Long> committed(String group) {
    Map<TopicPartition, Long> committed = new HashMap<>();
    try {
      get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
          .forEach(
              (partition, offset) -> {
                if (offset != null) {
                  committed.put(partition, offset.offset());
                }
              });
    } catch (GroupIdNotFoundException none) {
      return Map.of();
    }
    return committed;
  }

  /** Has an application that does not run go on elsewhere. */
  void move(String application, Map<TopicPartition, Long> offsets) {
    if (offsets.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    offsets.forEach((partition, offset) -> positions.put(partition, new OffsetAndMetadata(offset)));
    get(admin.alterStreamsGroupOffsets(application, positions).all());
  }

  /** Where the partitions of topics end. */
  Map<TopicPartition, Long> ends(Collection<String> topics) {
    return offsets(topics, OffsetSpec.latest());
  }

  /** Where that ends which transactions have committed or given up. */
  Map<TopicPartition, Long> committedEnds(Collection<String> topics) {
    return offsets(topics, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
  }

  /** Where the partitions of topics begin. */
  Map<TopicPartition, Long> beginnings(Collection<String> topics) {
    return offsets(topics, OffsetSpec.earliest());
  }

  /**
   * When what a topic's retention has removed by now can have been appended at the latest. Where it
   * is limited by size too, that may be a moment ago.
   */
  Instant youngestRemoved(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Config config = get(admin.describeConfigs(List.of(resource)).all()).get(resource);
    long retention = number(config, TopicConfig.RETENTION_MS_CONFIG);
    boolean bySize = number(config, TopicConfig.RETENTION_BYTES_CONFIG) >= 0;
    Instant now = Instant.now();
    return retention < 0 || bySize ? now : now.minusMillis(retention);
  }

  private static long number(@Nullable Config config, String name) {
    ConfigEntry entry = config == null ? null : config.get(name);
    return entry == null || entry.value() == null ? -1 : Long.parseLong(entry.value());
  }

  private Map<TopicPartition, Long> offsets(Collection<String> topics, OffsetSpec which) {
    return offsets(topics, which, IsolationLevel.READ_UNCOMMITTED);
  }

  private Map<TopicPartition, Long> offsets(
      Collection<String> topics, OffsetSpec which, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    for (TopicDescription topic : get(admin.describeTopics(topics).allTopicNames()).values()) {
      topic
          .partitions()
          .forEach(
              partition ->
                  wanted.put(new TopicPartition(topic.name(), partition.partition()), which));
    }
    Map<TopicPartition, Long> offsets = new HashMap<>();
    get(admin.listOffsets(wanted, new ListOffsetsOptions(isolation)).all())
        .forEach((partition, found) -> offsets.put(partition, found.offset()));
    return offsets;
  }

  /** Names of all topics that begin with a prefix. */
  Set<String> topics(String prefix) {
    Set<String> found = new TreeSet<>(get(admin.listTopics().names()));
    found.removeIf(name -> !name.startsWith(prefix));
    return found;
  }

  /** Removes topics, whether they are there or not. */
  void deleteTopics(Set<String> names) {
    for (String name : names) {
      try {
        get(admin.deleteTopics(List.of(name)).all());
      } catch (UnknownTopicOrPartitionException gone) {
        // By a run that was interrupted.
      }
    }
  }

  /** Removes an application that does not run: the topics of its state, and its group. */
  void deleteApplication(String application) {
    try {
      // As the group knows them: the name of one application may begin with that of another.
      Set<String> state = new TreeSet<>();
      for (StreamsGroupSubtopologyDescription part :
          get(admin.describeStreamsGroups(List.of(application)).all())
              .values()
              .iterator()
              .next()
              .subtopologies()) {
        state.addAll(part.stateChangelogTopics().keySet());
        state.addAll(part.repartitionSourceTopics().keySet());
      }
      deleteTopics(state);
      awaitRemoved(application, () -> admin.deleteStreamsGroups(List.of(application)).all());
    } catch (GroupIdNotFoundException none) {
      // It never ran, or was removed before.
    }
  }

  /** Removes the group of a connector that does not run. */
  void deleteConnectGroup(String group) {
    try {
      awaitRemoved(group, () -> admin.deleteConsumerGroups(List.of(group)).all());
    } catch (GroupIdNotFoundException none) {
      // It never committed anything, or was removed before.
    }
  }

  /** A member that was killed leaves its group when its session ends, and no sooner. */
  private static void awaitRemoved(String group, Supplier<KafkaFuture<Void>> removal) {
    Waiting.require(
        () -> {
          try {
            get(removal.get());
            return true;
          } catch (GroupNotEmptyException member) {
            return false;
          }
        },
        LONGEST_SESSION,
        "the group " + group + " still has members",
        "Stop what reads by that name, and run the same command again.");
  }

  private static <T> T get(KafkaFuture<T> answer) {
    try {
      return answer.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof GroupIdNotFoundException none) {
        throw none;
      }
      if (failed.getCause() instanceof UnknownTopicOrPartitionException none) {
        throw none;
      }
      if (failed.getCause() instanceof GroupNotEmptyException member) {
        throw member;
      }
      throw new UserError(
          "Kafka refuses: " + (failed.getCause() == null ? failed : failed.getCause()).getMessage(),
          null,
          failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UserError("Interrupted while waiting for Kafka.", null, interrupted);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
