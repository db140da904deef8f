package dev.recount.web.api;

import dev.recount.web.query.TraceFilter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A parameter of a call.
 *
 * @param name its name
 * @param description what it does, in one line
 * @param type {@code string}, {@code integer}, {@code number} or {@code boolean}
 * @param many whether it may be given several times
 * @param required whether it has to be given
 * @param words what it may be; empty for anything
 */
record ApiParameter(
    String name,
    String description,
    String type,
    boolean many,
    boolean required,
    Set<String> words) {
  static ApiParameter text(String name, String description) {
    return new ApiParameter(name, description, "string", false, false, Set.of());
  }

  static ApiParameter texts(String name, String description) {
    return new ApiParameter(name, description, "string", true, false, Set.of());
  }

  static ApiParameter required(String name, String description) {
    return new ApiParameter(name, description, "string", false, true, Set.of());
  }

  static ApiParameter whole(String name, String description) {
    return new ApiParameter(name, description, "integer", false, false, Set.of());
  }

  static ApiParameter number(String name, String description) {
    return new ApiParameter(name, description, "number", false, false, Set.of());
  }

  static ApiParameter words(String name, String description, Set<String> words) {
    return new ApiParameter(name, description, "string", true, false, new TreeSet<>(words));
  }

  static ApiParameter flag(String name, String description) {
    return new ApiParameter(name, description, "boolean", false, false, Set.of());
  }

  static ApiParameter oneOf(String name, String description, Set<String> words) {
    return new ApiParameter(name, description, "string", false, false, new TreeSet<>(words));
  }

  static final ApiParameter TRACE_ID =
      required("trace_id", "ID of the trace: 32 hexadecimal digits.");

  static final ApiParameter DECISION_ID = required("decision_id", "ID of the decision.");

  /** What filters traces, wherever they are listed, counted or compared. */
  static List<ApiParameter> ofFilter(List<String> columns, List<String> flags) {
    return Stream.of(
            List.of(
                text("from", "Earliest start: ISO 8601, or microseconds since the epoch."),
                text("to", "Start before which traces are meant, likewise.")),
            columns.stream()
                .map(
                    column ->
                        texts(
                            column,
                            "Traces with this "
                                + column
                                + "; empty for those without one, several for any of them."))
                .toList(),
            flags.stream().map(flag -> flag(flag, "Traces that are, or are not.")).toList(),
            List.of(
                texts("tool", "Traces that called this tool, or any of these."),
                texts("flag", "Traces with this flag, or any of these."),
                text("evaluator", "Traces that this evaluator has judged."),
                oneOf(
                    "verdict",
                    "How it, or any evaluator, has judged; scored: it gave a score.",
                    Set.of("passed", "failed", "scored")),
                oneOf(
                    "feedback",
                    "What people said: a mean score of 0.5 and more, of less; anything, or"
                        + " nothing.",
                    Set.of("good", "bad", "any", "none")),
                whole("min_duration_ms", "Traces that took so long, or longer."),
                whole("min_errors", "Traces with so many errors, or more."),
                texts(
                    "failed_tool",
                    "Traces in which a call of this tool failed, or of any of these."),
                number("min_confidence", "Traces with a decision that was so sure, from 0 to 1."),
                number(
                    "below_confidence",
                    "Traces with a decision that was less sure; with the one before, in between."),
                flag("settled", "Traces of which nothing more is expected, or is."),
                words(
                    "known",
                    "Traces of which this is known, or all of these.",
                    TraceFilter.knowable()),
                texts(
                    "also",
                    "What has to hold, too: a filter, its parameters encoded as those of an"
                        + " address."),
                text(
                    "q",
                    "Traces with this ID, or an ID that begins so, of this session or user, or with"
                        + " this text in their name, agent, error or tools."),
                oneOf(
                    "in",
                    "steps: q is looked for in the texts of steps, too; takes longer.",
                    Set.of("traces", "steps"))))
        .flatMap(List::stream)
        .toList();
  }
}
