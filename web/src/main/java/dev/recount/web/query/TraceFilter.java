package dev.recount.web.query;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which traces are meant. Its parameters are the same wherever traces are listed, counted or
 * compared, and they are those in the address of the page.
 *
 * <p>Several values of one name are alternatives; all names have to hold. An empty value means that
 * nobody said: {@code agent_version=} finds the traces without one. A name as long as names are
 * shown finds whatever begins with it. What has to hold beside all that, of a name that has a value
 * already, is a filter within: {@code also}.
 */
public final class TraceFilter {
  /** Nothing more is expected of the trace. */
  static final String SETTLED = "phase != 'provisional'";

  /** Columns that hold one text each, and are filtered by it. */
  public static final List<String> TEXTS =
      List.of(
          "service",
          "environment",
          "agent_name",
          "agent_version",
          "model",
          "prompt_name",
          "prompt_version",
          "tool_schema_version",
          "memory_index_version",
          "framework",
          "framework_version",
          "release",
          "session_id",
          "user_id",
          "status",
          "error_type",
          "phase",
          "retained_by");

  /** Columns that are yes or no. */
  public static final List<String> FLAGS = List.of("escalated", "rolled_back", "retained");

  private static final Set<String> VERDICTS = Set.of("passed", "failed", "scored");
  private static final Set<String> FEEDBACK = Set.of("good", "bad", "any", "none");
  private static final Set<String> PLACES = Set.of("traces", "steps");

  /** What not every trace has, and the column that says so. */
  private static final Map<String, String> KNOWN =
      Map.of(
          "feedback_score", "feedback_score",
          "evaluation_min_score", "evaluation_min_score",
          "duration", "ended_at",
          "total_tokens", "total_tokens",
          "cost", "cost_usd",
          "context_utilization", "max_context_utilization");

  /** A filter within a filter is longer than any other value: it is encoded twice. */
  private static final int LONGEST_ALSO = 8_000;

  /** From here on a score counts as good, as it does for alerts. */
  private static final String GOOD = "0.5";

  private final OptionalLong from;
  private final OptionalLong to;
  private final Map<String, List<String>> texts;
  private final Map<String, Boolean> flags;
  private final List<String> tools;
  private final List<String> marks;
  private final Optional<String> evaluator;
  private final Optional<String> verdict;
  private final Optional<String> feedback;
  private final Optional<String> search;
  private final StepFilter steps;
  private final OptionalLong leastMillis;
  private final OptionalLong leastErrors;
  private final Optional<Boolean> settled;
  private final Set<String> known;
  private final List<TraceFilter> also;

  /**
   * Reads a filter.
   *
   * @throws BadParameter when a value is none
   */
  public TraceFilter(Parameters parameters) {
    this.from = parameters.time("from");
    this.to = parameters.time("to");
    this.texts = new LinkedHashMap<>();
    for (String column : TEXTS) {
      List<String> values = parameters.texts(column);
      if (!values.isEmpty()) {
        texts.put(column, values);
      }
    }
    this.flags = new LinkedHashMap<>();
    for (String column : FLAGS) {
      parameters.flag(column).ifPresent(value -> flags.put(column, value));
    }
    this.tools = parameters.texts("tool");
    this.marks = parameters.texts("flag");
    this.evaluator = parameters.text("evaluator");
    this.verdict = parameters.oneOf("verdict", VERDICTS);
    this.feedback = parameters.oneOf("feedback", FEEDBACK);
    this.search = parameters.text("q").map(String::strip).filter(text -> !text.isEmpty());
    boolean searchSteps = parameters.oneOf("in", PLACES).orElse("traces").equals("steps");
    this.steps = new StepFilter(parameters, from, searchSteps ? search : Optional.empty());
    this.leastMillis = parameters.whole("min_duration_ms", 0, Long.MAX_VALUE / 1_000);
    this.leastErrors = parameters.whole("min_errors", 0, Long.MAX_VALUE);
    this.settled = parameters.flag("settled");
    this.known = parameters.words("known", KNOWN.keySet());
    this.also = parameters.nested("also", LONGEST_ALSO).stream().map(TraceFilter::within).toList();
  }

  private static TraceFilter within(Parameters parameters) {
    TraceFilter filter = new TraceFilter(parameters);
    parameters.finish();
    return filter;
  }

  /** What {@code known} may ask for. */
  public static Set<String> knowable() {
    return new TreeSet<>(KNOWN.keySet());
  }

  /** Whether every trace is meant. */
  boolean isEmpty() {
    return from.isEmpty() && to.isEmpty() && timeless(new Sql()).isEmpty();
  }

  /** The earliest start, in microseconds since the epoch. */
  public OptionalLong from() {
    return from;
  }

  /** The start before which traces are meant, likewise. */
  public OptionalLong to() {
    return to;
  }

  /** The conditions on a row of {@code traces_latest}, times included. */
  List<String> conditions(Sql sql) {
    List<String> conditions = new ArrayList<>();
    from.ifPresent(time -> conditions.add("started_at >= " + sql.time(time)));
    to.ifPresent(time -> conditions.add("started_at < " + sql.time(time)));
    conditions.addAll(timeless(sql));
    return conditions;
  }

  /** The conditions without those on time. */
  List<String> timeless(Sql sql) {
    List<String> conditions = new ArrayList<>();
    texts.forEach((column, values) -> conditions.add(sql.named(column, values)));
    flags.forEach((column, value) -> conditions.add(column + " = " + value));
    if (!tools.isEmpty()) {
      conditions.add(sql.anyNamed("tools", tools));
    }
    if (!marks.isEmpty()) {
      conditions.add(sql.anyNamed("flags", marks));
    }
    settled.ifPresent(yes -> conditions.add(yes ? SETTLED : "phase = 'provisional'"));
    known.forEach(name -> conditions.add("isNotNull(" + KNOWN.get(name) + ")"));
    leastErrors.ifPresent(least -> conditions.add("error_count >= " + sql.number(least)));
    evaluations(sql).ifPresent(conditions::add);
    feedback.ifPresent(kind -> conditions.add(feedback(kind)));
    leastMillis.ifPresent(
        least ->
            conditions.add(
                "dateDiff('millisecond', started_at, ended_at) >= " + sql.number(least)));
    search.ifPresent(text -> conditions.add(search(sql, text)));
    conditions.addAll(steps.conditions(sql));
    also.forEach(filter -> conditions.addAll(filter.conditions(sql)));
    return conditions;
  }

  private Optional<String> evaluations(Sql sql) {
    if (evaluator.isEmpty() && verdict.isEmpty()) {
      return Optional.empty();
    }
    String named = evaluator.map(name -> sql.named("name", List.of(name))).orElse("1");
    String judged =
        switch (verdict.orElse("")) {
          case "passed" -> "ifNull(pass, 0)";
          case "failed" -> "ifNull(NOT pass, 0)";
          case "scored" -> "isNotNull(score)";
          default -> "1";
        };
    return Optional.of(
        "arrayExists((name, pass, score) -> "
            + named
            + " AND "
            + judged
            + ", evaluation_names, evaluation_passed, evaluation_scores)");
  }

  private static String feedback(String kind) {
    return switch (kind) {
      case "good" -> "feedback_score >= " + GOOD;
      case "bad" -> "feedback_score < " + GOOD;
      case "any" -> "notEmpty(feedback_ids)";
      default -> "empty(feedback_ids)";
    };
  }

  private String search(Sql sql, String text) {
    String bound = sql.text(text);
    List<String> places =
        new ArrayList<>(
            List.of(
                "session_id = " + bound,
                "user_id = " + bound,
                contains("root_name", bound),
                contains("agent_name", bound),
                contains("error_type", bound),
                "arrayExists(tool -> " + contains("tool", bound) + ", tools)"));
    String digits = text.replace("-", "").toLowerCase(Locale.ROOT);
    if (digits.matches("[0-9a-f]{4,32}")) {
      places.add("startsWith(trace_id, " + sql.text(digits) + ")");
    }
    steps.search(sql, bound).ifPresent(places::add);
    return "(" + String.join(" OR ", places) + ")";
  }

  static String contains(String column, String bound) {
    return "positionCaseInsensitiveUTF8(" + column + ", " + bound + ") > 0";
  }
}
