package dev.recount.cli.oracle;

import static dev.recount.cli.oracle.OracleRows.text;

import dev.recount.cli.oracle.OracleCalls.Call;
import dev.recount.cli.oracle.Telemetry.Decision;
import dev.recount.cli.oracle.Telemetry.Option;
import dev.recount.cli.oracle.Telemetry.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The decisions of one trace, in order, with what led to each, its context and its warnings. */
abstract class OracleSteps extends OracleSpans {
  /** Flags that tell what the agent did; the others tell of the telemetry. */
  private static final Set<String> BEHAVIOUR =
      Set.of(
          "context_evicted",
          "context_pressure",
          "context_truncated",
          "error",
          "instruction_lost",
          "low_confidence",
          "tool_loop");

  private static final long YEAR_2000 = 946_684_800_000_000_000L;
  private static final long YEAR_2100 = 4_102_444_800_000_000_000L;

  /** Those that were sent and those that messages tell of, in order of capture. */
  final List<OracleWindow> windows;

  final List<Step> steps = new ArrayList<>();
  final Map<String, String> versions;
  private final Oracle.Contents contents;
  private final List<Decision> events;
  private final OracleCalls calls;
  private final Set<String> failed;

  /** A decision in the making. */
  static final class Step {
    String id = "";
    String kind = "";
    @Nullable Span span;
    @Nullable Decision event;

    /** The span whose surroundings hold for the decision, also where another thing tells of it. */
    @Nullable Span place;

    /** The model call that this one follows from by its own word. */
    @Nullable Step askedBy;

    long start;
    long end;
    long orderedStart;
    boolean ended;

    /** Of what starts and ends alike, tool calls come last, in the order in which they began. */
    int sequence;

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
    @Nullable String result;
    OracleTokens tokens = OracleTokens.NONE;
    @Nullable Long costNanoUsd;
    @Nullable Long contextTokens;
    @Nullable Long contextLimit;
    @Nullable OracleWindow snapshot;
    OracleWindow.@Nullable Change change;
    final Set<String> flags = new TreeSet<>();

    /** Whether a flag says so, of those that tell what the agent did. */
    boolean wentOff() {
      return !Collections.disjoint(flags, BEHAVIOUR);
    }

    String agent() {
      return versions.getOrDefault("agent_name", "");
    }

    @Nullable String spanId() {
      return span != null ? span.id() : event == null ? null : event.span();
    }

    /** When it was over, in milliseconds: its end, or its start where no end is known. */
    long overAtMillis() {
      return Math.floorDiv(ended ? end : start, 1_000_000);
    }
  }

  OracleSteps(String trace, Oracle.Contents contents) {
    super(trace, contents);
    this.contents = contents;
    this.calls = new OracleCalls(this);
    this.failed = OracleErrors.failed(this);
    this.events =
        contents.decisions.values().stream()
            .sorted(Comparator.comparingLong(Decision::at).thenComparing(Decision::id))
            .toList();
    makeSteps();
    order();
    spreadToolSchema();
    fillWindows();
    this.windows = windows();
    for (Step step : steps) {
      step.snapshot = snapshotOf(step);
      if (step.snapshot != null) {
        step.change = changeOf(step.snapshot);
      }
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
    for (OracleWindow window : windows) {
      if (window.agent() != null && !window.derived()) {
        merged.putIfAbsent("agent_name", window.agent());
      }
    }
    if (first != null) {
      for (Step step : steps) {
        for (String version : List.of("response_model", "tool_schema_version")) {
          if (step.versions.get(version) != null) {
            merged.putIfAbsent(version, Objects.requireNonNull(step.versions.get(version)));
          }
        }
      }
    }
    return merged;
  }

  void makeSteps() {
    Map<Object, Decision> eventOf = new LinkedHashMap<>();
    List<Decision> alone = new ArrayList<>();
    for (Decision event : events) {
      Object told = toldBy(event);
      if (told == null || eventOf.putIfAbsent(told, event) != null) {
        alone.add(event);
      }
    }
    Map<String, Step> lastOfAgent = new TreeMap<>();
    for (Span span : spans) {
      String kind = decisionKind(span);
      Decision event = eventOf.get(span);
      if (kind == null && event != null) {
        steps.add(ofEvent(event, span));
      } else if (kind != null && !kind.equals("TOOL_CALL")) {
        Step step = ofSpan(span, kind, event);
        steps.add(step);
        if (kind.equals("MODEL_CALL")) {
          lastOfAgent.put(text(holding(span, "agent_name")), step);
        }
      }
    }
    Map<String, Integer> occurrences = new HashMap<>();
    for (Call call : calls.all) {
      Step step = ofCall(call, call.identity(trace, occurrences), eventOf.get(call));
      step.sequence = steps.size();
      steps.add(step);
    }
    alone.forEach(event -> steps.add(ofEvent(event, span(event.span()))));
    lastOfAgent.values().forEach(this::addResponse);
  }

  /** The call or the span that the event is about; null for one that stands by itself. */
  @Nullable Object toldBy(Decision event) {
    boolean tool = event.kind().equals("TOOL_CALL");
    Span named = span(event.span());
    if (named != null) {
      Call call = calls.of(named);
      if (call != null && tool) {
        return call;
      }
      String kind = decisionKind(named);
      if (call == null && (kind == null || kind.equals(event.kind()))) {
        Call asked = tool ? calls.named(event) : null;
        return asked != null ? asked : named;
      }
    }
    return tool ? calls.named(event) : null;
  }

  /** What a step takes over from the span that it happened on. */
  private void place(Step step, Span span) {
    step.span = span;
    step.place = span;
    step.start = span.start();
    step.end = end(span);
    step.ended = span.end() != 0;
    step.orderedStart = orderedStart(span);
    step.versions = versionsAt(span);
    step.rationale = span.text("recount.decision.rationale");
    step.confidence = (Double) span.attributes().get("recount.decision.confidence");
    step.statedSnapshot = span.text("recount.context.snapshot_id");
    step.contextTokens = span.number("recount.context.token_count");
    step.contextLimit = span.number("recount.context.token_limit");
    if (step.ended || span.status().equals("OK")) {
      step.status = "ok";
    }
  }

  private static void fail(Step step, Span span) {
    step.status = "error";
    step.errorType = OracleErrors.type(span);
    step.errorMessage = OracleErrors.message(span);
  }

  private Step ofSpan(Span span, String kind, @Nullable Decision event) {
    Step step = new Step();
    place(step, span);
    step.id = OracleRows.identifier(trace, "span", span.id());
    step.kind = kind;
    step.name = span.name();
    Span stating =
        wrappedAround(span).stream()
            .filter(around -> OracleTokens.of(around).known())
            .findFirst()
            .orElse(span);
    step.tokens = OracleTokens.of(stating);
    step.costNanoUsd = OracleTokens.statedCost(stating);
    for (String model : List.of("response_model", "model")) {
      if (step.costNanoUsd == null) {
        step.costNanoUsd = OracleModels.cost(step.versions.get(model), step.tokens);
      }
    }
    if (failed.contains(span.id())) {
      fail(step, span);
    }
    if (event != null) {
      tell(step, event);
    }
    return step;
  }

  private Step ofCall(Call call, String id, @Nullable Decision event) {
    Step step = new Step();
    place(step, call.span);
    step.id = id;
    step.kind = "TOOL_CALL";
    step.tool = call.tool();
    step.toolCall = call.id();
    step.arguments = call.arguments();
    step.name = either(step.tool, call.span.name());
    step.chosen = step.tool;
    step.result = call.first(span -> span.text("gen_ai.tool.call.result"));
    for (Span span : call.spans) {
      if (failed.contains(span.id()) && !step.status.equals("error")) {
        fail(step, span);
      }
    }
    if (step.status.equals("error")) {
      step.errorMessage = either(step.errorMessage, step.result);
    }
    if (event != null) {
      tell(step, event);
    }
    return step;
  }

  private Step ofEvent(Decision event, @Nullable Span span) {
    Step step = new Step();
    step.kind = event.kind();
    step.span = span;
    step.place = span;
    step.start = event.at() * 1_000_000;
    step.end = step.start;
    step.orderedStart = step.start;
    step.ended = true;
    Span speaking = span != null ? span : root();
    step.versions = speaking == null ? new HashMap<>() : versionsAt(speaking);
    tell(step, event);
    return step;
  }

  /** An agent's last word, where its last model call has one and is a step within something. */
  private void addResponse(Step modelCall) {
    Span span = Objects.requireNonNull(modelCall.span);
    String said = null;
    for (Span around : wrappedAround(span)) {
      boolean silent =
          OracleMessages.said(around) == null && OracleMessages.shown(around, null).isEmpty();
      if (!silent) {
        said = OracleMessages.said(around);
        break;
      }
    }
    if (said == null || parent(span) == null) {
      return;
    }
    Step step = new Step();
    step.id = OracleRows.identifier(trace, "response", span.id());
    step.kind = "RESPONSE";
    step.name = "response";
    step.place = span;
    step.askedBy = modelCall;
    step.start = end(span);
    step.end = step.start;
    step.ended = modelCall.ended;
    step.orderedStart = Math.max(later(step.start, shift(span)), modelCall.orderedStart + 1);
    step.versions = new HashMap<>(modelCall.versions);
    step.chosen = said;
    step.status = modelCall.status.equals("error") ? "unset" : modelCall.status;
    steps.add(step);
  }

  static void tell(Step step, Decision event) {
    step.event = event;
    step.id = event.id();
    step.tool = either(event.tool(), step.tool);
    step.name = either(either(event.name(), step.name), step.tool);
    step.toolCall = either(event.toolCall(), step.toolCall);
    step.arguments = either(step.arguments, canonical(event.toolArguments()));
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

  /** Tools of which nobody knows the version are those of the agent's first step that knows it. */
  private void spreadToolSchema() {
    Map<String, String> stated = new HashMap<>();
    for (Step step : steps) {
      String version = step.versions.get("tool_schema_version");
      if (version != null) {
        stated.putIfAbsent("of " + step.agent(), version);
        stated.putIfAbsent("any", version);
      }
    }
    for (Step step : steps) {
      String version = either(stated.get("of " + step.agent()), stated.get("any"));
      if (version != null) {
        step.versions.putIfAbsent("tool_schema_version", version);
      }
    }
  }

  /**
   * A model call that says nothing else has what it read in its window, which holds what its model
   * holds; what it led to was decided in the same window.
   */
  private void fillWindows() {
    for (Step step : steps) {
      if (step.kind.equals("MODEL_CALL")) {
        step.contextTokens = either(step.contextTokens, step.tokens.input());
        step.contextLimit =
            either(
                step.contextLimit,
                either(
                    OracleModels.limit(step.versions.get("response_model")),
                    OracleModels.limit(step.versions.get("model"))));
      } else if (step.parent != null && step.parent.kind.equals("MODEL_CALL")) {
        step.contextTokens = either(step.contextTokens, step.parent.contextTokens);
        step.contextLimit = either(step.contextLimit, step.parent.contextLimit);
      }
    }
  }

  /** What was sent; of agents that send nothing, while all that is sent names one, messages. */
  private List<OracleWindow> windows() {
    List<OracleWindow> all = new ArrayList<>();
    Set<String> senders = new TreeSet<>();
    contents.snapshots.values().forEach(sent -> all.add(OracleWindow.of(sent)));
    all.forEach(window -> senders.add(text(window.agent())));
    for (Step step : steps) {
      Span span = step.span;
      String agent = span == null ? null : holding(span, "agent_name");
      if (span != null
          && "MODEL_CALL".equals(decisionKind(span))
          && step.kind.equals("MODEL_CALL")
          && !senders.contains("")
          && !senders.contains(text(agent))) {
        OracleWindow told = toldByMessages(step, span, agent);
        if (told != null && all.stream().noneMatch(window -> window.id().equals(told.id()))) {
          all.add(told);
        }
      }
    }
    all.sort(Comparator.comparingLong(OracleWindow::at).thenComparing(OracleWindow::id));
    return all;
  }

  private @Nullable OracleWindow toldByMessages(Step step, Span span, @Nullable String agent) {
    for (Span around : wrappedAround(span)) {
      if (!OracleMessages.shown(around, null).isEmpty()) {
        return new OracleWindow(
            step.statedSnapshot != null
                ? step.statedSnapshot
                : OracleRows.identifier(trace, "snapshot", span.id()),
            span.id(),
            Math.floorDiv(step.start, 1_000) * 1_000,
            "MODEL_CALL",
            step.contextTokens,
            step.contextLimit,
            OracleMessages.shown(around, step.contextTokens),
            agent,
            true,
            "true".equals(span.text("gen_ai.conversation.compacted")));
      }
      if (OracleMessages.said(around) != null) {
        return null;
      }
    }
    return null;
  }

  /** Against the window before it of the same agent. */
  OracleWindow.Change changeOf(OracleWindow window) {
    OracleWindow before = null;
    for (OracleWindow earlier : windows.subList(0, windows.indexOf(window))) {
      if (Objects.equals(earlier.agent(), window.agent())) {
        before = earlier;
      }
    }
    return new OracleWindow.Change(before, window);
  }

  static @Nullable Long either(@Nullable Long first, @Nullable Long second) {
    return first != null ? first : second;
  }

  static @Nullable String either(@Nullable String first, @Nullable String second) {
    return first != null ? first : second;
  }

  void order() {
    steps.sort(
        Comparator.<Step>comparingLong(step -> step.orderedStart)
            .thenComparing(Comparator.<Step>comparingLong(OracleSteps::over).reversed())
            .thenComparing(step -> step.sequence)
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
   * The model call that asked; else, of the steps within the same enclosing one, the one of the
   * same agent that ended last before this one began; else of any agent; else the enclosing step.
   */
  @Nullable Step cause(Step step) {
    if (step.askedBy != null) {
      return step.askedBy;
    }
    Step enclosing = enclosing(step);
    for (boolean anyAgent : new boolean[] {false, true}) {
      Step last = null;
      for (Step before : steps.subList(0, step.number - 1)) {
        long over = over(before);
        if (enclosing(before) == enclosing
            && (anyAgent || before.agent().equals(step.agent()))
            && over <= step.orderedStart
            && isOutOfTime(before) == isOutOfTime(step)
            && (last == null || over >= over(last))) {
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
    // An answer stands beside the model call that gave it, not within.
    Span beside = step.place == null ? null : parent(step.place);
    for (Span span = step.span != null ? step.span : beside; span != null; span = parent(span)) {
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

  @Nullable String spanOf(OracleWindow snapshot) {
    if (snapshot.span() != null) {
      return snapshot.span();
    }
    String nearest = null;
    for (Span span : spans) {
      if ((snapshot.agent() == null || snapshot.agent().equals(holding(span, "agent_name")))
          && span.start() <= snapshot.at() + 999_999) {
        nearest = span.id();
      }
    }
    return nearest;
  }

  @Nullable OracleWindow snapshotOf(Step step) {
    OracleWindow ofSpan = null;
    OracleWindow preceding = null;
    boolean agentHasAny =
        windows.stream().anyMatch(snapshot -> step.agent().equals(snapshot.agent()));
    for (OracleWindow snapshot : windows) {
      if (snapshot.id().equals(step.statedSnapshot)) {
        return snapshot;
      }
      if (step.spanId() != null && step.spanId().equals(spanOf(snapshot))) {
        ofSpan = snapshot;
      }
      boolean own =
          agentHasAny
              ? step.agent().equals(snapshot.agent())
              : step.agent().isEmpty() || snapshot.agent() == null;
      if (own && snapshot.at() <= step.start) {
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

  static @Nullable Long contextTokens(Step step) {
    return either(step.snapshot == null ? null : step.snapshot.tokens(), step.contextTokens);
  }

  static @Nullable Long contextLimit(Step step) {
    return either(step.snapshot == null ? null : step.snapshot.limit(), step.contextLimit);
  }

  static @Nullable Double share(@Nullable Long tokens, @Nullable Long limit) {
    return tokens == null || limit == null || limit <= 0 ? null : (double) tokens / limit;
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
      if (step.change != null) {
        flagChange(step.change, step.flags);
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

  private static void flagChange(OracleWindow.Change change, Set<String> flags) {
    if (change.isTruncated()) {
      flags.add("context_truncated");
    }
    if (change.evicted()) {
      flags.add("context_evicted");
    }
    if (!change.lostInstructions().isEmpty()) {
      flags.add("instruction_lost");
    }
  }

  static boolean isSameCall(Step one, Step other) {
    return one.kind.equals("TOOL_CALL")
        && Objects.equals(one.tool, other.tool)
        && one.agent().equals(other.agent())
        && Objects.equals(one.arguments, other.arguments);
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

  /** When a step was over, in the order of steps. */
  private static long over(Step step) {
    return later(Math.max(step.start, step.end), step.orderedStart - step.start);
  }

  /** Whether its clock says nothing of when it was. */
  private boolean isOutOfTime(Step step) {
    Span told = step.span != null ? step.span : step.place;
    return told == null ? implausible(step.start) : isOutOfTime(told);
  }

  static boolean implausible(long nanos) {
    return nanos < YEAR_2000 || nanos >= YEAR_2100;
  }
}
