package dev.recount.cli.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackOutcome;
import dev.recount.avro.TraceRecord;
import dev.recount.cli.deploy.Repository;
import dev.recount.connectors.importing.ImportOptions;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.evaluation.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each evaluator says of the recorded runs that failed and of those that succeeded. Prints the
 * tables of docs/evaluators.md, and holds the page to them.
 */
class EvaluatorsReportTest {
  private static final int FAILED = 57;
  private static final int SUCCEEDED = 43;
  private static final Path PAGE = Repository.root().resolve("docs/evaluators.md");
  private static final Pattern AIRLINE_SETTINGS =
      Pattern.compile("(?s)```yaml\n(# for the recorded runs.*?)```");

  /** Traces by what an evaluation said of them. */
  private static final class Tally {
    final Set<String> judged = new HashSet<>();
    final Set<String> faulted = new HashSet<>();
  }

  @Test
  void byDefault(@TempDir Path folder) throws IOException {
    compare(TopologySettings.defaults(), folder);
  }

  @Test
  void withSettingsForTheirDomain(@TempDir Path folder) throws IOException {
    String settings =
        AIRLINE_SETTINGS
            .matcher(Files.readString(PAGE))
            .results()
            .map(found -> found.group(1))
            .findFirst()
            .orElseThrow();
    compare(TopologySettings.fromMap(Map.of("evaluators", settings)), folder);
  }

  private static void compare(TopologySettings settings, Path folder) throws IOException {
    RecordedRuns runs = RecordedRuns.of(ImportOptions.defaults(), folder, settings);
    assertThat(runs.evaluations()).noneMatch(row -> row.getLabel().equals(Verdict.ERROR));
    List<String> table = table(runs.evaluations(), outcomes(runs.traces()));
    table.forEach(System.out::println);
    assertThat(Files.readAllLines(PAGE)).containsSequence(table);
  }

  /** Whether each run failed, by the reward that the recording gives it. */
  private static Map<String, Boolean> outcomes(List<TraceRecord> traces) {
    Map<String, Boolean> failed = new HashMap<>();
    for (TraceRecord trace : traces) {
      for (FeedbackOutcome outcome : trace.getFeedback()) {
        if ("reward".equals(outcome.getName())) {
          failed.put(trace.getTraceId(), !Double.valueOf(1).equals(outcome.getScore()));
        }
      }
    }
    assertThat(failed.values().stream().filter(each -> each)).hasSize(FAILED);
    assertThat(failed).hasSize(FAILED + SUCCEEDED);
    return failed;
  }

  private static List<String> table(List<Evaluation> rows, Map<String, Boolean> failed) {
    Map<String, Tally> tallies = new TreeMap<>();
    Tally any = new Tally();
    for (Evaluation row : rows) {
      Tally tally = tallies.computeIfAbsent(row.getName(), name -> new Tally());
      boolean adverse = Boolean.FALSE.equals(row.getPassed());
      for (Tally each : List.of(tally, any)) {
        each.judged.add(row.getTraceId());
        if (adverse) {
          each.faulted.add(row.getTraceId());
        }
      }
    }
    List<String> table = new ArrayList<>();
    tallies.forEach((name, tally) -> table.add(line("`" + name + "`", tally, failed)));
    table.add(line("any of them", any, failed));
    return table;
  }

  private static String line(String name, Tally tally, Map<String, Boolean> failed) {
    long onFailed = tally.faulted.stream().filter(failed::get).count();
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %d | %s | %.2f |",
        name,
        tally.judged.size(),
        onFailed,
        tally.faulted.size() - onFailed,
        tally.faulted.isEmpty()
            ? "–"
            : String.format(Locale.ROOT, "%.2f", (double) onFailed / tally.faulted.size()),
        (double) onFailed / FAILED);
  }
}
