package dev.recount.cli.bisect;

import dev.recount.cli.bisect.Regression.Suspect;
import dev.recount.cli.bisect.statistics.Change;
import dev.recount.cli.bisect.statistics.ChangePoint.Interval;
import dev.recount.cli.bisect.statistics.Effect;
import dev.recount.cli.bisect.statistics.Finding;
import dev.recount.cli.bisect.statistics.Verdict;
import dev.recount.cli.bisect.statistics.Version;
import dev.recount.cli.output.Text;
import dev.recount.cli.output.TextTable;
import dev.recount.cli.trace.Paint;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells people what was found out. */
final class RegressionReport {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int LABEL_COLUMNS = 16;

  /** Two standard errors either way hold the true effect in 95 of 100 cases. */
  private static final double CONFIDENCE = 1.96;

  private final Regression regression;
  private final Measure measure;
  private final Verdict verdict;
  private final Paint paint;
  private final int columns;
  private final List<String> lines = new ArrayList<>();

  RegressionReport(Regression regression, Paint paint, int columns) {
    this.regression = regression;
    this.measure = regression.scope().measure();
    this.verdict = regression.verdict();
    this.paint = paint;
    this.columns = columns;
  }

  List<String> lines() {
    head();
    conclusion();
    if (!regression.suspects().isEmpty()) {
      table();
      for (int i = 0; i < regression.suspects().size(); i++) {
        suspect(i + 1, regression.suspects().get(i));
      }
    }
    rest();
    return lines;
  }

  private void head() {
    Effect difference = verdict.difference();
    lines.add(
        paint.bold(capitalised(measure.words()))
            + ": "
            + measure.value(verdict.before().mean())
            + " before, "
            + measure.value(verdict.after().mean())
            + " after, "
            + measure.difference(difference.size())
            + " (p "
            + pValue(difference.pValue())
            + ")");
    lines.add(
        window("before", regression.window().from(), regression.window().change())
            + Text.count(verdict.before().traces(), "trace"));
    lines.add(
        window("after ", regression.window().change(), regression.window().to())
            + Text.count(verdict.after().traces(), "trace")
            + ", "
            + whence());
    lines.add("");
    lines.add("  " + Text.padRight("all traces", LABEL_COLUMNS) + course(regression.course()));
    lines.add("");
  }

  private static String window(String name, Instant from, Instant to) {
    return "  " + name + "  " + MINUTE.format(from) + " to " + MINUTE.format(to) + "  ";
  }

  private String whence() {
    if (regression.given()) {
      return "as asked for";
    }
    return regression
        .changePoint()
        .map(point -> "where it drops most sharply (p " + pValue(point.pValue()) + ")")
        .orElse("the later half, as it drops nowhere");
  }

  private void conclusion() {
    String looked =
        " ("
            + Text.count(verdict.comparisons(), "change")
            + " and meetings of versions compared, significance "
            + regression.significance()
            + ")";
    if (verdict.worse().isEmpty()) {
      lines.add(
          paint.good("No change of a version explains anything for the worse") + looked + ".");
    } else {
      Finding first = verdict.worse().get(0);
      lines.add(
          paint.bad(described(first))
              + " explains "
              + measure.difference(first.explains())
              + looked
              + ".");
    }
    verdict
        .elsewhere()
        .ifPresent(
            effect ->
                lines.add(
                    "Old and new versions alike changed by "
                        + measure.difference(effect.size())
                        + " with the time: look for something that is no version."));
    lines.add("");
  }

  private void table() {
    TextTable table =
        TextTable.of(
                "",
                "change",
                "share before",
                "after",
                "with it",
                "without",
                "effect",
                "explains",
                "p")
            .numbers("share before", "after", "with it", "without", "effect", "explains");
    int number = 0;
    for (Suspect suspect : regression.suspects()) {
      Finding finding = suspect.finding();
      table.row(
          ++number,
          described(finding),
          percent(finding.before()),
          percent(finding.after()),
          mean(finding.with().traces(), finding.with().mean()),
          mean(finding.without().traces(), finding.without().mean()),
          measure.difference(finding.effect().size()) + " ± " + margin(finding.effect()),
          measure.difference(finding.explains()),
          pValue(finding.adjustedPValue()));
    }
    lines.addAll(table.lines(columns));
  }

  private String mean(long traces, double mean) {
    return traces == 0 ? "–" : measure.value(mean);
  }

  /** Half the width of the confidence interval, in the unit of the effect. */
  private String margin(Effect effect) {
    double half = CONFIDENCE * effect.standardError();
    return measure.difference(half).replace("+", "").replace(" points", "").replace(" %", "");
  }

  private void suspect(int number, Suspect suspect) {
    Finding finding = suspect.finding();
    lines.add("");
    lines.add(paint.bold(number + ". " + described(finding)));
    if (!finding.alike().isEmpty()) {
      lines.add(
          "   "
              + paint.warning("cannot be told from ")
              + list(finding.alike())
              + ": they always ran together");
    }
    if (!finding.rivals().isEmpty()) {
      lines.add(
          "   "
              + paint.warning("could as well be ")
              + list(finding.rivals())
              + ": too few traces ran with one and without the other");
    }
    if (finding.onlyByTime()) {
      lines.add(
          "   "
              + paint.warning("only the time speaks for it")
              + ": too few traces ran without it after, or with it before; what else changed then?");
    }
    lines.add("   " + Text.padRight("with it", LABEL_COLUMNS) + course(suspect.course()));
    lines.add("   " + Text.padRight("share with it", LABEL_COLUMNS) + shares(suspect.course()));
    lines.add("   for instance " + String.join("\n                ", suspect.examples()));
  }

  private void rest() {
    if (!verdict.better().isEmpty()) {
      lines.add("");
      lines.add(
          paint.good("For the better: ")
              + verdict.better().stream()
                  .map(
                      finding ->
                          described(finding) + " " + measure.difference(finding.effect().size()))
                  .collect(Collectors.joining(", ")));
    }
    if (!verdict.acquitted().isEmpty()) {
      lines.add("");
      lines.add(
          paint.faint("Changed too, and not needed to explain it: " + list(verdict.acquitted())));
    }
  }

  private String course(List<Interval> intervals) {
    double least = Sparkline.least(regression.course()).orElse(0);
    double greatest = Sparkline.greatest(regression.course()).orElse(1);
    return sparkline().draw(intervals, interval -> interval.moments().mean(), least, greatest)
        + "  "
        + paint.faint(measure.value(least) + " to " + measure.value(greatest));
  }

  private String shares(List<Interval> with) {
    Map<Instant, Double> all = new HashMap<>();
    regression.course().forEach(part -> all.put(part.start(), part.moments().w()));
    Map<Instant, Double> some = new HashMap<>();
    with.forEach(part -> some.put(part.start(), part.moments().w()));
    return sparkline()
            .draw(
                regression.course(),
                part -> some.getOrDefault(part.start(), 0.0) / all.getOrDefault(part.start(), 1.0),
                0,
                1)
        + "  "
        + paint.faint("0 % to 100 %");
  }

  private Sparkline sparkline() {
    int count =
        regression.course().stream()
                .map(Interval::start)
                .max(Instant::compareTo)
                .map(
                    last ->
                        (int)
                            (Duration.between(regression.window().from(), last).toNanos()
                                / regression.interval().toNanos()))
                .orElse(0)
            + 1;
    return new Sparkline(
        regression.window().from(), regression.window().change(), regression.interval(), count);
  }

  /** A change with the versions that it replaced: {@code prompt order-handling v16 → v17}. */
  private static String described(Finding finding) {
    return finding.change().versions().stream()
        .map(version -> described(version, finding.replaced()))
        .collect(Collectors.joining(" with "));
  }

  private static String described(Version version, List<Version> replaced) {
    Optional<Version> old =
        replaced.stream().filter(other -> other.dimension() == version.dimension()).findFirst();
    return Stream.of(
            version.thing(), old.map(other -> other.version() + " →").orElse(""), version.version())
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" "));
  }

  private static String list(List<Change> changes) {
    return changes.stream().map(Change::toString).collect(Collectors.joining(", "));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private static String pValue(double pValue) {
    return pValue < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", pValue);
  }

  private static String capitalised(String words) {
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }
}
