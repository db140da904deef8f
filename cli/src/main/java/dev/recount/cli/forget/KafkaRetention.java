package dev.recount.cli.forget;

import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How long Kafka still holds what was sent: its records cannot be deleted one by one.
 *
 * @param topic the topic that holds records for longest
 * @param longest for how long; empty for ever
 */
record KafkaRetention(String topic, Optional<Duration> longest) {
  /**
   * What the brokers say.
   *
   * @throws UserError when Kafka does not answer
   */
  static KafkaRetention of(Connection connection) {
    List<ConfigResource> topics =
        connection.topics().all().stream()
            .map(Topic::name)
            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
            .toList();
    try (Admin admin = Admin.create(connection.kafkaClientProperties())) {
      return longest(admin.describeConfigs(topics).all().get());
    } catch (ExecutionException failed) {
      throw new UserError(
          "Kafka at "
              + connection.bootstrapServers()
              + " does not answer: "
              + (failed.getCause() == null ? failed : failed.getCause()).getMessage(),
          "Start Recount with `recount up`, or name the brokers with --bootstrap-servers.",
          failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UserError("Interrupted while waiting for Kafka.", null, interrupted);
    }
  }

  private static KafkaRetention longest(Map<ConfigResource, Config> configs) {
    KafkaRetention longest = new KafkaRetention("", Optional.of(Duration.ZERO));
    for (Map.Entry<ConfigResource, Config> topic : configs.entrySet()) {
      long millis = Long.parseLong(topic.getValue().get(TopicConfig.RETENTION_MS_CONFIG).value());
      if (millis < 0) {
        return new KafkaRetention(topic.getKey().name(), Optional.empty());
      }
      Duration retention = Duration.ofMillis(millis);
      if (retention.compareTo(longest.longest().orElse(Duration.ZERO)) > 0) {
        longest = new KafkaRetention(topic.getKey().name(), Optional.of(retention));
      }
    }
    return longest;
  }
}
