package dev.recount.topology.fold;

import dev.recount.topology.convention.Handoffs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tool calls of a trace in spans and in messages, and tells which of these are the same
 * call. Costs time in proportion to the spans and to what their messages mention.
 *
 * <p>A call is known by its ID, its tool and its arguments together, since IDs repeat; where one of
 * them was not recorded, by the others. Of several that agree, the earliest comes first.
 */
final class ToolCalls {
  /** Stands for what was not recorded, and for what does not matter. */
  private static final String ANY = "\u0000";

  private record Key(String id, String name, String arguments) {}

  /** Calls that messages tell of, under every key by which a span may know them. */
  private final Map<Key, Deque<ToolCall>> unclaimed = new HashMap<>();

  /** The call that was claimed last, by the same keys. */
  private final Map<Key, ToolCall> claimed = new HashMap<>();

  /** Calls in the order in which they were asked, by ID, tool and arguments. */
  private final Map<Key, List<ToolCall>> asked = new HashMap<>();

  /** Calls that a model asked for, by ID and tool alone: some write arguments in two ways. */
  private final Map<Key, ToolCall> askedLast = new HashMap<>();

  private final Set<String> agentsSeen = new HashSet<>();
  private final Set<Prior> priors = new HashSet<>();
  private final List<Answered> answeredHere = new ArrayList<>();
  private final List<ToolCall> calls = new ArrayList<>();
  private final NodeMap<ToolCall> bySpan;

  ToolCalls(SpanTree tree) {
    this.bySpan = new NodeMap<>(tree.nodes());
  }

  /**
   * Takes in what a model call's messages tell. Model calls are to be handed over in order of
   * start.
   */
  void tell(SpanNode modelCall, Exchange exchange) {
    tellHistory(modelCall, exchange.history);
    for (Exchange.Mention mention : exchange.asked) {
      ToolCall call = newCall(mention);
      call.askedBy = modelCall;
      call.rationale = mention.rationale;
      call.answer(mention, modelCall);
      register(call);
    }
  }

  /**
   * The conversation repeats earlier calls, and holds their answers. What it holds beyond the calls
   * that were asked for so far was either asked before the trace began (then an agent's first model
   * call has it already, and it belongs elsewhere) or by a model call whose answer was not
   * recorded.
   */
  private void tellHistory(SpanNode modelCall, List<Exchange.Mention> history) {
    String agent = modelCall.agent();
    boolean first = agentsSeen.add(agent);
    Map<Key, Repeated> repeated = new HashMap<>();
    for (Exchange.Mention mention : history) {
      Key key = key(mention.id, mention.name, mention.arguments);
      repeated.computeIfAbsent(key, absent -> new Repeated(known(key))).inHistory++;
    }
    for (Exchange.Mention mention : history) {
      Key key = key(mention.id, mention.name, mention.arguments);
      Repeated calls = Objects.requireNonNull(repeated.get(key));
      int index = calls.next();
      if (index >= 0) {
        calls.known.get(index).answer(mention, modelCall);
        continue;
      }
      ToolCall same = calls.asked == 0 ? otherwiseWritten(mention) : null;
      Prior prior = new Prior(agent, key, index);
      if (same != null) {
        same.answer(mention, modelCall);
      } else if (first) {
        priors.add(prior);
        if (mention.answered && mention.latest && mention.id != null) {
          answeredHere.add(new Answered(modelCall, mention));
        }
      } else if (!priors.contains(prior)) {
        ToolCall call = newCall(mention);
        call.seenIn = modelCall;
        call.rationale = mention.rationale;
        call.answer(mention, modelCall);
        register(call);
      }
    }
  }

  /** Calls that were asked for under a key, or under the same one without an ID. */
  private List<ToolCall> known(Key key) {
    List<ToolCall> known = asked.get(key);
    if (known == null && !key.id().equals(ANY)) {
      known = asked.get(new Key(ANY, key.name(), key.arguments()));
    }
    return known == null ? List.of() : known;
  }

  /** The answer to a call that was asked for before the trace began. */
  record Answered(SpanNode modelCall, Exchange.Mention mention) {}

  /**
   * A call that was in a conversation before its agent began, counted back from the first known.
   */
  private record Prior(String agent, Key key, int index) {}

  /** Calls of one key in one conversation. */
  private static final class Repeated {
    final List<ToolCall> known;
    final int asked;
    int inHistory;
    private int seen;

    Repeated(List<ToolCall> known) {
      this.known = known;
      this.asked = known.size();
    }

    /**
     * Which of the known calls the next one in the conversation is; negative for one that is not
     * known. A conversation that was cut short, or is another agent's, holds the latest of them.
     */
    int next() {
      return asked - inHistory + seen++;
    }
  }

  private @Nullable ToolCall otherwiseWritten(Exchange.Mention mention) {
    return mention.id == null ? null : askedLast.get(new Key(mention.id, mention.name, ANY));
  }

  private ToolCall newCall(Exchange.Mention mention) {
    ToolCall call = new ToolCall();
    call.id = mention.id;
    call.name = mention.name.isEmpty() ? null : mention.name;
    call.arguments = mention.arguments;
    return call;
  }

  private void register(ToolCall call) {
    calls.add(call);
    String name = call.name == null ? "" : call.name;
    asked.computeIfAbsent(key(call.id, name, call.arguments), key -> new ArrayList<>()).add(call);
    if (call.id != null && call.askedBy != null) {
      askedLast.put(new Key(call.id, name, ANY), call);
    }
    for (Key key : keysOf(call)) {
      unclaimed.computeIfAbsent(key, absent -> new ArrayDeque<>()).add(call);
    }
  }

  private static Key key(@Nullable String id, String name, @Nullable String arguments) {
    return new Key(id == null ? ANY : id, name, arguments == null ? ANY : arguments);
  }

  /** Every key under which a span may look for the call, which may know less of it. */
  private static List<Key> keysOf(ToolCall call) {
    List<Key> keys = new ArrayList<>(8);
    for (String id : call.id == null ? new String[] {ANY} : new String[] {call.id, ANY}) {
      for (String name : call.name == null ? new String[] {ANY} : new String[] {call.name, ANY}) {
        keys.add(new Key(id, name, ANY));
        if (call.arguments != null) {
          keys.add(new Key(id, name, call.arguments));
        }
      }
    }
    return keys;
  }

  /**
   * Finds the call that each of a trace's tool spans carried out. Spans are to be in order of
   * start; the ones that know most of their call go first.
   */
  void carryOut(List<SpanNode> toolSpans) {
    List<SpanNode> left = new ArrayList<>();
    for (SpanNode span : toolSpans) {
      if (!claimExactly(span)) {
        left.add(span);
      }
    }
    for (SpanNode span : left) {
      if (!repeats(span) && !claimRoughly(span)) {
        ToolCall call = new ToolCall();
        calls.add(call);
        carryOut(call, span);
      }
    }
  }

  /**
   * Finds the call by which a model asked for each of a trace's handoffs: it names the same agent.
   * Spans are to be in order of start.
   */
  void handOver(List<SpanNode> handoffs) {
    if (handoffs.isEmpty()) {
      return;
    }
    Map<String, Deque<ToolCall>> byAgent = new HashMap<>();
    for (ToolCall call : inOrder()) {
      String agent = call.handsOverTo();
      if (agent != null) {
        byAgent.computeIfAbsent(Handoffs.key(agent), key -> new ArrayDeque<>()).add(call);
      }
    }
    for (SpanNode span : handoffs) {
      String agent = span.facts.handedTo();
      Deque<ToolCall> waiting = agent == null ? null : byAgent.get(Handoffs.key(agent));
      ToolCall call = waiting == null ? null : waiting.poll();
      if (call != null && call.span == null) {
        carryOut(call, span);
      } else if (call != null) {
        call.toldToo(span);
        bySpan.put(span, call);
      }
    }
  }

  /** Takes in a span that tells of the same call as the span around it. */
  void repeated(SpanNode within) {
    ToolCall call = of(within);
    if (call != null) {
      call.toldToo(within);
    }
  }

  private boolean claimExactly(SpanNode span) {
    String id = span.toolCallId();
    String name = span.toolName();
    if (id == null && name == null) {
      return false;
    }
    Key exact = spanKey(id, name, span.toolArguments());
    // A call that the messages know no ID of may be this one too.
    return claim(span, unclaimed.get(exact), false)
        || (id != null
            && name != null
            && claim(span, unclaimed.get(new Key(ANY, name, exact.arguments())), false));
  }

  /** Whatever the clocks say, and however the arguments are written. */
  private boolean claimRoughly(SpanNode span) {
    String id = span.toolCallId();
    String name = span.toolName();
    if (claim(span, unclaimed.get(spanKey(id, name, span.toolArguments())), true)) {
      return true;
    }
    if (id != null
        && (claim(span, unclaimed.get(spanKey(id, name, null)), true)
            || claim(span, unclaimed.get(new Key(id, ANY, ANY)), true))) {
      return true;
    }
    return name != null && claim(span, unclaimed.get(new Key(ANY, name, ANY)), true);
  }

  private static Key spanKey(
      @Nullable String id, @Nullable String name, @Nullable String arguments) {
    return new Key(
        id == null ? ANY : id, name == null ? ANY : name, arguments == null ? ANY : arguments);
  }

  /**
   * Takes the earliest call that waits for a span and was asked before the span began.
   *
   * @param whenever whether it may have been asked later too: two clocks may differ
   */
  private boolean claim(SpanNode span, @Nullable Deque<ToolCall> waiting, boolean whenever) {
    if (waiting == null) {
      return false;
    }
    while (!waiting.isEmpty() && waiting.peek().span != null) {
      waiting.poll();
    }
    ToolCall call = waiting.peek();
    String id = span.toolCallId();
    if (call == null
        || (!whenever && call.asked() > span.start())
        || (id != null && call.id != null && !call.id.equals(id))) {
      return false;
    }
    waiting.poll();
    carryOut(call, span);
    return true;
  }

  private void carryOut(ToolCall call, SpanNode span) {
    call.carriedOut(span);
    bySpan.put(span, call);
    for (Key key : keysOf(call)) {
      claimed.put(key, call);
    }
  }

  /**
   * Whether a span repeats a call that another span carried out: it has the same ID, tool and
   * arguments, and either a model asked for the call, just once, or the two overlap.
   */
  private boolean repeats(SpanNode span) {
    String id = span.toolCallId();
    String name = span.toolName();
    String arguments = span.toolArguments();
    if (id == null && (name == null || arguments == null)) {
      return false;
    }
    ToolCall call = claimed.get(spanKey(id, name, arguments));
    if (call == null || (!(id != null && call.wasAsked()) && !overlaps(call, span))) {
      return false;
    }
    call.toldToo(span);
    bySpan.put(span, call);
    return true;
  }

  private static boolean overlaps(ToolCall call, SpanNode span) {
    SpanNode carriedOut = Objects.requireNonNull(call.span);
    return span.start() < carriedOut.end() && carriedOut.start() < span.end();
  }

  /** All calls, in the order in which they were asked or else began. */
  List<ToolCall> inOrder() {
    List<ToolCall> inOrder = new ArrayList<>(calls);
    // Stable: calls of one answer keep their order.
    inOrder.sort(
        Comparator.comparingLong(ToolCall::asked).thenComparing(call -> call.origin().id()));
    return inOrder;
  }

  /** Answers to the calls that were asked for last before the trace began. */
  List<Answered> answeredHere() {
    return answeredHere;
  }

  /** The call that a span carried out, or is within; null for a span of another kind. */
  @Nullable ToolCall of(SpanNode span) {
    ToolCall call = bySpan.get(span);
    SpanNode enclosing = span.repeats;
    while (call == null && enclosing != null) {
      call = bySpan.get(enclosing);
      enclosing = enclosing.repeats;
    }
    return call;
  }
}
