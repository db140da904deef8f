package dev.recount.cli.trace;

import dev.recount.cli.output.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Tells one step of a trace. */
final class StepTeller {
  private static final int GAUGE_CELLS = 10;
  private static final double CROWDED = 0.8;
  private static final String INDENT = "        ";

  private final TraceRows rows;
  private final Paint paint;
  private final int columns;
  private final Map<String, Row> byId = new LinkedHashMap<>();

  StepTeller(TraceRows rows, Paint paint, int columns) {
    this.rows = rows;
    this.paint = paint;
    this.columns = columns;
    rows.decisions().forEach(decision -> byId.put(decision.text("decision_id"), decision));
  }

  List<String> tell(Row decision, Instant traceStart) {
    List<String> lines = new ArrayList<>();
    lines.add(headline(decision, traceStart));
    detail(lines, "chose", choice(decision));
    detail(lines, "over", rejected(decision));
    detail(lines, "because", decision.text("rationale"));
    detail(lines, "expected", decision.text("expected_outcome"));
    detail(lines, "arguments", decision.text("tool_arguments"));
    detail(lines, "result", decision.text("tool_result"));
    detail(lines, "outcome", decision.text("actual_outcome"));
    if (decision.text("status").equals("error")) {
      lines.add(INDENT + paint.bad(cut("✗ " + error(decision))));
    }
    List<String> flags = decision.texts("flags");
    if (!flags.isEmpty()) {
      lines.add(INDENT + paint.warning(cut("⚑ " + String.join(", ", flags))));
    }
    String id = decision.text("decision_id");
    rows.evaluations().stream()
        .filter(row -> row.text("decision_id").equals(id))
        .forEach(row -> lines.add(INDENT + evaluation(row)));
    rows.feedback().stream()
        .filter(row -> row.text("decision_id").equals(id))
        .filter(row -> !row.text("kind").equals("EVALUATION"))
        .forEach(row -> lines.add(INDENT + feedback(row)));
    return lines;
  }

  /** The step that the trace, or else its first failed decision, points to. */
  Optional<Row> suspect() {
    Optional<Row> ofTrace = Optional.ofNullable(byId.get(rows.trace().text("suspect_decision_id")));
    return ofTrace.or(
        () ->
            rows.decisions().stream()
                .map(decision -> byId.get(decision.text("suspect_decision_id")))
                .filter(step -> step != null)
                .findFirst());
  }

  private String headline(Row decision, Instant traceStart) {
    boolean suspect =
        suspect().map(step -> step.columns().equals(decision.columns())).orElse(false);
    Duration offset =
        decision
            .time("started_at")
            .map(start -> Duration.between(traceStart, start))
            .orElse(Duration.ZERO);
    String line =
        Text.padLeft(Long.toString(decision.number("step")), 4)
            + (suspect ? paint.warning(" ➜ ") : "   ")
            + paint.faint(Text.padLeft("+" + Text.duration(offset), 9))
            + "  "
            + paint.bold(Text.padRight(decision.text("kind"), 15))
            + " "
            + Text.padRight(
                Text.shorten(Text.printable(decision.text("name")), nameColumns()), nameColumns())
            + " "
            + paint.status(decision.text("status"))
            + " ".repeat(Math.max(0, 6 - Text.width(decision.text("status"))))
            + Text.padLeft(
                decision.between("started_at", "ended_at").map(Text::duration).orElse("running"),
                9);
    return (line + confidence(decision) + context(decision)).stripTrailing();
  }

  private int nameColumns() {
    return Math.max(16, Math.min(32, columns - 80));
  }

  private static String confidence(Row decision) {
    OptionalDouble confidence = decision.fraction("confidence");
    return confidence.isPresent()
        ? String.format(Locale.ROOT, "  sure %.2f", confidence.getAsDouble())
        : "";
  }

  /** How full the context window was, as a gauge. */
  private String context(Row decision) {
    long tokens = decision.number("context_tokens");
    long limit = decision.number("context_limit");
    if (tokens == 0) {
      return "";
    }
    if (limit == 0) {
      return "  context " + Text.count(tokens, "token");
    }
    double share = (double) tokens / limit;
    int cells = (int) Math.min(GAUGE_CELLS, Math.round(share * GAUGE_CELLS));
    String gauge =
        "▕" + "█".repeat(cells) + "░".repeat(GAUGE_CELLS - cells) + "▏ " + Story.percent(share);
    String cut = decision.isSet("context_truncated") ? " cut" : "";
    return "  "
        + (share >= CROWDED || !cut.isEmpty() ? paint.warning(gauge + cut) : paint.faint(gauge));
  }

  private static String choice(Row decision) {
    String chosen = decision.text("chosen");
    // A tool call that chose the tool it called tells nothing new.
    boolean obvious =
        chosen.equals(decision.text("tool_name")) || chosen.equals(decision.text("name"));
    return obvious ? "" : chosen;
  }

  private static String rejected(Row decision) {
    List<String> others = new ArrayList<>();
    for (Row option : decision.rows("considered")) {
      if (!option.text("name").equals(decision.text("chosen"))) {
        String score =
            option.fraction("score").isPresent()
                ? String.format(Locale.ROOT, " %.2f", option.fraction("score").getAsDouble())
                : "";
        others.add(option.text("name") + score);
      }
    }
    return String.join(", ", others);
  }

  private static String error(Row decision) {
    String type = decision.text("error_type");
    String message = decision.text("error_message");
    if (message.isEmpty() || message.equals(type)) {
      return type.isEmpty() ? "failed" : type;
    }
    return type.isEmpty() ? message : type + ": " + message;
  }

  /** One line about a verdict of an evaluator. */
  String evaluation(Row row) {
    String text =
        "◆ "
            + row.text("name")
            + value(row)
            + (row.text("evaluator").isEmpty() ? "" : " by " + row.text("evaluator"))
            + (row.text("explanation").isEmpty() ? "" : ": " + row.text("explanation"));
    return verdict(row, cut(text));
  }

  /** One line about feedback. */
  String feedback(Row row) {
    String lag =
        row.text("lag_ms").isEmpty()
            ? ""
            : ", " + Story.later(Duration.ofMillis(row.number("lag_ms")));
    String text =
        "★ "
            + row.text("kind")
            + (row.text("name").isEmpty() ? "" : " " + row.text("name"))
            + value(row)
            + (row.text("source").isEmpty() ? "" : " from " + row.text("source"))
            + lag
            + (row.text("comment").isEmpty() ? "" : ": " + row.text("comment"));
    return verdict(row, cut(text));
  }

  private String verdict(Row row, String text) {
    String passed = row.text("passed");
    return switch (passed) {
      case "true" -> paint.good(text);
      case "false" -> paint.bad(text);
      default -> text;
    };
  }

  private static String value(Row row) {
    String score = row.text("score");
    String label = row.text("label");
    return (score.isEmpty() ? "" : " " + score) + (label.isEmpty() ? "" : " (" + label + ")");
  }

  private void detail(List<String> lines, String label, String text) {
    if (!text.isEmpty()) {
      lines.add(INDENT + paint.faint(Text.padRight(label, 10)) + cut(text));
    }
  }

  private String cut(String text) {
    return Text.shorten(Text.printable(text), Math.max(30, columns - INDENT.length() - 12));
  }
}
