package dev.recount.schemas;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the topics of the catalogue that do not exist. Existing topics are left as they are. */
public final class TopicCreator {
  private static final Logger log = LoggerFactory.getLogger(TopicCreator.class);

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(20);

  private TopicCreator() {}

  /**
   * Creates what is missing.
   *
   * @param partitions partitions of each new topic
   * @param replicationFactor replicas of each new topic, or -1 for the broker's default
   * @throws KafkaUnavailableException when Kafka does not answer or refuses a topic
   */
  public static void createMissing(
      Admin admin, Topics topics, int partitions, short replicationFactor) {
    try {
      Set<String> existing = admin.listTopics().names().get();
      List<NewTopic> missing =
          topics.all().stream()
              .filter(topic -> !existing.contains(topic.name()))
              .map(topic -> topic.toNewTopic(partitions, replicationFactor))
              .toList();
      CreateTopicsResult result = admin.createTopics(missing);
      Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
      for (NewTopic topic : missing) {
        boolean created = await(topic.name(), result.values().get(topic.name()));
        // What another role has made, that role waits for; the first is there however many it made.
        int awaited = created ? Math.max(1, topic.numPartitions()) : 1;
        for (int i = 0; i < awaited; i++) {
          ends.put(new TopicPartition(topic.name(), i), OffsetSpec.latest());
        }
      }
      awaitWritable(admin, ends);
    } catch (ExecutionException failed) {
      throw new KafkaUnavailableException(
          "Cannot create the topics of the catalogue: " + failed.getCause(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaUnavailableException("Interrupted while creating topics", interrupted);
    }
  }

  /**
   * Waits until the leaders of new partitions serve them. The controller answers before that, and a
   * producer that pipelines its first records to a log that is still being made can have a later
   * one accepted before the first, which the broker then refuses until the producer gives up.
   */
  private static void awaitWritable(Admin admin, Map<TopicPartition, OffsetSpec> ends)
      throws ExecutionException, InterruptedException {
    // Answered by each partition's leader. Asking a broker what it knows of the topics would not
    // do.
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        admin.listOffsets(ends).all().get();
        return;
      } catch (ExecutionException failed) {
        // A broker that has not heard of a new topic yet says that there is none.
        if (!(failed.getCause() instanceof RetriableException) || System.nanoTime() > deadline) {
          throw failed;
        }
        Thread.sleep(BETWEEN_ATTEMPTS.toMillis());
      }
    }
  }

  /** Whether it was created; not where another role, starting at the same moment, was faster. */
  private static boolean await(String topic, @Nullable KafkaFuture<Void> created)
      throws ExecutionException, InterruptedException {
    try {
      Objects.requireNonNull(created).get();
      log.info("Created topic {}", topic);
      return true;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw failed;
    }
  }
}
