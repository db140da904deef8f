package dev.recount.topology.evaluation.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.SegmentKind;
import dev.recount.schemas.content.ContentReference;
import dev.recount.topology.convention.Json;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.EventView;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import dev.recount.topology.evaluation.WindowView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An identifier in a tool's arguments that appears nowhere in what the model had been shown by
 * then: the invented customer number. What the model itself said earlier does not count as shown.
 * Judges only calls whose context is known with its contents; where part of the context is missing
 * it says nothing rather than guess.
 */
public final class UngroundedArgument implements Evaluator {
  private static final List<String> IGNORED =
      List.of(
          "*idempotency*",
          "*request_id",
          "*requestid",
          "*uuid*",
          "*nonce*",
          "*trace_id",
          "*code*",
          "*query*",
          "*sql*",
          "*content*",
          "*body*",
          "*text*",
          "*message*",
          "*thought*",
          "*command*",
          "*script*",
          "*expression*",
          "*summary*",
          "*title*",
          "*description*",
          "*prompt*",
          "*note*",
          "*comment*",
          "*reason*",
          "*file*",
          "*path*",
          "*date*",
          "*time*");

  /** Longer values are texts. */
  private static final int LONGEST = 256;

  private final int shortest;
  private final Names ignoredTools;
  private final Names ignoredArguments;
  private final Names watched;

  /** With the defaults. */
  public UngroundedArgument() {
    this(4, new Names(List.of()), new Names(IGNORED), new Names(List.of()));
  }

  private UngroundedArgument(
      int shortest, Names ignoredTools, Names ignoredArguments, Names watched) {
    this.shortest = shortest;
    this.ignoredTools = ignoredTools;
    this.ignoredArguments = ignoredArguments;
    this.watched = watched;
  }

  @Override
  public String id() {
    return "ungrounded_argument";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public Subject judges() {
    return Subject.DECISION;
  }

  @Override
  public Evaluator configure(Parameters parameters) {
    return new UngroundedArgument(
        parameters.whole("shortest", shortest, 2, 100),
        new Names(parameters.texts("ignore_tools", List.of())),
        new Names(parameters.texts("ignore_arguments", IGNORED)),
        new Names(parameters.texts("watch_tools", List.of())));
  }

  @Override
  public boolean watches() {
    return !watched.isEmpty();
  }

  @Override
  public boolean suspects(EventView event) {
    String tool = event.toolName();
    return tool != null
        && watched.match(tool)
        && !wanted(event.arguments().get(), new Budget(Long.MAX_VALUE)).isEmpty();
  }

  /** An identifier that has to be found, by its whole or by all of its parts. */
  private record Wanted(String shown, long whole, List<Long> parts) {}

  /** A call with the identifiers in its arguments, and the last window that it was made after. */
  private record Call(DecisionView decision, List<Wanted> identifiers, int window) {}

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Map<String, Integer> windowOf = windows(trace);
    if (windowOf.isEmpty()) {
      return List.of();
    }
    List<Call> calls = calls(trace, windowOf, budget);
    if (calls.isEmpty()) {
      return List.of();
    }
    Set<Long> sought = new HashSet<>();
    for (Call call : calls) {
      for (Wanted wanted : call.identifiers()) {
        sought.add(wanted.whole());
        sought.addAll(wanted.parts());
      }
    }
    Map<Long, Integer> shownIn = new HashMap<>();
    int known = readWindows(trace, sought, shownIn);
    Findings findings = new Findings(id());
    List<Call> doubtful = new ArrayList<>();
    for (Call call : calls) {
      if (call.window() < known) {
        findings.apply();
        if (!ungrounded(call, shownIn, call.window()).isEmpty()) {
          doubtful.add(call);
        }
      }
    }
    if (!doubtful.isEmpty()) {
      judge(trace, doubtful, sought, shownIn, findings, budget);
    }
    return findings.verdicts();
  }

  private static Map<String, Integer> windows(TraceView trace) {
    Map<String, Integer> positions = new HashMap<>();
    for (WindowView window : trace.windows()) {
      positions.put(window.id(), positions.size());
    }
    return positions;
  }

  private List<Call> calls(TraceView trace, Map<String, Integer> windowOf, Budget budget) {
    List<Call> calls = new ArrayList<>();
    for (DecisionView decision : trace.decisions()) {
      String tool = decision.toolName();
      String arguments = decision.arguments();
      Integer window = windowOf.get(decision.snapshotId());
      if (decision.isToolCall()
          && tool != null
          && arguments != null
          && window != null
          && !ignoredTools.match(tool)) {
        List<Wanted> wanted = wanted(arguments, budget);
        if (!wanted.isEmpty()) {
          calls.add(new Call(decision, wanted, window));
        }
      }
    }
    return calls;
  }

  /**
   * Notes in which window each identifier was first shown.
   *
   * @return how many windows from the first on are known with all of their contents
   */
  private static int readWindows(TraceView trace, Set<Long> sought, Map<Long, Integer> shownIn) {
    Set<String> read = new HashSet<>();
    int position = 0;
    for (WindowView window : trace.windows()) {
      int here = position;
      for (int added : window.added()) {
        WindowView.Segment segment = window.segment(added);
        String hash = segment.contentSha256();
        if (segment.kind() == SegmentKind.ASSISTANT || (hash != null && !read.add(hash))) {
          continue;
        }
        String content = segment.content();
        if (content == null || ContentReference.parse(content).isPresent()) {
          return position;
        }
        Identifiers.find(content, (found, extent, shape) -> note(found, here, sought, shownIn));
      }
      position++;
    }
    return position;
  }

  private static void note(
      long found, int position, Set<Long> sought, Map<Long, Integer> firstSeen) {
    if (sought.contains(found)) {
      firstSeen.merge(found, position, Math::min);
    }
  }

  /** What tools had returned by then counts as shown too, whether a window has it or not. */
  private void judge(
      TraceView trace,
      List<Call> doubtful,
      Set<Long> sought,
      Map<Long, Integer> shownIn,
      Findings findings,
      Budget budget) {
    Map<Long, Integer> returnedAt = new HashMap<>();
    for (DecisionView decision : trace.decisions()) {
      String result = decision.result();
      if (result != null) {
        budget.chargeFor(result);
        Identifiers.find(
            result, (found, extent, shape) -> note(found, decision.step(), sought, returnedAt));
      }
    }
    for (Call call : doubtful) {
      List<Wanted> left = ungrounded(call, shownIn, call.window());
      left.removeIf(wanted -> isShown(wanted, returnedAt, call.decision().step() - 1));
      if (!left.isEmpty()) {
        String shown =
            String.join(", ", new LinkedHashSet<>(left.stream().map(Wanted::shown).toList()));
        String snapshot = call.decision().snapshotId();
        findings.fault(
            call.decision(),
            1 - (double) left.size() / call.identifiers().size(),
            "ungrounded",
            "Appears nowhere in what the model was shown: " + Shown.beginning(shown),
            snapshot == null ? List.of() : List.of(snapshot));
      }
    }
  }

  private static List<Wanted> ungrounded(Call call, Map<Long, Integer> shownIn, int window) {
    List<Wanted> left = new ArrayList<>(call.identifiers());
    left.removeIf(wanted -> isShown(wanted, shownIn, window));
    return left;
  }

  private static boolean isShown(Wanted wanted, Map<Long, Integer> firstSeen, int until) {
    if (firstSeen.getOrDefault(wanted.whole(), Integer.MAX_VALUE) <= until) {
      return true;
    }
    for (Long part : wanted.parts()) {
      if (firstSeen.getOrDefault(part, Integer.MAX_VALUE) > until) {
        return false;
      }
    }
    return !wanted.parts().isEmpty();
  }

  private List<Wanted> wanted(String arguments, Budget budget) {
    List<Wanted> wanted = new ArrayList<>();
    budget.chargeFor(arguments);
    JsonNode json = Json.parseContainer(arguments);
    if (json != null) {
      collect(json, null, wanted, budget);
    }
    return wanted;
  }

  private void collect(JsonNode node, @Nullable String key, List<Wanted> wanted, Budget budget) {
    budget.charge(1);
    if (node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        if (!ignoredArguments.match(field.getKey())) {
          collect(field.getValue(), field.getKey(), wanted, budget);
        }
      }
    } else if (node.isArray()) {
      for (JsonNode element : node) {
        collect(element, key, wanted, budget);
      }
    } else if (node.isTextual()) {
      add(node.textValue(), wanted);
    } else if (node.isIntegralNumber() && key != null && namesIdentifier(key)) {
      add(node.asText(), wanted);
    }
  }

  /** Most numbers are quantities, and worked out; one under such a name is not. */
  private static boolean namesIdentifier(String key) {
    String lower = key.toLowerCase(Locale.ROOT);
    return lower.endsWith("id")
        || lower.endsWith("ids")
        || lower.endsWith("number")
        || lower.endsWith("_no")
        || lower.endsWith("account")
        || lower.endsWith("reference");
  }

  /** Adds a value that is a single identifier; in longer texts there is too much else. */
  private void add(String value, List<Wanted> wanted) {
    String stripped = value.strip();
    if (stripped.length() > LONGEST || stripped.indexOf(' ') >= 0 || isDate(stripped)) {
      return;
    }
    List<Long> parts = new ArrayList<>();
    int[] inParts = new int[1];
    Identifiers.find(
        stripped,
        (hash, extent, shape) -> {
          if (extent == Identifiers.Extent.PART && shape.length() >= shortest) {
            parts.add(hash);
            inParts[0] += shape.length();
          } else if (extent == Identifiers.Extent.WHOLE) {
            if (isIdentifier(shape)) {
              // By its parts only where they are all of it: other words make another identifier.
              boolean allOfIt = inParts[0] == shape.length();
              wanted.add(new Wanted(stripped, hash, allOfIt ? List.copyOf(parts) : List.of()));
            }
            parts.clear();
            inParts[0] = 0;
          }
        });
  }

  /** Letters and digits mixed, an address, or a long number; no amounts, times and units. */
  private boolean isIdentifier(Identifiers.Shape shape) {
    if (shape.at) {
      return true;
    }
    if (shape.decimal || shape.length() < shortest) {
      return false;
    }
    if (shape.letters == 0) {
      return shape.digits > shortest;
    }
    boolean unit = shape.leadingDigits == shape.digits && shape.letters <= 3;
    return !unit;
  }

  /** Dates and times are worked out from what was said, and written in many ways. */
  private static boolean isDate(String value) {
    return value.matches("\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}.*")
        || value.matches("\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{2,4}.*")
        || value.matches("(19|20)\\d{2}(0[1-9]|1[0-2])([0-2]\\d|3[01]).{0,8}")
        || value.matches("\\d{1,2}:\\d{2}.*");
  }
}
