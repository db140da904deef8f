package dev.recount.cli.replay;

import dev.recount.cli.pipeline.Rebuild;
import dev.recount.cli.replay.BoundedReading.Chosen;
import dev.recount.sinks.clickhouse.schema.Migrations;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import dev.recount.topology.TopologySettings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Derives rows anew beside the live ones, and compares them. */
final class Derivation {
  /**
   * Rounds in which the shadow comes nearer to the live application, or rows are looked at again.
   */
  private static final int ROUNDS = 5;

  /** So little is left to the last round that the live application need not wait for long. */
  private static final long NEAR = 2_000;

  private final ReplayTools tools;

  Derivation(ReplayTools tools) {
    this.tools = tools;
  }

  /** Derives everything up to where the live application is, and compares. */
  ReplayReport all(Rebuild rebuild) {
    prepareLiveTables();
    tools.live().requireAtWork(rebuild.replaces());
    try (Shadow shadow = tools.shadow(rebuild)) {
      List<TableDifference> found = List.of();
      Map<TopicPartition, Long> bounds = Map.of();
      TableComparison comparison = null;
      Instant horizon = tools.horizon(rebuild);
      Duration rest = rebuild.rawLog() == null ? Duration.ZERO : rest(rebuild);
      for (int round = 1; round <= ROUNDS; round++) {
        bounds = tools.processed(rebuild);
        shadow.derive(bounds, Optional.empty(), rest);
        tools.reached("derived");
        if (round < ROUNDS && isFarFrom(bounds, rebuild)) {
          continue;
        }
        shadow.awaitRows();
        tools.awaitLiveRows();
        tools.say("Comparing");
        comparison =
            rebuild.rawLog() == null
                ? TableComparison.ofAll(
                    tools.queries(), tools.database(), rebuild.database(), horizon)
                : TableComparison.ofRaw(
                    tools.queries(), tools.database(), rebuild.database(), horizon);
        List<TableDifference> now = comparison.compare();
        found = found.isEmpty() ? now : confirmed(now, found);
        tools.reached("compared");
        if (count(found) == 0 || tools.processed(rebuild).equals(bounds)) {
          break;
        }
      }
      return report(found, comparison, shadow, horizon);
    }
  }

  /** Derives some traces and compares them. */
  ReplayReport part(Rebuild rebuild, Set<String> traces, byte[] tick) {
    prepareLiveTables();
    tools.live().requireAtWork(rebuild.replaces());
    ChosenTraces.write(tools.statements(), rebuild.database(), traces);
    try (Shadow shadow = tools.shadow(rebuild)) {
      Instant horizon = tools.horizon(rebuild);
      Map<TopicPartition, Long> bounds = tools.live().processed(rebuild.replaces());
      shadow.derive(bounds, Optional.of(new Chosen(traces, tick)), Duration.ZERO);
      shadow.awaitRows();
      tools.awaitLiveRows();
      TableComparison comparison =
          TableComparison.ofChosen(tools.queries(), tools.database(), rebuild.database(), horizon);
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
        tools.processed(rebuild).entrySet().stream()
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

  /** After a loss of the tables there may be none. */
  private void prepareLiveTables() {
    Migrations.apply(tools.statements(), SchemaOptions.of(tools.database()));
  }
}
