package dev.recount.cli.oracle;

import static dev.recount.cli.oracle.OracleRows.nullable;
import static dev.recount.cli.oracle.OracleRows.text;

import dev.recount.cli.oracle.Telemetry.Decision;
import dev.recount.cli.oracle.Telemetry.Feedback;
import dev.recount.cli.oracle.Telemetry.Option;
import dev.recount.cli.oracle.Telemetry.Segment;
import dev.recount.cli.oracle.Telemetry.Snapshot;
import dev.recount.cli.oracle.Telemetry.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rows of one trace, worked out the long way: every question looks at everything again. */
final class TraceOracle {
  private static final long YEAR_2000 = 946_684_800_000_000_000L;
  private static final long YEAR_2100 = 4_102_444_800_000_000_000L;

  private static final Map<String, String> KIND_OF_OPERATION =
      Map.of(
          "chat", "MODEL_CALL",
          "execute_tool", "TOOL_CALL",
          "plan", "PLAN",
          "retrieval", "MEMORY");

  /** Which attribute states what holds for a whole part of the trace. */
  private static final Map<String, String> ATTRIBUTE =
      Map.of(
          "agent_name", "gen_ai.agent.name",
          "agent_version", "gen_ai.agent.version",
          "model", "gen_ai.request.model",
          "prompt_name", "gen_ai.prompt.name",
          "prompt_version", "gen_ai.prompt.version",
          "tool_schema_version", "recount.tool_schema.version",
          "memory_index_version", "recount.memory_index.version",
          "framework", "recount.framework.name",
          "session_id", "gen_ai.conversation.id",
          "user_id", "user.id");

  private final String trace;
  private final List<Span> spans;
  private final List<Snapshot> snapshots;
  private final List<Decision> events;
  private final List<Oracle.Joined> feedback;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, String> versions;

  /** A decision in the making. */
  private static final class Step {
    String id = "";
    String kind = "";
    @Nullable Span span;
    @Nullable Decision event;

    /** Whether the span only surrounds the decision, which an event alone tells of. */
    boolean ofEventOnly;

    long start;
    long end;
    long orderedStart;
    boolean ended;
    Map<String, String> versions = new HashMap<>();
    @Nullable String name;
    @Nullable String tool;
    @Nullable String toolCall;
    @Nullable String arguments;
    @Nullable String chosen;
    List<Option> considered = List.of();
    @Nullable String rationale;
    @Nullable Double confidence;
    List<String> constraints = List.of();
    @Nullable String expected;
    @Nullable String statedSnapshot;
    String status = "unset";
    @Nullable String errorType;
    @Nullable String errorMessage;
    int number;
    @Nullable Step parent;
    int toolDepth;
    @Nullable Snapshot snapshot;
    final Set<String> flags = new TreeSet<>();

    String agent() {
      return versions.getOrDefault("agent_name", "");
    }

    @Nullable String spanId() {
      return span != null ? span.id() : event == null ? null : event.span();
    }

    @Nullable Long number(String attribute) {
      return span == null || ofEventOnly ? null : span.number(attribute);
    }

    @Nullable String own(String attribute) {
      return span == null || ofEventOnly ? null : span.text(attribute);
    }

    /** When it was over, in milliseconds: its end, or its start where no end is known. */
    long overAtMillis() {
      return Math.floorDiv(ended ? end : start, 1_000_000);
    }
  }

  TraceOracle(String trace, Oracle.Contents contents) {
    this.trace = trace;
    this.spans =
        contents.spans.values().stream()
            .sorted(
                Comparator.comparingLong(Span::start)
                    .thenComparing(Comparator.comparingLong(TraceOracle::end).reversed())
                    .thenComparing(Span::id))
            .toList();
    this.snapshots =
        contents.snapshots.values().stream()
            .sorted(
                Comparator.<Snapshot>comparingLong(snapshot -> snapshot.at())
                    .thenComparing(Snapshot::id))
            .toList();
    this.events =
        contents.decisions.values().stream()
            .sorted(Comparator.comparingLong(Decision::at).thenComparing(Decision::id))
            .toList();
    this.feedback =
        contents.feedback.stream()
            .sorted(
                Comparator.<Oracle.Joined>comparingLong(joined -> joined.feedback().at())
                    .thenComparing(joined -> joined.feedback().id()))
            .toList();
    makeSteps();
    order();
    for (Step step : steps) {
      step.snapshot = snapshotOf(step);
    }
    flag();
    this.versions = versionsOfTrace();
  }

  // --- spans

  private static long end(Span span) {
    return Math.max(span.start(), span.end());
  }

  private @Nullable Span span(@Nullable String id) {
    return spans.stream().filter(span -> span.id().equals(id)).findFirst().orElse(null);
  }

  private @Nullable Span parent(Span span) {
    return span.parent() == null ? null : span(span.parent());
  }

  private @Nullable Span root() {
    return spans.stream().filter(span -> span.parent() == null).findFirst().orElse(null);
  }

  private boolean isWithin(Span inner, Span outer) {
    for (Span above = parent(inner); above != null; above = parent(above)) {
      if (above.equals(outer)) {
        return true;
      }
    }
    return false;
  }

  /** No child comes before its parent, whatever the clocks say. */
  private long orderedStart(Span span) {
    Span parent = parent(span);
    return parent == null ? span.start() : Math.max(span.start(), orderedStart(parent));
  }

  private static @Nullable String kind(Span span) {
    String stated = span.text("recount.decision.kind");
    if (stated != null) {
      return stated;
    }
    String operation = span.text("gen_ai.operation.name");
    if (operation == null) {
      return span.text("gen_ai.tool.name") == null ? null : "TOOL_CALL";
    }
    return KIND_OF_OPERATION.get(operation);
  }

  /**
   * The decision that a span stands for; wrappers of model calls and repeated tool calls do not.
   */
  private @Nullable String decisionKind(Span span) {
    String kind = kind(span);
    if ("MODEL_CALL".equals(kind)
        && spans.stream()
            .anyMatch(other -> "MODEL_CALL".equals(kind(other)) && isWithin(other, span))) {
      return null;
    }
    Span parent = parent(span);
    if ("TOOL_CALL".equals(kind) && parent != null && "TOOL_CALL".equals(kind(parent))) {
      String call = span.text("gen_ai.tool.call.id");
      String outerCall = parent.text("gen_ai.tool.call.id");
      if (Objects.equals(span.text("gen_ai.tool.name"), parent.text("gen_ai.tool.name"))
          && (call == null || outerCall == null || call.equals(outerCall))) {
        return null;
      }
    }
    return kind;
  }

  private static @Nullable String own(Span span, String fact) {
    return switch (fact) {
      case "release" -> span.resource().release();
      case "environment" -> span.resource().environment();
      default -> span.text(Objects.requireNonNull(ATTRIBUTE.get(fact), fact));
    };
  }

  /** What the span says, else its nearest ancestor, else the root, else the earliest span. */
  private @Nullable String holding(Span span, String fact) {
    for (Span above = span; above != null; above = parent(above)) {
      String value = own(above, fact);
      if (value != null) {
        return value;
      }
    }
    Span root = root();
    if (root != null && own(root, fact) != null) {
      return own(root, fact);
    }
    return spans.stream()
        .map(other -> own(other, fact))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private Map<String, String> versionsAt(Span span) {
    Map<String, String> at = new HashMap<>();
    for (String version : OracleRows.VERSIONS) {
      String value =
          switch (version) {
            case "response_model" -> span.text("gen_ai.response.model");
            case "framework" -> {
              String stated = holding(span, "framework");
              yield stated != null ? stated : span.resource().scope();
            }
            case "framework_version" ->
                holding(span, "framework") != null ? null : span.resource().scopeVersion();
            default -> holding(span, version);
          };
      if (value != null) {
        at.put(version, value);
      }
    }
    return at;
  }

  private Map<String, String> versionsOfTrace() {
    Map<String, String> merged = new HashMap<>();
    Span first = firstSpan();
    if (first != null) {
      merged.putAll(versionsAt(first));
    }
    for (Decision event : events) {
      if (event.promptVersion() != null) {
        merged.putIfAbsent("prompt_version", event.promptVersion());
      }
    }
    for (Snapshot snapshot : snapshots) {
      if (snapshot.agent() != null) {
        merged.putIfAbsent("agent_name", snapshot.agent());
      }
    }
    if (first != null) {
      for (Step step : steps) {
        String answering = step.versions.get("response_model");
        if (answering != null) {
          merged.putIfAbsent("response_model", answering);
        }
      }
    }
    return merged;
  }

  private @Nullable Span firstSpan() {
    Span root = root();
    return root != null ? root : spans.isEmpty() ? null : spans.get(0);
  }

  // --- decisions

  private void makeSteps() {
    List<Span> deciding = spans.stream().filter(span -> decisionKind(span) != null).toList();
    Map<Span, Decision> eventOf = new LinkedHashMap<>();
    List<Decision> alone = new ArrayList<>();
    for (Decision event : events) {
      Span span = spanOf(event, deciding);
      if (span == null || eventOf.containsKey(span)) {
        alone.add(event);
      } else {
        eventOf.put(span, event);
      }
    }
    Map<String, Integer> occurrences = new HashMap<>();
    for (Span span : deciding) {
      steps.add(ofSpan(span, eventOf.get(span), occurrences));
    }
    eventOf.forEach(
        (span, event) -> {
          if (!deciding.contains(span)) {
            steps.add(ofEvent(event, span));
          }
        });
    alone.forEach(event -> steps.add(ofEvent(event, span(event.span()))));
  }

  private @Nullable Span spanOf(Decision event, List<Span> deciding) {
    Span named = span(event.span());
    if (named != null) {
      String kind = decisionKind(named);
      if (kind == null || kind.equals(event.kind())) {
        return named;
      }
    }
    if (!event.kind().equals("TOOL_CALL") || event.toolCall() == null) {
      return null;
    }
    List<Span> calls =
        deciding.stream()
            .filter(span -> "TOOL_CALL".equals(kind(span)))
            .filter(span -> event.toolCall().equals(span.text("gen_ai.tool.call.id")))
            .filter(span -> agree(event.tool(), span.text("gen_ai.tool.name")))
            .filter(
                span ->
                    event.toolArguments() == null
                        || span.text("gen_ai.tool.call.arguments") == null
                        || canonical(event.toolArguments())
                            .equals(canonical(span.text("gen_ai.tool.call.arguments"))))
            .toList();
    return calls.stream()
        .filter(span -> span.start() >= event.at() * 1_000_000)
        .findFirst()
        .orElse(calls.isEmpty() ? null : calls.get(calls.size() - 1));
  }

  private static boolean agree(@Nullable String one, @Nullable String other) {
    return one == null || other == null || one.equals(other);
  }

  /** The generator writes flat objects of one member, with or without blanks. */
  private static String canonical(@Nullable String json) {
    return json == null ? "" : json.replace(" ", "");
  }

  private Step ofSpan(Span span, @Nullable Decision event, Map<String, Integer> occurrences) {
    Step step = new Step();
    step.span = span;
    step.kind = event == null ? Objects.requireNonNull(decisionKind(span)) : event.kind();
    step.start = span.start();
    step.end = end(span);
    step.ended = span.end() != 0;
    step.orderedStart = orderedStart(span);
    step.versions = versionsAt(span);
    step.tool = span.text("gen_ai.tool.name");
    step.toolCall = span.text("gen_ai.tool.call.id");
    step.arguments = span.text("gen_ai.tool.call.arguments");
    step.name = step.tool != null ? step.tool : span.name();
    step.chosen = step.kind.equals("TOOL_CALL") ? step.tool : null;
    step.rationale = span.text("recount.decision.rationale");
    step.confidence = (Double) span.attributes().get("recount.decision.confidence");
    step.statedSnapshot = span.text("recount.context.snapshot_id");
    if (failed(span)) {
      step.status = "error";
      step.errorType = errorType(span);
      step.errorMessage =
          span.statusMessage() != null ? span.statusMessage() : span.exceptionMessage();
    } else if (step.ended || span.status().equals("OK")) {
      step.status = "ok";
    }
    if (event != null) {
      step.id = event.id();
      tell(step, event);
    } else if ("TOOL_CALL".equals(kind(span)) && step.toolCall != null) {
      String call =
          OracleRows.identifier(
              trace, "tool-call", step.toolCall, text(step.tool), canonical(step.arguments));
      step.id =
          OracleRows.identifier(call, Integer.toString(occurrences.merge(call, 1, Integer::sum)));
    } else {
      step.id = OracleRows.identifier(trace, "span", span.id());
    }
    return step;
  }

  private static boolean failed(Span span) {
    return span.status().equals("ERROR")
        || span.text("error.type") != null
        || span.exceptionType() != null;
  }

  private static @Nullable String errorType(Span span) {
    return span.text("error.type") != null ? span.text("error.type") : span.exceptionType();
  }

  private Step ofEvent(Decision event, @Nullable Span span) {
    Step step = new Step();
    step.id = event.id();
    step.kind = event.kind();
    step.span = span;
    step.ofEventOnly = true;
    step.start = event.at() * 1_000_000;
    step.end = step.start;
    step.orderedStart = step.start;
    step.ended = true;
    Span speaking = span != null ? span : root();
    step.versions = speaking == null ? new HashMap<>() : versionsAt(speaking);
    tell(step, event);
    return step;
  }

  private static void tell(Step step, Decision event) {
    step.event = event;
    step.tool = either(event.tool(), step.tool);
    step.name = either(either(event.name(), step.name), step.tool);
    step.toolCall = either(event.toolCall(), step.toolCall);
    step.arguments = either(step.arguments, event.toolArguments());
    step.chosen = either(event.chosen(), step.chosen);
    step.considered = event.considered();
    step.rationale = either(event.rationale(), step.rationale);
    step.confidence = event.confidence() != null ? event.confidence() : step.confidence;
    step.constraints = event.constraints();
    step.expected = event.expectedOutcome();
    step.statedSnapshot = either(event.snapshot(), step.statedSnapshot);
    if (event.promptVersion() != null) {
      step.versions.put("prompt_version", event.promptVersion());
    }
  }

  private static @Nullable String either(@Nullable String first, @Nullable String second) {
    return first != null ? first : second;
  }

  // --- order and cause

  private void order() {
    steps.sort(
        Comparator.<Step>comparingLong(step -> step.orderedStart)
            .thenComparing(
                Comparator.<Step>comparingLong(step -> Math.max(step.start, step.end)).reversed())
            .thenComparing(step -> step.id));
    for (int i = 0; i < steps.size(); i++) {
      steps.get(i).number = i + 1;
    }
    for (Step step : steps) {
      step.parent = cause(step);
      if (step.parent != null) {
        step.toolDepth = step.parent.toolDepth + (step.parent.tool != null ? 1 : 0);
      }
    }
  }

  /**
   * Of the steps within the same enclosing one, the one of the same agent that ended last before
   * this one began; else of any agent; else the enclosing step.
   */
  private @Nullable Step cause(Step step) {
    Step enclosing = enclosing(step);
    for (boolean anyAgent : new boolean[] {false, true}) {
      Step last = null;
      for (Step before : steps.subList(0, step.number - 1)) {
        long over = Math.max(before.end, before.orderedStart);
        if (enclosing(before) == enclosing
            && (anyAgent || before.agent().equals(step.agent()))
            && over <= step.orderedStart
            && (last == null || over >= Math.max(last.end, last.orderedStart))) {
          last = before;
        }
      }
      if (last != null) {
        return last;
      }
    }
    return enclosing;
  }

  private @Nullable Step enclosing(Step step) {
    for (Span span = step.span; span != null; span = parent(span)) {
      Step first = firstOn(span);
      if (first != null && first.number < step.number) {
        return first;
      }
    }
    return null;
  }

  private @Nullable Step firstOn(Span span) {
    return steps.stream().filter(step -> span.equals(step.span)).findFirst().orElse(null);
  }

  private static List<Step> causes(Step step) {
    List<Step> causes = new ArrayList<>();
    for (Step above = step.parent; above != null; above = above.parent) {
      causes.add(0, above);
    }
    return causes;
  }

  // --- context

  private @Nullable String spanOf(Snapshot snapshot) {
    if (snapshot.span() != null) {
      return snapshot.span();
    }
    String nearest = null;
    for (Span span : spans) {
      if ((snapshot.agent() == null || snapshot.agent().equals(holding(span, "agent_name")))
          && span.start() <= snapshot.at() * 1_000_000 + 999_999) {
        nearest = span.id();
      }
    }
    return nearest;
  }

  private @Nullable Snapshot snapshotOf(Step step) {
    Snapshot ofSpan = null;
    Snapshot preceding = null;
    boolean agentHasAny =
        snapshots.stream().anyMatch(snapshot -> step.agent().equals(snapshot.agent()));
    for (Snapshot snapshot : snapshots) {
      if (snapshot.id().equals(step.statedSnapshot)) {
        return snapshot;
      }
      if (step.spanId() != null && step.spanId().equals(spanOf(snapshot))) {
        ofSpan = snapshot;
      }
      if ((!agentHasAny || step.agent().equals(snapshot.agent()))
          && snapshot.at() * 1_000_000 <= step.start) {
        preceding = snapshot;
      }
    }
    if (ofSpan != null) {
      return ofSpan;
    }
    if (step.parent != null
        && step.parent.kind.equals("MODEL_CALL")
        && step.parent.snapshot != null) {
      return step.parent.snapshot;
    }
    return preceding;
  }

  private static @Nullable Long tokens(Snapshot snapshot) {
    if (snapshot.tokens() != null || snapshot.segments().isEmpty()) {
      return snapshot.tokens();
    }
    if (snapshot.segments().stream().anyMatch(segment -> segment.tokens() == null)) {
      return null;
    }
    return snapshot.segments().stream()
        .mapToLong(segment -> Objects.requireNonNull(segment.tokens()))
        .sum();
  }

  private static boolean truncated(Snapshot snapshot) {
    for (Segment segment : snapshot.segments()) {
      Long tokens = segment.tokens();
      Long original = segment.originalTokens();
      if (segment.truncated() || (tokens != null && original != null && tokens < original)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Long contextTokens(Step step) {
    Long counted = step.snapshot == null ? null : tokens(step.snapshot);
    return counted != null ? counted : step.number("recount.context.token_count");
  }

  private static @Nullable Long contextLimit(Step step) {
    Long stated = step.snapshot == null ? null : step.snapshot.limit();
    return stated != null ? stated : step.number("recount.context.token_limit");
  }

  private static @Nullable Double share(@Nullable Long tokens, @Nullable Long limit) {
    return tokens == null || limit == null ? null : (double) tokens / limit;
  }

  // --- warnings

  private void flag() {
    for (Step step : steps) {
      if (step.status.equals("error")) {
        step.flags.add("error");
      }
      long same =
          steps.stream()
              .filter(other -> other.number <= step.number && isSameCall(other, step))
              .count();
      if (step.kind.equals("TOOL_CALL") && step.tool != null && same >= 3) {
        step.flags.add("tool_loop");
      }
      if (step.confidence != null && step.confidence < 0.5) {
        step.flags.add("low_confidence");
      }
      if (step.snapshot != null && truncated(step.snapshot)) {
        step.flags.add("context_truncated");
      }
      Double share = share(contextTokens(step), contextLimit(step));
      if (share != null && share >= 0.9) {
        step.flags.add("context_pressure");
      }
      if (step.span != null) {
        flagTimes(step.span, step.flags);
      } else if (implausible(step.start)) {
        step.flags.add("implausible_time");
      }
    }
  }

  private static boolean isSameCall(Step one, Step other) {
    return one.kind.equals("TOOL_CALL")
        && Objects.equals(one.tool, other.tool)
        && one.agent().equals(other.agent())
        && canonical(one.arguments).equals(canonical(other.arguments));
  }

  private void flagTimes(Span span, Set<String> flags) {
    if (implausible(span.start()) || implausible(end(span))) {
      flags.add("implausible_time");
    }
    Span parent = parent(span);
    if (parent != null && span.start() < parent.start()) {
      flags.add("clock_skew");
    }
  }

  private static boolean implausible(long nanos) {
    return nanos < YEAR_2000 || nanos >= YEAR_2100;
  }

  // --- feedback

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

  // --- rows

  void addRows(Map<String, Map<String, Map<String, Object>>> tables) {
    put(tables, "traces", trace, traceRow());
    for (Step step : steps) {
      put(tables, "decisions", trace + "/" + step.id, decisionRow(step));
    }
    for (Snapshot snapshot : snapshots) {
      put(tables, "context_snapshots", trace + "/" + snapshot.id(), snapshotRow(snapshot));
    }
    for (Span span : spans) {
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
    row.put("snapshot_count", (long) snapshots.size());
    Set<String> tools = new TreeSet<>();
    steps.stream()
        .filter(step -> step.kind.equals("TOOL_CALL") && step.tool != null)
        .forEach(step -> tools.add(text(step.tool)));
    row.put("tools", List.copyOf(tools));
    row.put("flags", List.copyOf(flagsOfTrace()));
    row.put("input_tokens", nullable(sum("gen_ai.usage.input_tokens")));
    row.put("output_tokens", nullable(sum("gen_ai.usage.output_tokens")));
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
    return failed(root) ? "error" : root.end() != 0 || root.status().equals("OK") ? "ok" : "unset";
  }

  /** The earliest step with a warning on the way to the first failure, or to the last step. */
  private String suspectOfTrace(List<Step> failed) {
    if (steps.isEmpty()) {
      return "";
    }
    Step wrong = failed.isEmpty() ? steps.get(steps.size() - 1) : failed.get(0);
    List<Step> path = causes(wrong);
    path.add(wrong);
    return path.stream()
        .filter(step -> !step.flags.isEmpty())
        .map(step -> step.id)
        .findFirst()
        .orElse("");
  }

  private long startedAt() {
    List<Long> times = new ArrayList<>();
    spans.forEach(span -> times.add(span.start()));
    if (times.isEmpty()) {
      steps.forEach(step -> times.add(step.start));
      snapshots.forEach(snapshot -> times.add(snapshot.at() * 1_000_000));
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

  private @Nullable Long sum(String attribute) {
    List<Long> counts = new ArrayList<>();
    for (Step step : steps) {
      Long count = step.number(attribute);
      if (count != null && step.span != null && "MODEL_CALL".equals(kind(step.span))) {
        counts.add(count);
      }
    }
    return counts.isEmpty() ? null : counts.stream().mapToLong(Long::longValue).sum();
  }

  private @Nullable Double fullest() {
    List<Double> shares = new ArrayList<>();
    for (Snapshot snapshot : snapshots) {
      Double share = share(tokens(snapshot), snapshot.limit());
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
    putWho(row, step.span != null ? step.span : firstSpan());
    OracleRows.putVersions(row, step.versions);
    row.put("started_at", Math.floorDiv(step.start, 1_000));
    row.put("ended_at", nullable(step.ended ? Math.floorDiv(step.end, 1_000) : null));
    row.put("tool_name", text(step.tool));
    row.put("tool_call_id", text(step.toolCall));
    row.put("tool_arguments", text(step.arguments));
    row.put("tool_result", text(step.own("gen_ai.tool.call.result")));
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
    row.put("input_tokens", nullable(step.number("gen_ai.usage.input_tokens")));
    row.put("output_tokens", nullable(step.number("gen_ai.usage.output_tokens")));
    row.put("response_id", text(responseOf(step)));
    row.put("snapshot_id", text(snapshotIdOf(step)));
    row.put("context_tokens", nullable(contextTokens(step)));
    row.put("context_limit", nullable(contextLimit(step)));
    row.put("context_truncated", step.snapshot != null && truncated(step.snapshot));
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
                .filter(above -> !above.flags.isEmpty())
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
    row.put("actual_outcome", outcome(step, others));
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
    return step.expected == null ? "" : text(step.own("gen_ai.tool.call.result"));
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

  private Map<String, Object> snapshotRow(Snapshot snapshot) {
    Map<String, Object> row = new TreeMap<>();
    row.put("trace_id", trace);
    row.put("snapshot_id", snapshot.id());
    row.put("span_id", text(spanOf(snapshot)));
    Step made = first(step -> snapshot.equals(step.snapshot));
    row.put("decision_id", made == null ? "" : made.id);
    row.put("captured_at", snapshot.at() * 1_000);
    row.put("boundary", snapshot.boundary());
    row.put("token_count", nullable(tokens(snapshot)));
    row.put("token_limit", nullable(snapshot.limit()));
    row.put("truncated", truncated(snapshot));
    List<Object> segments = new ArrayList<>();
    for (Segment segment : snapshot.segments()) {
      Map<String, Object> written = new TreeMap<>();
      String content = segment.content();
      written.put("kind", segment.kind());
      written.put("source", text(segment.source()));
      written.put("token_count", nullable(segment.tokens()));
      written.put("original_token_count", nullable(segment.originalTokens()));
      written.put("score", OracleRows.NULL);
      written.put("truncated", segment.truncated());
      written.put("content_sha256", content == null ? "" : OracleRows.sha256Of(content));
      written.put(
          "content_bytes",
          nullable(
              content == null ? null : (long) content.getBytes(StandardCharsets.UTF_8).length));
      segments.add(written);
    }
    row.put("segments", segments);
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
