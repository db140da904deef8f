package dev.recount.cli.oracle;

import static dev.recount.cli.oracle.OracleRows.nullable;
import static dev.recount.cli.oracle.OracleRows.text;

import dev.recount.cli.oracle.Telemetry.Feedback;
import dev.recount.cli.oracle.Telemetry.Option;
import dev.recount.cli.oracle.Telemetry.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rows of one trace, worked out the long way: every question looks at everything again. */
final class TraceOracle extends OracleSteps {
  private final List<Oracle.Joined> feedback;

  TraceOracle(String trace, Oracle.Contents contents) {
    super(trace, contents);
    this.feedback =
        contents.feedback.stream()
            .sorted(
                Comparator.<Oracle.Joined>comparingLong(joined -> joined.feedback().at())
                    .thenComparing(joined -> joined.feedback().id()))
            .toList();
  }

  private @Nullable Step judged(Feedback judgement) {
    Telemetry.About about = judgement.about();
    String decision = about.decision();
    String call = about.toolCall();
    String response = about.response();
    String spanId = about.span();
    String snapshot = about.snapshot();
    Step named = decision == null ? null : first(step -> step.id.equals(decision));
    if (named == null && call != null) {
      named = only(step -> call.equals(step.toolCall));
    }
    if (named == null && response != null) {
      named = only(step -> response.equals(responseOf(step)));
    }
    if (named == null && spanId != null) {
      named = first(step -> spanId.equals(step.spanId()));
      for (Span span = span(spanId); named == null && span != null; span = parent(span)) {
        named = firstOn(span);
      }
    }
    if (named == null && snapshot != null) {
      named = first(step -> snapshot.equals(snapshotIdOf(step)));
    }
    return named;
  }

  private static @Nullable String responseOf(Step step) {
    return step.span == null ? null : step.span.text("gen_ai.response.id");
  }

  private static @Nullable String snapshotIdOf(Step step) {
    return step.snapshot == null ? step.statedSnapshot : step.snapshot.id();
  }

  private @Nullable Step first(Function<Step, Boolean> test) {
    return steps.stream().filter(test::apply).findFirst().orElse(null);
  }

  private @Nullable Step only(Function<Step, Boolean> test) {
    List<Step> found = steps.stream().filter(test::apply).toList();
    return found.size() == 1 ? found.get(0) : null;
  }

  void addRows(Map<String, Map<String, Map<String, Object>>> tables) {
    put(tables, "traces", trace, traceRow());
    for (Step step : steps) {
      put(tables, "decisions", trace + "/" + step.id, decisionRow(step));
    }
    for (OracleWindow snapshot : windows) {
      put(tables, "context_snapshots", trace + "/" + snapshot.id(), snapshotRow(snapshot));
    }
    for (Span span : sent) {
      put(tables, "spans", trace + "/" + span.id(), spanRow(span));
    }
    for (Oracle.Joined joined : feedback) {
      put(tables, "feedback", joined.feedback().id(), feedbackRow(joined));
      if (joined.feedback().kind().equals("EVALUATION")) {
        put(
            tables,
            "evaluations",
            trace + "/" + joined.feedback().id(),
            evaluationRow(joined.feedback()));
      }
    }
  }

  private static void put(
      Map<String, Map<String, Map<String, Object>>> tables,
      String table,
      String key,
      Map<String, Object> row) {
    if (Objects.requireNonNull(tables.get(table)).put(key, row) != null) {
      throw new IllegalStateException("Two rows for " + key + " in " + table);
    }
  }

  private Map<String, Object> traceRow() {
    Map<String, Object> row = new TreeMap<>();
    row.put("trace_id", trace);
    putWho(row, firstSpan());
    OracleRows.putVersions(row, versions);
    row.put("started_at", startedAt());
    Long ended = endedAt();
    row.put("ended_at", nullable(ended == null ? null : Math.floorDiv(ended, 1_000)));
    Span root = root();
    row.put("root_name", root == null ? "" : root.name());
    row.put("status", rootStatus(root));
    row.put("span_count", (long) spans.size());
    row.put("late_span_count", 0L);
    row.put("decision_count", (long) steps.size());
    List<Step> failed = steps.stream().filter(step -> step.status.equals("error")).toList();
    row.put("error_count", (long) failed.size());
    row.put(
        "error_type",
        failed.stream()
            .map(step -> text(step.errorType))
            .filter(type -> !type.isEmpty())
            .findFirst()
            .orElse(""));
    row.put("snapshot_count", (long) windows.size());
    Set<String> tools = new TreeSet<>();
    steps.stream()
        .filter(step -> step.kind.equals("TOOL_CALL") && step.tool != null)
        .forEach(step -> tools.add(text(step.tool)));
    row.put("tools", List.copyOf(tools));
    row.put("flags", List.copyOf(flagsOfTrace()));
    putTokens(row);
    row.put("max_context_utilization", nullable(fullest()));
    List<Feedback> all = feedback.stream().map(Oracle.Joined::feedback).toList();
    putJudgements(row, all);
    List<Feedback> others = all.stream().filter(f -> !f.kind().equals("EVALUATION")).toList();
    boolean escalated = all.stream().anyMatch(f -> f.kind().equals("ESCALATION"));
    boolean rolledBack = all.stream().anyMatch(f -> f.kind().equals("ROLLBACK"));
    row.put("escalated", escalated);
    row.put("rolled_back", rolledBack);
    row.put(
        "evaluation_min_score",
        nullable(
            all.stream()
                .filter(f -> f.kind().equals("EVALUATION"))
                .map(Feedback::score)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null)));
    List<Double> scores = others.stream().map(Feedback::score).filter(Objects::nonNull).toList();
    double sum = 0;
    for (double score : scores) {
      sum += score;
    }
    row.put("feedback_score", nullable(scores.isEmpty() ? null : sum / scores.size()));
    row.put(
        "feedback_lag_ms",
        nullable(
            others.isEmpty() || ended == null
                ? null
                : others.get(0).at() - Math.floorDiv(ended, 1_000_000)));
    boolean wentWrong =
        escalated
            || rolledBack
            || !failed.isEmpty()
            || rootStatus(root).equals("error")
            || all.stream().anyMatch(f -> Boolean.FALSE.equals(f.passed()));
    row.put("suspect_decision_id", wentWrong ? suspectOfTrace(failed) : "");
    putSampling(row);
    return row;
  }

  private static String rootStatus(@Nullable Span root) {
    if (root == null) {
      return "unset";
    }
    return OracleErrors.claimed(root)
        ? "error"
        : root.end() != 0 || root.status().equals("OK") ? "ok" : "unset";
  }

  /** The earliest step with a warning on the way to the first failure, or to the last step. */
  private String suspectOfTrace(List<Step> failed) {
    if (steps.isEmpty()) {
      return "";
    }
    Step wrong = failed.isEmpty() ? steps.get(steps.size() - 1) : failed.get(0);
    List<Step> path = causes(wrong);
    path.add(wrong);
    return path.stream().filter(Step::wentOff).map(step -> step.id).findFirst().orElse("");
  }

  private long startedAt() {
    List<Long> times = new ArrayList<>();
    spans.forEach(span -> times.add(span.start()));
    if (times.isEmpty()) {
      steps.forEach(step -> times.add(step.start));
      windows.forEach(snapshot -> times.add(snapshot.at()));
    }
    return Math.floorDiv(times.stream().min(Comparator.naturalOrder()).orElse(0L), 1_000);
  }

  private @Nullable Long endedAt() {
    List<Long> ends = new ArrayList<>();
    spans.stream().filter(span -> span.end() != 0).forEach(span -> ends.add(end(span)));
    if (ends.isEmpty()) {
      steps.forEach(step -> ends.add(step.end));
    }
    return ends.stream().max(Comparator.naturalOrder()).orElse(null);
  }

  private Set<String> flagsOfTrace() {
    Set<String> flags = new TreeSet<>();
    steps.forEach(step -> flags.addAll(step.flags));
    for (Span span : spans) {
      flagTimes(span, flags);
      if (span.parent() != null && parent(span) == null) {
        flags.add("parent_missing");
      }
    }
    if (root() == null && !spans.isEmpty()) {
      flags.add("root_missing");
    }
    return flags;
  }

  /** The sums over the model calls; where none of them says anything, what is said around them. */
  private void putTokens(Map<String, Object> row) {
    List<Step> modelCalls =
        steps.stream()
            .filter(step -> step.span != null && "MODEL_CALL".equals(kind(step.span)))
            .toList();
    List<OracleTokens> tokens = modelCalls.stream().map(step -> step.tokens).toList();
    List<Long> costs =
        modelCalls.stream().map(step -> step.costNanoUsd).filter(Objects::nonNull).toList();
    if (tokens.stream().noneMatch(OracleTokens::known)) {
      Span outermost =
          spans.stream().filter(span -> OracleTokens.of(span).known()).findFirst().orElse(null);
      if (outermost != null) {
        tokens = List.of(OracleTokens.of(outermost));
        Long stated = OracleTokens.statedCost(outermost);
        costs = !costs.isEmpty() ? costs : stated == null ? List.of() : List.of(stated);
      }
    }
    OracleTokens.putSums(row, tokens);
    OracleTokens.putCost(
        row, costs.isEmpty() ? null : costs.stream().mapToLong(Long::longValue).sum());
  }

  private @Nullable Double fullest() {
    List<Double> shares = new ArrayList<>();
    for (OracleWindow snapshot : windows) {
      Double share = share(snapshot.tokens(), snapshot.limit());
      if (share != null) {
        shares.add(share);
      }
    }
    for (Step step : steps) {
      Double share = share(contextTokens(step), contextLimit(step));
      if (share != null) {
        shares.add(share);
      }
    }
    return shares.stream().max(Comparator.naturalOrder()).orElse(null);
  }

  private Map<String, Object> decisionRow(Step step) {
    Map<String, Object> row = new TreeMap<>();
    row.put("trace_id", trace);
    row.put("decision_id", step.id);
    row.put("parent_id", step.parent == null ? "" : step.parent.id);
    row.put("span_id", text(step.spanId()));
    List<String> chain = causes(step).stream().map(above -> above.id).toList();
    row.put("chain", chain.subList(Math.max(0, chain.size() - 32), chain.size()));
    row.put("step", (long) step.number);
    row.put("kind", step.kind);
    row.put("name", text(step.name));
    putWho(row, step.place != null ? step.place : firstSpan());
    OracleRows.putVersions(row, step.versions);
    row.put("started_at", Math.floorDiv(step.start, 1_000));
    row.put("ended_at", nullable(step.ended ? Math.floorDiv(step.end, 1_000) : null));
    row.put("tool_name", text(step.tool));
    row.put("tool_call_id", text(step.toolCall));
    row.put("tool_arguments", text(step.arguments));
    row.put("tool_result", text(step.result));
    List<Object> considered = new ArrayList<>();
    for (Option option : step.considered) {
      Map<String, Object> written = new TreeMap<>();
      written.put("name", option.name());
      written.put("score", nullable(option.score()));
      written.put("rejected_because", text(option.rejectedBecause()));
      considered.add(written);
    }
    row.put("considered", considered);
    row.put("chosen", text(step.chosen));
    row.put("rationale", text(step.rationale));
    row.put("confidence", nullable(step.confidence));
    row.put("constraints", step.constraints);
    row.put("expected_outcome", text(step.expected));
    row.put("status", step.status);
    row.put("error_type", text(step.errorType));
    row.put("error_message", text(step.errorMessage));
    step.tokens.put(row, step.costNanoUsd);
    row.put("response_id", text(responseOf(step)));
    row.put("snapshot_id", text(snapshotIdOf(step)));
    row.put("context_tokens", nullable(contextTokens(step)));
    row.put("context_limit", nullable(contextLimit(step)));
    row.put("context_truncated", step.change != null && step.change.isTruncated());
    List<String> chunks = new ArrayList<>();
    if (step.snapshot != null) {
      step.snapshot.segments().stream()
          .filter(segment -> segment.kind().equals("MEMORY") && segment.source() != null)
          .forEach(segment -> chunks.add(text(segment.source())));
    }
    row.put("memory_chunk_ids", chunks);
    row.put("tool_depth", (long) step.toolDepth);
    row.put("flags", List.copyOf(step.flags));
    row.put(
        "suspect_decision_id",
        !step.status.equals("error")
            ? ""
            : causes(step).stream()
                .filter(Step::wentOff)
                .map(above -> above.id)
                .findFirst()
                .orElse(""));
    List<Feedback> own =
        feedback.stream()
            .map(Oracle.Joined::feedback)
            .filter(judgement -> judged(judgement) == step)
            .toList();
    putJudgements(row, own);
    List<Feedback> others = own.stream().filter(f -> !f.kind().equals("EVALUATION")).toList();
    row.put(
        "feedback_lag_ms",
        nullable(others.isEmpty() ? null : others.get(0).at() - step.overAtMillis()));
    String outcome = outcome(step, others);
    row.put("actual_outcome", outcome);
    row.put("outcome_matched", nullable(OracleOutcomes.matched(step, outcome)));
    putSampling(row);
    return row;
  }

  private static String outcome(Step step, List<Feedback> judgements) {
    String said = null;
    for (Feedback judgement : judgements) {
      if (judgement.kind().equals("OUTCOME") && judgement.label() != null) {
        said = judgement.label();
      }
    }
    if (said != null) {
      return said;
    }
    if (step.status.equals("error")) {
      return text(either(step.errorMessage, step.errorType));
    }
    return step.expected == null ? "" : text(step.result);
  }

  private static void putJudgements(Map<String, Object> row, List<Feedback> all) {
    List<Feedback> verdicts = all.stream().filter(f -> f.kind().equals("EVALUATION")).toList();
    List<Feedback> others = all.stream().filter(f -> !f.kind().equals("EVALUATION")).toList();
    row.put("evaluation_names", each(verdicts, f -> text(f.name())));
    row.put("evaluation_scores", each(verdicts, f -> nullable(f.score())));
    row.put("evaluation_labels", each(verdicts, f -> text(f.label())));
    row.put("evaluation_passed", each(verdicts, f -> nullable(f.passed())));
    row.put("feedback_ids", each(others, Feedback::id));
    row.put("feedback_kinds", each(others, Feedback::kind));
    row.put("feedback_names", each(others, f -> text(f.name())));
    row.put("feedback_scores", each(others, f -> nullable(f.score())));
    row.put("feedback_labels", each(others, f -> text(f.label())));
    row.put("feedback_occurred_at", each(others, Feedback::at));
  }

  private static List<Object> each(List<Feedback> all, Function<Feedback, Object> value) {
    return all.stream().map(value).toList();
  }

  private void putWho(Map<String, Object> row, @Nullable Span span) {
    row.put("service", span == null ? "" : span.resource().service());
    for (String fact : List.of("environment", "session_id", "user_id")) {
      row.put(fact, span == null ? "" : text(holding(span, fact)));
    }
  }

  /** No sampling is configured. */
  private static void putSampling(Map<String, Object> row) {
    row.put("retained", true);
    row.put("retained_by", "");
    row.put("sample_weight", 1L);
  }

  private Map<String, Object> snapshotRow(OracleWindow snapshot) {
    Map<String, Object> row = new TreeMap<>();
    row.put("trace_id", trace);
    row.put("snapshot_id", snapshot.id());
    row.put("span_id", text(spanOf(snapshot)));
    Step made = first(step -> snapshot.equals(step.snapshot));
    row.put("decision_id", made == null ? "" : made.id);
    row.put("captured_at", Math.floorDiv(snapshot.at(), 1_000));
    row.put("boundary", snapshot.boundary());
    row.put("token_count", nullable(snapshot.tokens()));
    row.put("token_limit", nullable(snapshot.limit()));
    row.put("derived", snapshot.derived());
    row.put("tokens_estimated", snapshot.derived() && snapshot.statedTokens() == null);
    changeOf(snapshot).put(row);
    putWho(row, firstSpan());
    Map<String, String> merged = new HashMap<>(made == null ? versions : made.versions);
    if (snapshot.agent() != null) {
      merged.put("agent_name", snapshot.agent());
    }
    OracleRows.putVersions(row, merged);
    putSampling(row);
    return row;
  }

  private static Map<String, Object> spanRow(Span span) {
    Map<String, Object> row = new TreeMap<>();
    row.put("trace_id", span.trace());
    row.put("span_id", span.id());
    row.put("parent_span_id", text(span.parent()));
    row.put("name", span.name());
    row.put("started_at", span.start());
    row.put("ended_at", nullable(span.end() == 0 ? null : span.end()));
    row.put("status", span.status().toLowerCase(java.util.Locale.ROOT));
    row.put("status_message", text(span.statusMessage()));
    row.put("service", span.resource().service());
    row.put("scope_name", span.resource().scope());
    row.put("scope_version", span.resource().scopeVersion());
    Map<String, Object> attributes = new TreeMap<>();
    span.attributes().forEach((name, value) -> attributes.put(name, value.toString()));
    row.put("attributes", attributes);
    return row;
  }

  private Map<String, Object> feedbackRow(Oracle.Joined joined) {
    Feedback judgement = joined.feedback();
    Map<String, Object> row = OracleRows.ofFeedback(judgement, joined.match(), "");
    Step step = judged(judgement);
    row.put("trace_id", trace);
    row.put("decision_id", step == null ? "" : step.id);
    Long ended = endedAt();
    Long over =
        step != null
            ? Long.valueOf(step.overAtMillis())
            : ended == null ? null : Long.valueOf(Math.floorDiv(ended, 1_000_000));
    row.put("lag_ms", nullable(over == null ? null : judgement.at() - over));
    OracleRows.putVersions(row, step == null ? versions : step.versions);
    return row;
  }

  private Map<String, Object> evaluationRow(Feedback judgement) {
    Map<String, Object> row = new TreeMap<>();
    Step step = judged(judgement);
    row.put("evaluation_id", judgement.id());
    row.put("trace_id", trace);
    row.put("decision_id", step == null ? "" : step.id);
    row.put("span_id", text(judgement.about().span()));
    row.put("name", text(judgement.name()));
    row.put("evaluator", text(judgement.source()));
    row.put("score", nullable(judgement.score()));
    row.put("label", text(judgement.label()));
    row.put("passed", nullable(judgement.passed()));
    row.put("explanation", text(judgement.comment()));
    row.put("evaluated_at", judgement.at() * 1_000);
    putWho(row, firstSpan());
    OracleRows.putVersions(row, step == null ? versions : step.versions);
    putSampling(row);
    return row;
  }
}
