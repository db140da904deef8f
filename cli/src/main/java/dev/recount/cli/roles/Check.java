package dev.recount.cli.roles;

import dev.recount.cli.sql.ClickHouse;
import dev.recount.schemas.Connection;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Servers that the roles depend on, as parts that can be asked how they are. */
final class Check {
  private static final int ANSWER_MILLIS = 3_000;

  private Check() {}

  /** Whether Kafka answers. */
  static Role kafka(Connection connection) {
    Properties properties = connection.kafkaClientProperties();
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
    Admin admin = Admin.create(properties);
    return new Server(
        "kafka",
        () ->
            connection.bootstrapServers()
                + ", brokers: "
                + admin.describeCluster().nodes().get().size(),
        admin::close);
  }

  /** Whether the schema registry answers. */
  static Role registry(Connection connection) {
    SchemaRegistryClient client = connection.newRegistryClient();
    return new Server(
        "schema-registry",
        () -> connection.schemaRegistryUrl() + ", subjects: " + client.getAllSubjects().size(),
        client::close);
  }

  /** Whether ClickHouse answers. */
  static Role clickHouse(String url, ClickHouse client) {
    return new Server(
        "clickhouse",
        () -> {
          client.rows("SELECT 1", Map.of());
          return url;
        },
        client::close);
  }

  /** Asks a server something small. */
  private interface Question {
    String ask() throws Exception;
  }

  private record Server(String name, Question question, AutoCloseable client) implements Role {
    @Override
    public Health health() {
      try {
        return Health.ready(question.ask());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return Health.notReady("interrupted");
      } catch (ExecutionException failed) {
        return Health.notReady(String.valueOf(failed.getCause()));
      } catch (Exception failed) {
        return Health.notReady(String.valueOf(failed.getMessage()));
      }
    }

    @Override
    public void close() {
      try {
        client.close();
      } catch (Exception ignored) {
        // Nothing was written through it.
      }
    }
  }
}
