package dev.recount.cli.replay;

import dev.recount.cli.output.Progress;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.pipeline.Rebuild;
import dev.recount.schemas.Connection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code recount replay --all} that ends in the middle: within a process, or with the process, as
 * kill -9 would end it.
 */
public final class InterruptedReplay {
  /** What is done in turn, when tables differ. */
  public static final List<String> STEPS =
      List.of(
          "derived",
          "compared",
          "told to stop",
          "stopped",
          "drained",
          "positions moved",
          "exchanged feedback",
          "exchanged evaluations",
          "exchanged context_snapshots",
          "exchanged spans",
          "exchanged decisions",
          "exchanged traces",
          "published",
          "started",
          "cleaned");

  /** The interruption. */
  static final class Interrupted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Interrupted(String step) {
      super(step, null, false, false);
    }
  }

  private InterruptedReplay() {}

  /**
   * Replays until a step has been reached, or goes on with what was interrupted before.
   *
   * @return what it found; null where it went on with a hand-over
   */
  public static @Nullable Long until(
      String step,
      Connection connection,
      ClickHouseTarget target,
      Path folder,
      Map<String, String> settings,
      boolean keepOld) {
    try {
      return run(
          reached -> {
            if (reached.equals(step)) {
              throw new Interrupted(step);
            }
          },
          connection,
          target,
          folder,
          settings,
          keepOld);
    } catch (Interrupted interrupted) {
      return null;
    }
  }

  private static @Nullable Long run(
      Consumer<String> reached,
      Connection connection,
      ClickHouseTarget target,
      Path folder,
      Map<String, String> settings,
      boolean keepOld) {
    Progress progress =
        new Progress(Terminal.none(), new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    try (Replay replay =
        Replay.open(connection, target, folder, progress, Duration.ZERO, reached)) {
      Rebuild interrupted = replay.interrupted();
      if (interrupted != null && interrupted.step() != Rebuild.Step.REBUILDING) {
        replay.finish();
        return null;
      }
      Rebuild rebuild = replay.beginAll(settings, keepOld, false);
      ReplayReport report = replay.rebuild(rebuild);
      replay.handOver(rebuild, report);
      return report.differences();
    }
  }

  /**
   * Runs as a process of its own.
   *
   * @param arguments brokers, registry, ClickHouse, folder, the step at which the process ends
   *     (empty for none), settings
   */
  public static void main(String[] arguments) {
    Map<String, String> settings = new HashMap<>();
    for (String setting : List.of(arguments).subList(5, arguments.length)) {
      String[] parts = setting.split("=", 2);
      settings.put(parts[0], parts[1]);
    }
    run(
        reached -> {
          System.err.println(reached);
          if (reached.equals(arguments[4])) {
            Runtime.getRuntime().halt(137);
          }
        },
        Connection.plain(arguments[0], arguments[1]),
        ClickHouseTarget.plain(arguments[2]),
        Path.of(arguments[3]),
        settings,
        false);
    System.exit(0);
  }
}
