package dev.recount.cli.oracle;

import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.status.PipelineNames;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Registration;
import dev.recount.schemas.TopicCreator;
import dev.recount.schemas.Topics;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;

/** Servers and the sink that writes from them; the topology runs in processes of its own. */
public final class OracleStack implements AutoCloseable {
  /** Sizes of the tests: a default that a build can afford, more by hand. */
  static final int TRACES = Integer.getInteger("recount.oracle.traces", 400);

  public static final long SEED = Long.getLong("recount.oracle.seed", 20260301L);

  static final int PARTITIONS = 4;

  /** How long anything may take; most takes seconds. */
  static final Duration PATIENCE = Duration.ofMinutes(5 + TRACES / 500);

  /**
   * Many traces in one random order keep each other waiting: with waits for a few of them, each of
   * many would be emitted anew for nearly every event.
   */
  private static final int STRETCH = Math.max(1, TRACES / 1_000);

  /** Short waits, so that traces settle, are reported and are amended while others still come. */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "settle.quiet.ms", millis(1_500),
          "settle.idle.ms", millis(3_000),
          "amend.quiet.ms", millis(500),
          "provisional.after.ms", millis(2_000),
          "provisional.urgent.ms", millis(300),
          "feedback.wait.ms", millis(3_000),
          "tick.interval.ms", "200",
          // The oracle knows what was sent; what is made of it by judgement is shown elsewhere.
          "evaluators", "none",
          // Alerts go on for as long as their windows, when nothing else is due any more.
          "alerts", "none");

  /** Longer than any of the waits: when nothing has been written for so long, nothing is due. */
  public static final Duration QUIET = Duration.ofMillis(3_000 + 3_000L * STRETCH);

  /** A killed member of a group is missed after seconds, not after a minute. */
  public static final Map<String, String> BROKER =
      Map.of(
          "group.streams.min.session.timeout.ms", "3000",
          "group.streams.session.timeout.ms", "3000");

  private final OracleServers servers;
  private final Connection connection;
  private final ClickHouseTarget target;
  private final Progress progress;

  private OracleStack(OracleServers servers, Connection connection, ClickHouseTarget target) {
    this.servers = servers;
    this.connection = connection;
    this.target = target;
    this.progress = new Progress(connection);
  }

  /** On the embedded stack. */
  static OracleStack start() {
    return on(EmbeddedServers.start(BROKER));
  }

  /** On servers that run already, and end with it. */
  static OracleStack on(OracleServers servers) {
    try {
      Connection connection = Connection.plain(servers.bootstrapServers(), servers.registryUrl());
      prepare(connection);
      ClickHouseTarget target = servers.clickHouse();
      PipelineNames names = PipelineNames.of(connection.topics());
      servers
          .connect()
          .putConnector(names.connector(), SinkConfigurations.clickHouse(connection, target));
      servers
          .connect()
          .putConnector(
              names.deadLetterConnector(),
              SinkConfigurations.clickHouseDeadLetters(connection, target));
      return new OracleStack(servers, connection, target);
    } catch (RuntimeException failed) {
      servers.close();
      throw failed;
    }
  }

  private static String millis(int millis) {
    return Integer.toString(millis * STRETCH);
  }

  private static void prepare(Connection connection) {
    try (Admin admin = Admin.create(connection.kafkaClientProperties());
        SchemaRegistryClient registry = connection.newRegistryClient()) {
      TopicCreator.createMissing(admin, connection.topics(), PARTITIONS, (short) -1);
      Registration.registerAll(registry, connection.topics());
    } catch (IOException ignored) {
      // The registry's client did not close; it has done its work.
    }
  }

  Connection connection() {
    return connection;
  }

  /** The same servers with topics under a prefix, which are made if they do not exist. */
  Connection withPrefix(String prefix) {
    Connection other =
        new Connection(
            connection.bootstrapServers(),
            connection.schemaRegistryUrl(),
            Topics.withPrefix(prefix),
            Map.of(),
            Map.of());
    prepare(other);
    return other;
  }

  /** Starts an instance of the topology in a JVM of its own. */
  TopologyProcess topology(String name) {
    return topology(name, SETTINGS);
  }

  /** Likewise with settings of its own. */
  TopologyProcess topology(String name, Map<String, String> settings) {
    return TopologyProcess.start(connection, servers.folder().resolve(name), settings);
  }

  String clickHouseUrl() {
    return target.url();
  }

  /** The application that is in force now. */
  String application() {
    return progress.application();
  }

  ClickHouseTarget target() {
    return target;
  }

  /** A folder for what a test keeps beside the stack. */
  Path folder(String name) {
    return servers.folder().resolve(name);
  }

  ClickHouse clickHouse() {
    return ClickHouse.connect(target);
  }

  /** Entries of the log so far, rolled back ones and markers included. */
  long logged() {
    return progress.logged();
  }

  /** Records so far in the topics that the topology writes, the log included, markers too. */
  long written() {
    return progress.written();
  }

  /** Inputs that the topology has not read yet. */
  long unread() {
    return progress.unread();
  }

  /** Waits until everything has been read, nothing more is due, and the sink has it all. */
  void awaitDrained() {
    progress.awaitDrained(QUIET);
  }

  static void await(String what, BooleanSupplier condition) {
    Progress.await(what, condition);
  }

  @Override
  public void close() {
    servers.close();
  }
}
