package dev.recount.cli.replay;

import dev.recount.cli.output.Progress;
import dev.recount.cli.pipeline.Rebuild;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What every part of a replay works with: the topics in force, the tables, and who is told. */
final class ReplayTools implements AutoCloseable {
  private static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(30);

  /** Killed instances are missed after their session has run out, which takes 45 seconds. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(120);

  private final Connection connection;
  private final ClickHouseTarget target;
  private final Path folder;
  private final Progress progress;
  private final Consumer<String> reached;
  private final KafkaGroups groups;
  private final LivePipeline live;
  private final ClickHouseConnection statements;
  private final ClickHouse queries;

  /**
   * Opens connections.
   *
   * @param connection with the topics in force
   * @param folder where shadows keep their state on this machine
   * @param reached told of what has been done, before anything else is
   * @param groups closed with these tools
   */
  ReplayTools(
      Connection connection,
      ClickHouseTarget target,
      Path folder,
      Progress progress,
      Consumer<String> reached,
      KafkaGroups groups) {
    this.connection = connection;
    this.target = target;
    this.folder = folder;
    this.progress = progress;
    this.reached = reached;
    this.groups = groups;
    this.live = new LivePipeline(connection, groups);
    this.statements = ClickHouseConnection.open(target, STATEMENT_TIMEOUT);
    this.queries = ClickHouse.connect(target);
  }

  Connection connection() {
    return connection;
  }

  KafkaGroups groups() {
    return groups;
  }

  LivePipeline live() {
    return live;
  }

  ClickHouseConnection statements() {
    return statements;
  }

  ClickHouse queries() {
    return queries;
  }

  /** The database of the live tables. */
  String database() {
    return target.database();
  }

  /** Says what is done next. */
  void say(String step) {
    progress.step(step);
  }

  Progress progress() {
    return progress;
  }

  /** Tells that something has been done. */
  void reached(String step) {
    reached.accept(step);
  }

  /** Starts a rebuild's shadow, or goes on with it. */
  Shadow shadow(Rebuild rebuild) {
    return Shadow.start(connection, rebuild, target, folder(rebuild), progress, groups);
  }

  /** Where a shadow keeps its state on this machine. */
  Path folder(Rebuild rebuild) {
    return folder.resolve(rebuild.id());
  }

  /** The live tables and those of the rebuild, which change places. */
  TableExchange tables(Rebuild rebuild) {
    return new TableExchange(statements, target.database(), rebuild.database());
  }

  /** How far the live application is with what the shadow derives from: its bound. */
  Map<TopicPartition, Long> processed(Rebuild rebuild) {
    return rebuild.rawLog() == null
        ? live.processed(rebuild.replaces())
        : live.processedRaw(rebuild.replaces());
  }

  /** Where that from which the shadow derives begins; null while nothing of it is gone. */
  @Nullable Instant horizon(Rebuild rebuild) {
    return horizon(rebuild.rawLog() != null);
  }

  /** Where the log begins, or the raw topics do; null while nothing of it is gone. */
  @Nullable Instant horizon(boolean raw) {
    Topics topics = connection.topics();
    if (raw) {
      Set<String> inputs = topics.inputs().stream().map(Topic::name).collect(Collectors.toSet());
      return Horizon.of(connection, groups.beginnings(inputs), groups::youngestRemoved)
          .orElse(null);
    }
    String log = topics.traceEvents().name();
    Map<TopicPartition, Long> beginnings = groups.beginnings(Set.of(log));
    return (log.equals(Topics.withPrefix(topics.prefix()).traceEvents().name())
            ? Horizon.of(connection, beginnings, groups::youngestRemoved)
            : Horizon.ofDerived(connection, beginnings, groups::youngestRemoved))
        .orElse(null);
  }

  /** What applications know that their log no longer tells. */
  StateCarryOver state() {
    return new StateCarryOver(connection, groups, progress);
  }

  /** Waits until no instance of an application is at work; false when some go on all the same. */
  boolean awaitNoMembers(String application) {
    return Waiting.await(() -> groups.members(application) == 0, STOP_PATIENCE);
  }

  /** Waits until the live sink has written what there is now. */
  void awaitLiveRows() {
    live.awaitRows(progress);
  }

  @Override
  public void close() {
    queries.close();
    statements.close();
    groups.close();
  }
}
