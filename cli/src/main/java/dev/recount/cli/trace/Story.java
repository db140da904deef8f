package dev.recount.cli.trace;

import dev.recount.cli.output.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells the story of one trace, step by step. */
final class Story {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final TraceRows rows;
  private final StepTeller steps;
  private final Paint paint;
  private final List<String> lines = new ArrayList<>();

  private Story(TraceRows rows, Paint paint, int columns) {
    this.rows = rows;
    this.paint = paint;
    this.steps = new StepTeller(rows, paint, columns);
  }

  /**
   * The story.
   *
   * @param columns width that long text is cut to
   */
  static List<String> tell(TraceRows rows, Paint paint, int columns) {
    Story story = new Story(rows, paint, columns);
    story.header();
    story.steps();
    story.verdicts();
    story.suspect();
    return story.lines;
  }

  private void header() {
    Row trace = rows.trace();
    lines.add(
        paint.bold("Trace " + trace.text("trace_id"))
            + "  "
            + paint.status(trace.text("status"))
            + error(trace));
    add(
        join(
            trace.text("root_name"),
            versioned("agent", trace.text("agent_name"), trace.text("agent_version")),
            versioned("prompt", trace.text("prompt_name"), trace.text("prompt_version")),
            labelled("model", trace.text("model")),
            versioned("framework", trace.text("framework"), trace.text("framework_version"))));
    add(
        join(
            labelled("service", trace.text("service")),
            labelled("environment", trace.text("environment")),
            labelled("session", trace.text("session_id")),
            labelled("user", trace.text("user_id"))));
    add(
        join(
            trace.time("started_at").map(TIME::format).orElse(""),
            trace.between("started_at", "ended_at").map(Text::duration).orElse(""),
            trace.text("phase") + ", revision " + trace.number("revision")));
    add(
        join(
            Text.count(trace.number("span_count"), "span"),
            Text.count(trace.number("decision_count"), "decision")
                + (trace.number("error_count") == 0
                    ? ""
                    : ", " + trace.number("error_count") + " failed"),
            Text.count(trace.number("snapshot_count"), "context snapshot"),
            tokens(trace),
            trace.fraction("max_context_utilization").isPresent()
                ? "window up to " + percent(trace.fraction("max_context_utilization").getAsDouble())
                : ""));
    List<String> flags = new ArrayList<>(trace.texts("flags"));
    if (trace.isSet("escalated")) {
      flags.add(0, "escalated to a person");
    }
    if (trace.isSet("rolled_back")) {
      flags.add(0, "rolled back");
    }
    if (!flags.isEmpty()) {
      lines.add("  " + paint.warning("⚑ " + Text.printable(String.join(", ", flags))));
    }
    lines.add("");
  }

  private void steps() {
    Instant start = rows.trace().time("started_at").orElse(Instant.EPOCH);
    for (Row decision : rows.decisions()) {
      lines.addAll(steps.tell(decision, start));
    }
    if (rows.decisions().isEmpty()) {
      lines.add("  No decisions: none of its spans is one that the conventions name.");
    }
  }

  private void verdicts() {
    List<String> verdicts =
        Stream.concat(
                rows.evaluations().stream()
                    .filter(row -> row.text("decision_id").isEmpty())
                    .filter(row -> !isPassedByEvaluator(row))
                    .map(steps::evaluation),
                rows.feedback().stream()
                    .filter(row -> row.text("decision_id").isEmpty())
                    .filter(row -> !row.text("kind").equals("EVALUATION"))
                    .map(steps::feedback))
            .toList();
    String passed =
        rows.evaluations().stream()
            .filter(Story::isPassedByEvaluator)
            .map(row -> row.text("name"))
            .sorted()
            .collect(Collectors.joining(", "));
    if (!verdicts.isEmpty() || !passed.isEmpty()) {
      lines.add("");
      lines.add("  " + paint.bold("On the whole trace"));
      verdicts.forEach(verdict -> lines.add("    " + verdict));
      if (!passed.isEmpty()) {
        lines.add("    " + paint.good("◆ passed: " + passed));
      }
    }
  }

  /** A verdict that there is nothing to tell of; the topology's evaluators give a version. */
  private static boolean isPassedByEvaluator(Row row) {
    return row.text("label").equals("passed") && row.text("evaluator").contains("@");
  }

  private void suspect() {
    Optional<Row> suspect = steps.suspect();
    if (suspect.isEmpty()) {
      return;
    }
    Row step = suspect.get();
    List<String> flags = step.texts("flags");
    lines.add("");
    lines.add(
        paint.warning(
            Text.printable(
                "  ➜ It went off in step "
                    + step.number("step")
                    + ", "
                    + step.text("kind")
                    + " "
                    + step.text("name")
                    + (flags.isEmpty() ? "" : ": " + String.join(", ", flags)))));
  }

  /** A trace may end well although a step in it failed. */
  private String error(Row trace) {
    String type = Text.printable(trace.text("error_type"));
    if (type.isEmpty()) {
      return "";
    }
    return trace.text("status").equals("error")
        ? paint.bad(" " + type)
        : paint.faint(", in spite of " + type);
  }

  private void add(String line) {
    if (!line.isEmpty()) {
      lines.add("  " + Text.printable(line));
    }
  }

  private static String tokens(Row trace) {
    if (trace.text("input_tokens").isEmpty() && trace.text("output_tokens").isEmpty()) {
      return "";
    }
    return Text.count(trace.number("input_tokens"))
        + " tokens in, "
        + Text.count(trace.number("output_tokens"))
        + " out";
  }

  static String percent(double share) {
    return Math.round(share * 100) + " %";
  }

  /** How long after something else, in words; the exact figure is in the tables. */
  static String later(Duration lag) {
    if (lag.isNegative()) {
      return Text.duration(lag.negated()) + " before the end";
    }
    return Text.duration(lag.truncatedTo(ChronoUnit.MILLIS)) + " after the end";
  }

  private static String join(String... parts) {
    return Arrays.stream(parts).filter(part -> !part.isEmpty()).collect(Collectors.joining(" · "));
  }

  private static String labelled(String label, String value) {
    return value.isEmpty() ? "" : label + " " + value;
  }

  private static String versioned(String label, String name, String version) {
    if (name.isEmpty() && version.isEmpty()) {
      return "";
    }
    return Stream.of(label, name, version)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
