package dev.recount.cli.roles;

import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import dev.recount.schemas.KafkaUnavailableException;
import dev.recount.schemas.Registration;
import dev.recount.schemas.RegistryUnavailableException;
import dev.recount.schemas.TopicCreator;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the topics and registers the contracts: what every role needs before it starts. */
final class Preparation {
  /** Servers that start together with a role get this long. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Logger log = LoggerFactory.getLogger(Preparation.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int ANSWER_MILLIS = 10_000;

  private Preparation() {}

  /**
   * Makes what is missing.
   *
   * @param partitions partitions of new topics
   * @param replicationFactor replicas of new topics, -1 for the broker's default
   * @param patience how long to wait for servers that do not answer yet
   * @throws UserError when they do not answer in time
   */
  static void prepare(
      Connection connection, int partitions, short replicationFactor, Duration patience) {
    Instant deadline = Instant.now().plus(patience);
    while (true) {
      try {
        createTopics(connection, partitions, replicationFactor);
        registerContracts(connection);
        return;
      } catch (KafkaUnavailableException | RegistryUnavailableException failed) {
        if (Instant.now().isAfter(deadline)) {
          throw new UserError(
              String.valueOf(failed.getMessage()),
              "Check --bootstrap-servers ("
                  + connection.bootstrapServers()
                  + ") and --schema-registry-url ("
                  + connection.schemaRegistryUrl()
                  + ").",
              failed);
        }
        log.warn("Trying again: {}", failed.getMessage());
        LockSupport.parkNanos(PAUSE.toNanos());
        if (Thread.currentThread().isInterrupted()) {
          throw failed;
        }
      }
    }
  }

  private static void createTopics(Connection connection, int partitions, short replicationFactor) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS / 2);
    try (Admin admin = Admin.create(properties)) {
      TopicCreator.createMissing(admin, connection.topics(), partitions, replicationFactor);
    }
  }

  private static void registerContracts(Connection connection) {
    try (SchemaRegistryClient registry = connection.newRegistryClient()) {
      Registration.registerAll(registry, connection.topics());
    } catch (IOException failed) {
      log.debug("The registry client did not close", failed);
    }
  }
}
