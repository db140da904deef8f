package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.ToolCallMention;
import dev.recount.topology.convention.ChatMessages;
import dev.recount.topology.convention.Fact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the messages of a trace's model calls say. Each call's messages are read once, in order of
 * start, and let go.
 */
final class Conversations {
  private final NodeMap<Exchange.Summary> summaries;
  private final ToolCalls calls;
  private final List<SpanNode> answers = new ArrayList<>();
  private final List<SpanNode> thoughts = new ArrayList<>();

  private final DerivedSnapshots windows;
  private CallsAcrossTraces acrossTraces;

  private Conversations(SpanTree tree, DerivedSnapshots windows) {
    this.windows = windows;
    this.summaries = new NodeMap<>(tree.nodes());
    this.calls = new ToolCalls(tree);
    this.acrossTraces = CallsAcrossTraces.of(calls);
  }

  /**
   * Reads them.
   *
   * @param answers answers to the trace's tool calls that other traces hold
   * @param windows takes what the calls were shown
   */
  static Conversations of(
      SpanTree tree,
      Collection<SpanLogRecord> logs,
      Collection<ToolCallMention> answers,
      DerivedSnapshots windows) {
    Conversations conversations = new Conversations(tree, windows);
    conversations.read(tree, logsBySpan(logs));
    conversations.acrossTraces = CallsAcrossTraces.of(conversations.calls);
    conversations.acrossTraces.answer(answers);
    return conversations;
  }

  private static Map<String, List<SpanLogRecord>> logsBySpan(Collection<SpanLogRecord> logs) {
    Map<String, List<SpanLogRecord>> bySpan = new HashMap<>();
    for (SpanLogRecord log : logs) {
      if (log.getSpanId() != null) {
        bySpan.computeIfAbsent(log.getSpanId(), id -> new ArrayList<>()).add(log);
      }
    }
    return bySpan;
  }

  private void read(SpanTree tree, Map<String, List<SpanLogRecord>> logs) {
    List<SpanNode> toolSpans = new ArrayList<>();
    List<SpanNode> handoffs = new ArrayList<>();
    Map<String, SpanNode> lastOfAgent = new TreeMap<>();
    for (SpanNode node : tree.nodes()) {
      if (node.ownDecision() == DecisionKind.TOOL_CALL) {
        toolSpans.add(node);
      } else if (node.ownDecision() == DecisionKind.MODEL_CALL) {
        ChatMessages messages = messages(node, logs);
        windows.tell(node, messages);
        Exchange exchange = Exchange.of(messages);
        summaries.put(node, exchange.summary);
        calls.tell(node, exchange);
        lastOfAgent.put(node.agent(), node);
        if (onlyThought(node, exchange.summary)) {
          thoughts.add(node);
        }
      } else if (node.ownDecision() == DecisionKind.HANDOFF) {
        handoffs.add(node);
      } else if (node.ownDecision() != null && node.ownDecision() != DecisionKind.MEMORY) {
        // A plan, a branch, a judgement: what the step gave out is what was decided.
        Exchange exchange = Exchange.of(messages(node, logs));
        summaries.put(node, exchange.summary);
        if (node.isModelCall()) {
          calls.tell(node, exchange);
        }
      }
    }
    calls.carryOut(toolSpans);
    calls.handOver(handoffs);
    for (SpanNode node : tree.nodes()) {
      if (node.repeats != null) {
        calls.repeated(node);
      }
    }
    for (SpanNode last : lastOfAgent.values()) {
      Exchange.Summary said = of(last);
      // A model call that is all there is answers for itself.
      boolean asks = said.waits() || last.facts.finishedForTools();
      if (said.text() != null && !asks && last.parent != null) {
        answers.add(last);
      }
    }
  }

  /** Whether a model call among others ended with thoughts and nothing else. */
  private static boolean onlyThought(SpanNode node, Exchange.Summary said) {
    return said.reasoning() != null
        && said.text() == null
        && !said.asksTools()
        && !node.facts.finishedForTools()
        && node.parent != null;
  }

  /** A wrapper around this call alone may have recorded what the call itself has not. */
  private ChatMessages messages(SpanNode node, Map<String, List<SpanLogRecord>> logs) {
    ChatMessages messages = ChatMessages.NONE;
    for (SpanNode at = node; at != null; at = wrapper(at)) {
      messages = ChatMessages.of(at.span, logs.getOrDefault(at.id(), List.of()));
      if (!messages.input().isEmpty() || !messages.output().isEmpty()) {
        return messages;
      }
    }
    return messages;
  }

  /** The model call's span around a span, if it sums up just the one; null otherwise. */
  private static @Nullable SpanNode wrapper(SpanNode node) {
    SpanNode above = node.parent;
    return above != null && above.kind == DecisionKind.MODEL_CALL && above.modelCallsBelow == 1
        ? above
        : null;
  }

  /** The span itself, else a wrapper around it alone, whichever satisfies; else the span. */
  SpanNode stating(SpanNode node, Predicate<SpanNode> satisfies) {
    for (SpanNode at = node; at != null; at = wrapper(at)) {
      if (satisfies.test(at)) {
        return at;
      }
    }
    return node;
  }

  /** What a model call's messages say; nothing for any other span. */
  Exchange.Summary of(SpanNode node) {
    return summaries.getOrDefault(node, Exchange.Summary.NONE);
  }

  /** Names of the tools that a model call was offered, or else its agent. */
  List<String> offeredTo(SpanNode node) {
    List<String> offered = of(node).offered();
    return offered.isEmpty()
        ? Alternatives.parseTexts(node.inherited(Fact.OFFERED_TOOLS))
        : offered;
  }

  ToolCalls calls() {
    return calls;
  }

  /** Tool calls that another trace of the session may know more of. */
  List<ToolCallMention> mentions(String traceId) {
    return acrossTraces.mentions(traceId);
  }

  /** The model calls that brought nothing but thoughts, in order of start. */
  List<SpanNode> thoughts() {
    return thoughts;
  }

  /** The model calls that gave an agent's last word, by agent. */
  List<SpanNode> answers() {
    return answers;
  }
}
