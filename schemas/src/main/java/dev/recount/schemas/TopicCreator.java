package dev.recount.schemas;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the topics of the catalogue that do not exist. Existing topics are left as they are. */
public final class TopicCreator {
  private static final Logger log = LoggerFactory.getLogger(TopicCreator.class);

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
    createMissing(admin, topics.all(), partitions, replicationFactor);
  }

  /** Creates those of some topics that are missing, likewise. */
  public static void createMissing(
      Admin admin, Collection<Topic> topics, int partitions, short replicationFactor) {
    try {
      Set<String> existing = admin.listTopics().names().get();
      List<Topic> missing =
          topics.stream().filter(topic -> !existing.contains(topic.name())).toList();
      CreateTopicsResult result =
          admin.createTopics(
              missing.stream()
                  .map(topic -> topic.toNewTopic(partitions, replicationFactor))
                  .toList());
      for (Map.Entry<String, KafkaFuture<Void>> created : result.values().entrySet()) {
        await(created.getKey(), created.getValue());
      }
      awaitWritable(admin, missing);
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
  private static void awaitWritable(Admin admin, List<Topic> created)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    List<String> names = created.stream().map(Topic::name).toList();
    for (TopicDescription topic : admin.describeTopics(names).allTopicNames().get().values()) {
      for (TopicPartitionInfo partition : topic.partitions()) {
        ends.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest());
      }
    }
    // Answered by each partition's leader, and tried again until it is one.
    admin.listOffsets(ends).all().get();
  }

  private static void await(String topic, KafkaFuture<Void> created)
      throws ExecutionException, InterruptedException {
    try {
      created.get();
      log.info("Created topic {}", topic);
    } catch (ExecutionException failed) {
      // Another role of the pipeline, starting at the same moment, may have been faster.
      if (!(failed.getCause() instanceof TopicExistsException)) {
        throw failed;
      }
    }
  }
}
