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
import dev.recount.schemas.Connection;
import dev.recount.schemas.TopicCreator;
import dev.recount.schemas.Topics;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.topology.Configuration;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.assembly.ConfigurationHistory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Derives rows anew and hands over. Every step is written to the journal before it is taken, and
 * can be taken again: see docs/replay.md.
 */
final class Replay implements AutoCloseable {
  /** By what is configured in the log, the setting that says what is wanted of it. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          Configuration.SAMPLING,
          TopologySettings.SAMPLING_RULES,
          Configuration.EVALUATORS,
          TopologySettings.EVALUATORS);

  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

  private final ReplayTools tools;
  private final Journal journal;
  private final Map<String, String> liveSettings;
  private final Derivation derivation;
  private final Leftovers leftovers;
  private final HandOver handOver;

  private Replay(ReplayTools tools, Journal journal, Map<String, String> liveSettings) {
    this.tools = tools;
    this.journal = journal;
    this.liveSettings = liveSettings;
    this.derivation = new Derivation(tools);
    this.leftovers = new Leftovers(tools, journal);
    this.handOver = new HandOver(tools, journal, leftovers, liveSettings);
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
      PipelineState state = reader.state();
      Connection inForce = connection.withTopics(state.topics(connection.topics()));
      return new Replay(
          new ReplayTools(inForce, target, folder, progress, reached, groups),
          new Journal(writer, Heartbeat.start(connection), state),
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
    return journal.rebuild();
  }

  /** What can be gone back to; null when nothing was kept. */
  @Nullable Kept kept() {
    return journal.state().kept();
  }

  /**
   * Refuses what could not be handed over, before any work is done.
   *
   * @throws UserError when the tables are those of a cluster, which are exchanged on one server
   *     only
   */
  void requireOneServer() {
    if (TableExchange.isReplicated(tools.statements(), tools.database())) {
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
   * nothing of it yet: what is in force now holds from its beginning on. One that has lost its
   * beginning no longer says what was in force there.
   *
   * @param changed settings that are given for this replay
   * @param id the replay
   */
  private Map<String, Replacement> replaced(
      Map<String, String> changed, String id, boolean fromRaw) {
    Map<String, Replacement> before = journal.state().replaced();
    Map<String, Replacement> replaced = new TreeMap<>(before);
    Set<String> given = new TreeSet<>(SETTINGS.keySet());
    given.removeIf(name -> !changed.containsKey(SETTINGS.get(name)));
    Instant horizon = tools.horizon(fromRaw);
    if (!fromRaw && horizon == null && given.isEmpty()) {
      return replaced;
    }
    ConfigurationHistory history =
        tools.state().configuration(journal.state().application(), before);
    Map<String, String> wanted =
        Configuration.of(TopologySettings.fromMap(settings(changed))).wanted();
    SETTINGS
        .keySet()
        .forEach(
            name -> {
              long unheard = history.highest(name) + 1;
              String text = wanted.getOrDefault(name, "");
              if (given.contains(name)) {
                replaced.put(name, new Replacement(fromRaw ? "" : id, text, unheard, 0));
              } else if (fromRaw) {
                replaced.put(
                    name,
                    history
                        .latest(name)
                        .map(edition -> edition.inPlaceOfTheLog(""))
                        .orElse(new Replacement("", text, unheard, 0)));
              } else if (horizon != null) {
                Replacement last = before.get(name);
                history
                    .at(name, horizon.toEpochMilli())
                    .map(edition -> edition.inPlaceOfTheLog(last == null ? "" : last.replay()))
                    .ifPresent(edition -> replaced.put(name, edition));
              }
            });
    return replaced;
  }

  /**
   * Begins to derive everything anew, or goes on with it where that was interrupted.
   *
   * @param changed settings that differ from those of the live topology
   * @throws UserError when the raw topics are asked for and tell less than the log
   */
  Rebuild beginAll(Map<String, String> changed, boolean keepOld, boolean fromRaw) {
    if (fromRaw) {
      requireRawTopicsOfTheLog();
    }
    Rebuild before = journal.rebuild();
    if (before != null
        && before.scope() == Scope.ALL
        && before.step() == Step.REBUILDING
        && before.keepOld() == keepOld
        && (before.rawLog() != null) == fromRaw
        && before.replaces().equals(journal.state().application())
        && before.settings().equals(settings(changed))
        && before.replaced().equals(replaced(changed, before.id(), fromRaw))) {
      tools.say("Going on with the replay of " + before.id());
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

  /**
   * A log that was derived tells when it was, and not when what it was derived from was sent: which
   * of its traces the raw topics still have as a whole cannot be known.
   */
  private void requireRawTopicsOfTheLog() {
    if (journal.state().log() == null) {
      return;
    }
    Instant raw = tools.horizon(true);
    Instant log = tools.horizon(false);
    if (raw != null && log != null && log.isAfter(raw)) {
      throw new UserError(
          "The log in force was itself derived from the raw topics, at "
              + log
              + ", and they have lost something of what it was derived from: they begin at "
              + raw
              + ".",
          "Replay from the log, without --from-raw: it holds more than they do.");
    }
  }

  private Rebuild begin(
      Scope scope, Map<String, String> changed, boolean keepOld, boolean fromRaw) {
    discardInterrupted();
    String id = ID.format(Instant.now());
    String application = tools.connection().topics().prefix() + "recount-" + id;
    Rebuild rebuild =
        new Rebuild(
            id,
            scope,
            Step.REBUILDING,
            application,
            journal.state().application(),
            application + ".",
            fromRaw ? Topics.withPrefix(application + ".").traceEvents().name() : null,
            tools.database() + "_replay_" + id,
            settings(changed),
            replaced(changed, id, fromRaw),
            keepOld,
            false,
            Map.of(),
            Map.of());
    journal.write(journal.state().with(rebuild));
    return rebuild;
  }

  /** Begins to go back to what was kept, or goes on with it. */
  Rebuild beginBack(boolean keepOld) {
    Rebuild before = journal.rebuild();
    if (before != null && before.scope() == Scope.BACK && before.step() == Step.REBUILDING) {
      return before;
    }
    Kept kept = journal.state().kept();
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
            journal.state().application(),
            kept.topicPrefix(),
            null,
            kept.database(),
            kept.settings(),
            kept.replaced(),
            keepOld,
            false,
            Map.of(),
            Map.of());
    journal.write(journal.state().with(rebuild));
    return rebuild;
  }

  /** Derives everything up to where the live application is, and compares. */
  ReplayReport rebuild(Rebuild rebuild) {
    return derivation.all(rebuild);
  }

  /** Derives some traces and compares them. */
  ReplayReport rebuild(Rebuild rebuild, Set<String> traces, byte[] tick) {
    return derivation.part(rebuild, traces, tick);
  }

  /** Has the live application stop and its successor take its place. */
  void handOver(Rebuild rebuild, ReplayReport report) {
    handOver.begin(rebuild, report);
  }

  /** Does what is left of a hand-over that has begun. */
  void finish() {
    handOver.finish();
  }

  /** Removes what a replay has made that does not hand over. */
  void discard(Rebuild rebuild) {
    leftovers.discard(rebuild);
  }

  /** Removes what was kept for going back. */
  void dropKept() {
    leftovers.dropKept();
  }

  private void discardInterrupted() {
    Rebuild before = journal.rebuild();
    if (before != null) {
      leftovers.discard(before);
    }
  }

  /**
   * Undoes what was interrupted and lets the live application go on.
   *
   * @throws UserError when it is too late for that
   */
  void abort() {
    Rebuild rebuild = journal.rebuild();
    if (rebuild == null) {
      throw new UserError("No replay was interrupted.", null);
    }
    if (rebuild.step().compareTo(Step.PUBLISHING) >= 0) {
      throw new UserError(
          "The tables of " + rebuild.id() + " are in place already.",
          "Finish it with `recount replay --all`.");
    }
    if (rebuild.step() == Step.EXCHANGING) {
      tools.tables(rebuild).undo(rebuild.tables());
    }
    journal.write(journal.state().running(true).with(rebuild.at(Step.REBUILDING)));
    leftovers.discard(rebuild);
  }

  @Override
  public void close() {
    journal.close();
    tools.close();
  }
}
