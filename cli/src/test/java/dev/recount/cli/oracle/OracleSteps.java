package dev.recount.cli.oracle;

import static dev.recount.cli.oracle.OracleRows.text;

import dev.recount.cli.oracle.Telemetry.Decision;
import dev.recount.cli.oracle.Telemetry.Option;
import dev.recount.cli.oracle.Telemetry.Segment;
import dev.recount.cli.oracle.Telemetry.Snapshot;
import dev.recount.cli.oracle.Telemetry.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The decisions of one trace, in order, with what led to each, its context and its warnings. */
abstract class OracleSteps extends OracleSpans {
  private static final long YEAR_2000 = 946_684_800_000_000_000L;
  private static final long YEAR_2100 = 4_102_444_800_000_000_000L;

  final List<Snapshot> snapshots;
  final List<Step> steps = new ArrayList<>();
  final Map<String, String> versions;
  private final List<Decision> events;

  /** A decision in the making. */
  static final class Step {
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

  OracleSteps(String trace, Oracle.Contents contents) {
    super(trace, contents);
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
    makeSteps();
    order();
    for (Step step : steps) {
      step.snapshot = snapshotOf(step);
    }
    flag();
    this.versions = versionsOfTrace();
  }

  Map<String, String> versionsOfTrace() {
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

  void makeSteps() {
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

  @Nullable Span spanOf(Decision event, List<Span> deciding) {
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

  static boolean agree(@Nullable String one, @Nullable String other) {
    return one == null || other == null || one.equals(other);
  }

  /** The generator writes flat objects of one member, with or without blanks. */
  static String canonical(@Nullable String json) {
    return json == null ? "" : json.replace(" ", "");
  }

  Step ofSpan(Span span, @Nullable Decision event, Map<String, Integer> occurrences) {
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

  Step ofEvent(Decision event, @Nullable Span span) {
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

  static void tell(Step step, Decision event) {
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

  static @Nullable String either(@Nullable String first, @Nullable String second) {
    return first != null ? first : second;
  }

  void order() {
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
  @Nullable Step cause(Step step) {
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

  @Nullable Step enclosing(Step step) {
    for (Span span = step.span; span != null; span = parent(span)) {
      Step first = firstOn(span);
      if (first != null && first.number < step.number) {
        return first;
      }
    }
    return null;
  }

  @Nullable Step firstOn(Span span) {
    return steps.stream().filter(step -> span.equals(step.span)).findFirst().orElse(null);
  }

  static List<Step> causes(Step step) {
    List<Step> causes = new ArrayList<>();
    for (Step above = step.parent; above != null; above = above.parent) {
      causes.add(0, above);
    }
    return causes;
  }

  @Nullable String spanOf(Snapshot snapshot) {
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

  @Nullable Snapshot snapshotOf(Step step) {
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

  static @Nullable Long tokens(Snapshot snapshot) {
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

  static boolean truncated(Snapshot snapshot) {
    for (Segment segment : snapshot.segments()) {
      Long tokens = segment.tokens();
      Long original = segment.originalTokens();
      if (segment.truncated() || (tokens != null && original != null && tokens < original)) {
        return true;
      }
    }
    return false;
  }

  static @Nullable Long contextTokens(Step step) {
    Long counted = step.snapshot == null ? null : tokens(step.snapshot);
    return counted != null ? counted : step.number("recount.context.token_count");
  }

  static @Nullable Long contextLimit(Step step) {
    Long stated = step.snapshot == null ? null : step.snapshot.limit();
    return stated != null ? stated : step.number("recount.context.token_limit");
  }

  static @Nullable Double share(@Nullable Long tokens, @Nullable Long limit) {
    return tokens == null || limit == null ? null : (double) tokens / limit;
  }

  void flag() {
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

  static boolean isSameCall(Step one, Step other) {
    return one.kind.equals("TOOL_CALL")
        && Objects.equals(one.tool, other.tool)
        && one.agent().equals(other.agent())
        && canonical(one.arguments).equals(canonical(other.arguments));
  }

  void flagTimes(Span span, Set<String> flags) {
    if (implausible(span.start()) || implausible(end(span))) {
      flags.add("implausible_time");
    }
    Span parent = parent(span);
    if (parent != null && span.start() < parent.start()) {
      flags.add("clock_skew");
    }
  }

  static boolean implausible(long nanos) {
    return nanos < YEAR_2000 || nanos >= YEAR_2100;
  }
}
