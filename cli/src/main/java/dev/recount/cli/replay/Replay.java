package dev.recount.cli.replay;

import dev.recount.cli.UserError;
import dev.recount.cli.output.Progress;
import dev.recount.cli.pipeline.Heartbeat;
import dev.recount.cli.pipeline.PipelineState;
import dev.recount.cli.pipeline.PipelineState.Kept;
import dev.recount.cli.pipeline.PipelineStateReader;
import dev.recount.cli.pipeline.PipelineStateWriter;
import dev.recount.cli.pipeline.Rebuild;
import dev.recount.cli.pipeline.Rebuild.Scope;
import dev.recount.cli.pipeline.Rebuild.Step;
import dev.recount.cli.replay.BoundedReading.Chosen;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.status.PipelineNames;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.TopicCreator;
import dev.recount.schemas.Topics;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.schema.Migrations;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import dev.recount.topology.Configuration;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.TopologySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Derives rows anew and hands over. Every step is written to the journal before it is taken, and
 * can be taken again: see docs/replay.md.
 */
final class Replay implements AutoCloseable {
  private static final Duration STATEMENT_TIMEOUT = Duration.ofMinutes(30);

  /** Killed instances are missed after their session has run out, which takes 45 seconds. */
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(120);

  private static final Duration START_PATIENCE = Duration.ofSeconds(60);

  /**
   * Rounds in which the shadow comes nearer to the live application, or rows are looked at again.
   */
  private static final int ROUNDS = 5;

  /** So little is left to the last round that the live application need not wait for long. */
  private static final long NEAR = 2_000;

  /** By what is configured in the log, the setting that says what is wanted of it. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          Configuration.SAMPLING,
          TopologySettings.SAMPLING_RULES,
          Configuration.EVALUATORS,
          TopologySettings.EVALUATORS);

  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

  /** With the topics in force. */
  private final Connection connection;

  private final ClickHouseTarget target;
  private final Path folder;
  private final Progress progress;
  private final Consumer<String> reached;
  private final KafkaGroups groups;
  private final LivePipeline live;
  private final ClickHouseConnection statements;
  private final ClickHouse queries;
  private final PipelineStateWriter writer;
  private final Heartbeat heartbeat;
  private PipelineState state;
  private final Map<String, String> liveSettings;

  private Replay(
      Connection connection,
      ClickHouseTarget target,
      Path folder,
      Progress progress,
      Consumer<String> reached,
      KafkaGroups groups,
      PipelineStateWriter writer,
      PipelineState state,
      Map<String, String> liveSettings) {
    this.connection = connection.withTopics(state.topics(connection.topics()));
    this.target = target;
    this.folder = folder;
    this.progress = progress;
    this.reached = reached;
    this.groups = groups;
    this.writer = writer;
    this.state = state;
    this.liveSettings = liveSettings;
    this.live = new LivePipeline(this.connection, groups);
    this.statements = ClickHouseConnection.open(target, STATEMENT_TIMEOUT);
    this.queries = ClickHouse.connect(target);
    this.heartbeat = Heartbeat.start(connection);
  }

  /**
   * Takes over the pipeline's journal.
   *
   * @param folder where shadows keep their state on this machine
   * @param watch how long to watch for another one that is at work, where one has begun
   * @param reached told of what has been done, before anything else is
   * @throws UserError when another one is at work
   */
  static Replay open(
      Connection connection,
      ClickHouseTarget target,
      Path folder,
      Progress progress,
      Duration watch,
      Consumer<String> reached) {
    KafkaGroups groups = new KafkaGroups(connection);
    TopicCreator.createMissing(
        groups.admin(), List.of(connection.topics().pipelineState()), 1, (short) -1);
    requireNoOther(connection, watch);
    PipelineStateWriter writer = PipelineStateWriter.open(connection);
    try (PipelineStateReader reader = PipelineStateReader.open(connection)) {
      return new Replay(
          connection,
          target,
          folder,
          progress,
          reached,
          groups,
          writer,
          reader.state(),
          Optional.ofNullable(reader.settings()).orElse(Map.of()));
    }
  }

  private static void requireNoOther(Connection connection, Duration watch) {
    try (PipelineStateReader reader = PipelineStateReader.open(connection)) {
      if (reader.state().rebuild() == null) {
        return;
      }
      Optional<String> other = reader.watch(watch);
      if (other.isPresent()) {
        throw new UserError(
            "A replay is at work already: " + other.get() + ".", "Wait for it, or stop it first.");
      }
    }
  }

  /** What was interrupted; null when nothing was. */
  @Nullable Rebuild interrupted() {
    return state.rebuild();
  }

  /** What can be gone back to; null when nothing was kept. */
  @Nullable Kept kept() {
    return state.kept();
  }

  /**
   * Refuses what could not be handed over, before any work is done.
   *
   * @throws UserError when the tables are those of a cluster, which are exchanged on one server
   *     only
   */
  void requireOneServer() {
    if (TableExchange.isReplicated(statements, target.database())) {
      throw new UserError(
          "The tables are on a cluster of ClickHouse servers, and tables are exchanged on one.",
          "Compare with --dry-run. To replace rows, replay into topics of a single server's pipeline,"
              + " or fill the tables again from the output topics.");
    }
  }

  /** All settings of the live topology, with some changed. */
  private Map<String, String> settings(Map<String, String> changed) {
    Map<String, String> settings = new TreeMap<>(liveSettings);
    settings.putAll(changed);
    return settings;
  }

  /**
   * What holds in place of what the log says of the configuration. A log that is derived anew says
   * nothing of it yet: what is in force now holds from its beginning on.
   *
   * @param changed settings that are given for this replay
   * @param id the replay
   */
  private Map<String, Replacement> replaced(
      Map<String, String> changed, String id, boolean fromRaw) {
    Map<String, String> wanted =
        Configuration.of(TopologySettings.fromMap(settings(changed))).wanted();
    Map<String, Replacement> replaced = new TreeMap<>(state.replaced());
    if (fromRaw) {
      replaced.clear();
      wanted.forEach((name, text) -> replaced.put(name, new Replacement("", text)));
      LoggedConfiguration.latest(connection, state.replaced())
          .forEach((name, text) -> replaced.put(name, new Replacement("", text)));
    }
    SETTINGS.forEach(
        (name, setting) -> {
          if (changed.containsKey(setting)) {
            replaced.put(name, new Replacement(fromRaw ? "" : id, wanted.getOrDefault(name, "")));
          }
        });
    return replaced;
  }

  /**
   * Begins to derive everything anew, or goes on with it where that was interrupted.
   *
   * @param changed settings that differ from those of the live topology
   */
  Rebuild beginAll(Map<String, String> changed, boolean keepOld, boolean fromRaw) {
    Rebuild before = state.rebuild();
    if (before != null
        && before.scope() == Scope.ALL
        && before.step() == Step.REBUILDING
        && before.keepOld() == keepOld
        && (before.rawLog() != null) == fromRaw
        && before.replaces().equals(state.application())
        && before.settings().equals(settings(changed))
        && before.replaced().equals(replaced(changed, before.id(), fromRaw))) {
      progress.step("Going on with the replay of " + before.id());
      return before;
    }
    return begin(Scope.ALL, changed, keepOld, fromRaw);
  }

  /**
   * Begins to derive some traces.
   *
   * @param changed settings that differ from those of the live topology
   */
  Rebuild beginPart(Map<String, String> changed) {
    return begin(Scope.PART, changed, false, false);
  }

  private Rebuild begin(
      Scope scope, Map<String, String> changed, boolean keepOld, boolean fromRaw) {
    discardInterrupted();
    String id = ID.format(Instant.now());
    String application = connection.topics().prefix() + "recount-" + id;
    Rebuild rebuild =
        new Rebuild(
            id,
            scope,
            Step.REBUILDING,
            application,
            state.application(),
            application + ".",
            fromRaw ? Topics.withPrefix(application + ".").traceEvents().name() : null,
            target.database() + "_replay_" + id,
            settings(changed),
            replaced(changed, id, fromRaw),
            keepOld,
            false,
            Map.of(),
            Map.of());
    write(state.with(rebuild));
    return rebuild;
  }

  /** Begins to go back to what was kept, or goes on with it. */
  Rebuild beginBack(boolean keepOld) {
    Rebuild before = state.rebuild();
    if (before != null && before.scope() == Scope.BACK && before.step() == Step.REBUILDING) {
      return before;
    }
    Kept kept = state.kept();
    if (kept == null) {
      throw new UserError(
          "Nothing was kept that could be gone back to.", "Keep it with --keep-old next time.");
    }
    discardInterrupted();
    Rebuild rebuild =
        new Rebuild(
            ID.format(Instant.now()),
            Scope.BACK,
            Step.REBUILDING,
            kept.application(),
            state.application(),
            kept.topicPrefix(),
            null,
            kept.database(),
            kept.settings(),
            kept.replaced(),
            keepOld,
            false,
            Map.of(),
            Map.of());
    write(state.with(rebuild));
    return rebuild;
  }

  private void write(PipelineState next) {
    writer.write(next);
    state = next;
  }

  /** Derives everything up to where the live application is, and compares. */
  ReplayReport rebuild(Rebuild rebuild) {
    prepareLiveTables();
    live.requireAtWork(rebuild.replaces());
    try (Shadow shadow = shadow(rebuild)) {
      List<TableDifference> found = List.of();
      Map<TopicPartition, Long> bounds = Map.of();
      TableComparison comparison = null;
      Instant horizon = horizon(rebuild);
      Duration rest = rebuild.rawLog() == null ? Duration.ZERO : rest(rebuild);
      for (int round = 1; round <= ROUNDS; round++) {
        bounds = processed(rebuild);
        shadow.derive(bounds, Optional.empty(), rest);
        reached.accept("derived");
        if (round < ROUNDS && isFarFrom(bounds, rebuild)) {
          continue;
        }
        shadow.awaitRows();
        live.awaitRows(progress);
        progress.step("Comparing");
        comparison =
            rebuild.rawLog() == null
                ? TableComparison.ofAll(queries, target.database(), rebuild.database(), horizon)
                : TableComparison.ofRaw(queries, target.database(), rebuild.database(), horizon);
        List<TableDifference> now = comparison.compare();
        found = found.isEmpty() ? now : confirmed(now, found);
        reached.accept("compared");
        if (count(found) == 0 || processed(rebuild).equals(bounds)) {
          break;
        }
      }
      return report(found, comparison, shadow, horizon);
    }
  }

  /** Derives some traces and compares them. */
  ReplayReport rebuild(Rebuild rebuild, Set<String> traces, byte[] tick) {
    prepareLiveTables();
    live.requireAtWork(rebuild.replaces());
    ChosenTraces.write(statements, rebuild.database(), traces);
    try (Shadow shadow = shadow(rebuild)) {
      Instant horizon = horizon(rebuild);
      Map<TopicPartition, Long> bounds = live.processed(rebuild.replaces());
      shadow.derive(bounds, Optional.of(new Chosen(traces, tick)), Duration.ZERO);
      shadow.awaitRows();
      live.awaitRows(progress);
      TableComparison comparison =
          TableComparison.ofChosen(queries, target.database(), rebuild.database(), horizon);
      return report(comparison.compare(), comparison, shadow, horizon);
    }
  }

  private static ReplayReport report(
      List<TableDifference> found,
      @Nullable TableComparison comparison,
      Shadow shadow,
      @Nullable Instant horizon) {
    List<TableDifference> explained =
        comparison == null ? found : found.stream().map(comparison::explain).toList();
    return new ReplayReport(explained, shadow.deadLetters(), horizon);
  }

  /** How far the live application is with what the shadow derives from: its bound. */
  private Map<TopicPartition, Long> processed(Rebuild rebuild) {
    return rebuild.rawLog() == null
        ? live.processed(rebuild.replaces())
        : live.processedRaw(rebuild.replaces());
  }

  /** How long a log rests before all that is due about its traces has been done. */
  private static Duration rest(Rebuild rebuild) {
    TopologySettings settings = TopologySettings.fromMap(rebuild.settings());
    return settings
        .settleIdle()
        .plus(settings.amendQuiet())
        .plus(settings.tickInterval())
        .multipliedBy(2);
  }

  private boolean isFarFrom(Map<TopicPartition, Long> bounds, Rebuild rebuild) {
    long ahead =
        processed(rebuild).entrySet().stream()
            .mapToLong(now -> now.getValue() - bounds.getOrDefault(now.getKey(), 0L))
            .sum();
    return ahead > NEAR;
  }

  private static List<TableDifference> confirmed(
      List<TableDifference> now, List<TableDifference> before) {
    Map<String, TableDifference> earlier = new HashMap<>();
    before.forEach(table -> earlier.put(table.table(), table));
    return now.stream()
        .map(
            table -> {
              TableDifference first = earlier.get(table.table());
              return first == null ? table : table.confirmedBy(first);
            })
        .toList();
  }

  private static long count(List<TableDifference> tables) {
    return tables.stream().mapToLong(table -> table.counts().total()).sum();
  }

  private Shadow shadow(Rebuild rebuild) {
    return Shadow.start(
        connection, rebuild, target, folder.resolve(rebuild.id()), progress, groups);
  }

  /** After a loss of the tables there may be none. */
  private void prepareLiveTables() {
    Migrations.apply(statements, SchemaOptions.of(target.database()));
  }

  private @Nullable Instant horizon(Rebuild rebuild) {
    Set<String> from =
        rebuild.rawLog() == null
            ? Set.of(connection.topics().traceEvents().name())
            : connection.topics().inputs().stream().map(Topic::name).collect(Collectors.toSet());
    return Horizon.of(connection, groups.beginnings(from)).orElse(null);
  }

  /** Has the live application stop and its successor take its place. */
  void handOver(Rebuild rebuild, ReplayReport report) {
    write(state.running(false).with(rebuild.draining(report.differences() > 0)));
    finish();
  }

  /** Does what is left of a hand-over that has begun. */
  void finish() {
    Rebuild rebuild = begun();
    if (rebuild.step() == Step.DRAINING) {
      rebuild = drain(rebuild);
    }
    if (rebuild.step() == Step.EXCHANGING) {
      exchange(rebuild);
      rebuild = rebuild.at(Step.PUBLISHING);
      write(state.with(rebuild));
    }
    if (rebuild.step() == Step.PUBLISHING) {
      publish(rebuild);
      rebuild = rebuild.at(Step.CLEANING);
      write(successor(rebuild));
      reached.accept("started");
      awaitSuccessor(rebuild);
    }
    clean(rebuild);
    write(state.with(null));
    reached.accept("cleaned");
  }

  private Rebuild begun() {
    Rebuild rebuild = state.rebuild();
    if (rebuild == null) {
      throw new IllegalStateException("No replay has begun");
    }
    return rebuild;
  }

  private Rebuild drain(Rebuild begun) {
    Rebuild rebuild = begun;
    reached.accept("told to stop");
    if (rebuild.bounds().isEmpty()) {
      progress.step("Stopping " + rebuild.replaces());
      awaitStopped(rebuild);
      rebuild = rebuild.stoppedAt(Offsets.toText(processed(rebuild)));
      write(state.with(rebuild));
    }
    reached.accept("stopped");
    try (Shadow shadow = shadow(rebuild)) {
      shadow.derive(Offsets.fromText(rebuild.bounds()), Optional.empty(), Duration.ZERO);
      reached.accept("drained");
      shadow.awaitRows();
    }
    live.awaitRows(progress);
    Instant horizon = horizon(rebuild);
    if (horizon != null) {
      progress.step("Carrying over what began before " + horizon);
      Horizon.carryOver(statements, target.database(), rebuild.database(), horizon);
    }
    groups.move(rebuild.application(), live.otherPositions(rebuild.replaces()));
    rebuild = rebuild.exchanging(tables(rebuild).uuids());
    write(state.with(rebuild));
    reached.accept("positions moved");
    return rebuild;
  }

  private void awaitStopped(Rebuild rebuild) {
    if (!Waiting.await(() -> groups.members(rebuild.replaces()) == 0, STOP_PATIENCE)) {
      write(state.running(true).with(rebuild.at(Step.REBUILDING)));
      throw new UserError(
          "The topology goes on as " + rebuild.replaces() + " though it was told to stop.",
          "Every instance of it must be of a version that knows replays. Nothing has been changed.");
    }
  }

  private TableExchange tables(Rebuild rebuild) {
    return new TableExchange(statements, target.database(), rebuild.database());
  }

  private void exchange(Rebuild rebuild) {
    progress.step("Exchanging tables");
    tables(rebuild).exchange(rebuild.tables(), table -> reached.accept("exchanged " + table));
  }

  private void publish(Rebuild rebuild) {
    if (!rebuild.differs()) {
      // The same entries by the same code and settings, before the live application stopped and
      // after: comparing again would only keep it waiting.
      return;
    }
    long written =
        new RecordPublishing(connection, rebuild, queries, target.database(), progress).publish();
    if (written > 0) {
      reached.accept("published");
    }
  }

  private PipelineState successor(Rebuild rebuild) {
    Kept kept =
        rebuild.keepOld()
            ? new Kept(
                rebuild.replaces(),
                rebuild.replaces() + "-kept.",
                rebuild.database(),
                liveSettings,
                state.replaced())
            : null;
    String log = rebuild.rawLog() == null ? state.log() : rebuild.rawLog();
    return new PipelineState(
        rebuild.application(), log, true, rebuild.settings(), rebuild.replaced(), kept, rebuild);
  }

  private void awaitSuccessor(Rebuild rebuild) {
    progress.step("Starting " + rebuild.application() + " in its place");
    if (!Waiting.await(() -> groups.members(rebuild.application()) > 0, START_PATIENCE)) {
      progress.step("No topology runs; it goes on when one is started");
    }
  }

  private void clean(Rebuild rebuild) {
    progress.step("Removing what is no longer needed");
    removeShadow(rebuild);
    if (!rebuild.keepOld()) {
      dropDatabase(rebuild.database());
      groups.deleteApplication(rebuild.replaces());
    }
  }

  /** Removes topics and group of a shadow's sink, and its state on this machine. */
  private void removeShadow(Rebuild rebuild) {
    Set<String> topics = groups.topics(rebuild.topicPrefix());
    String log = state.log();
    if (log != null) {
      // One that a replay has made is in force.
      topics.remove(log);
    }
    groups.deleteTopics(topics);
    PipelineNames names = PipelineNames.of(Shadow.connection(connection, rebuild).topics());
    groups.deleteConnectGroup(names.sinkGroup());
    groups.deleteConnectGroup(names.deadLetterGroup());
    LocalFolders.delete(folder.resolve(rebuild.id()));
  }

  private void dropDatabase(String database) {
    statements.execute("DROP DATABASE IF EXISTS " + database);
  }

  /** Removes what a replay has made that does not hand over. */
  void discard(Rebuild rebuild) {
    progress.step("Removing what the replay made");
    if (rebuild.scope() != Scope.BACK) {
      Waiting.await(() -> groups.members(rebuild.application()) == 0, STOP_PATIENCE);
      removeShadow(rebuild);
      dropDatabase(rebuild.database());
      groups.deleteApplication(rebuild.application());
    }
    write(state.with(null));
  }

  private void discardInterrupted() {
    Rebuild before = state.rebuild();
    if (before != null) {
      discard(before);
    }
  }

  /**
   * Undoes what was interrupted and lets the live application go on.
   *
   * @throws UserError when it is too late for that
   */
  void abort() {
    Rebuild rebuild = state.rebuild();
    if (rebuild == null) {
      throw new UserError("No replay was interrupted.", null);
    }
    if (rebuild.step().compareTo(Step.PUBLISHING) >= 0) {
      throw new UserError(
          "The tables of " + rebuild.id() + " are in place already.",
          "Finish it with `recount replay --all`.");
    }
    if (rebuild.step() == Step.EXCHANGING) {
      tables(rebuild).undo(rebuild.tables());
    }
    write(state.running(true).with(rebuild.at(Step.REBUILDING)));
    discard(rebuild);
  }

  /** Removes what was kept for going back. */
  void dropKept() {
    Kept kept = state.kept();
    if (kept == null) {
      throw new UserError("Nothing was kept.", null);
    }
    groups.deleteTopics(groups.topics(kept.topicPrefix()));
    dropDatabase(kept.database());
    groups.deleteApplication(kept.application());
    write(state.withoutKept());
  }

  @Override
  public void close() {
    heartbeat.close();
    queries.close();
    statements.close();
    writer.close();
    groups.close();
  }
}
