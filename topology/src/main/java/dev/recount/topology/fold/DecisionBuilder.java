package dev.recount.topology.fold;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.Status;
import dev.recount.avro.StatusCode;
import dev.recount.topology.convention.Fact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the decisions of a trace: in its spans, and in what the agent itself said of them. Where
 * both speak of the same decision the explicit word wins.
 */
final class DecisionBuilder {
  static final Comparator<DecisionEvent> BY_OCCURRENCE =
      Comparator.comparing(DecisionEvent::getOccurredAt)
          .thenComparing(DecisionEvent::getDecisionId);

  private final String traceId;
  private final SpanTree tree;

  private DecisionBuilder(String traceId, SpanTree tree) {
    this.traceId = traceId;
    this.tree = tree;
  }

  /** The decisions, in no particular order, without parents, snapshots or feedback. */
  static List<DecisionDraft> build(
      String traceId, SpanTree tree, Collection<DecisionEvent> events) {
    return new DecisionBuilder(traceId, tree).build(events);
  }

  private List<DecisionDraft> build(Collection<DecisionEvent> events) {
    List<SpanNode> deciding =
        tree.nodes().stream().filter(node -> node.ownDecision() != null).toList();
    Map<SpanNode, DecisionEvent> eventOfSpan = new HashMap<>();
    List<DecisionEvent> spanless = new ArrayList<>();
    EventMatcher matcher = new EventMatcher(tree, deciding);
    for (DecisionEvent event : events.stream().sorted(BY_OCCURRENCE).toList()) {
      SpanNode node = matcher.spanOf(event);
      if (node == null || eventOfSpan.putIfAbsent(node, event) != null) {
        spanless.add(event);
      }
    }
    List<DecisionDraft> drafts = new ArrayList<>(deciding.size() + spanless.size());
    Map<String, Integer> occurrences = new HashMap<>();
    for (SpanNode node : deciding) {
      drafts.add(ofSpan(node, eventOfSpan.get(node), occurrences));
    }
    // An explicit decision on a span that is none by itself, such as a plan within an agent's span.
    for (Map.Entry<SpanNode, DecisionEvent> entry : eventOfSpan.entrySet()) {
      if (entry.getKey().ownDecision() == null) {
        drafts.add(ofEvent(entry.getValue(), entry.getKey()));
      }
    }
    for (DecisionEvent event : spanless) {
      drafts.add(ofEvent(event, tree.byId(event.getSpanId())));
    }
    return drafts;
  }

  private DecisionDraft ofSpan(
      SpanNode node, @Nullable DecisionEvent event, Map<String, Integer> occurrences) {
    DecisionKind kind =
        event == null ? Objects.requireNonNull(node.ownDecision()) : event.getKind();
    String id = event == null ? spanDecisionId(node, occurrences) : event.getDecisionId();
    DecisionDraft draft = new DecisionDraft(id, kind, node);
    draft.start = node.start();
    draft.end = node.end();
    draft.ended = node.span.getEndTimeUnixNano() != 0;
    draft.orderedStart = node.orderedStart;
    draft.versions = VersionTuples.at(node);
    draft.toolName = node.own(Fact.TOOL_NAME);
    draft.toolCallId = node.own(Fact.TOOL_CALL_ID);
    draft.toolArguments = node.own(Fact.TOOL_ARGUMENTS);
    draft.toolResult = node.own(Fact.TOOL_RESULT);
    draft.name = draft.toolName != null ? draft.toolName : node.span.getName();
    draft.chosen = node.own(Fact.CHOSEN);
    if (draft.chosen == null && kind == DecisionKind.TOOL_CALL) {
      draft.chosen = draft.toolName;
    }
    draft.considered = Alternatives.parse(node.own(Fact.CONSIDERED));
    draft.rationale = node.own(Fact.RATIONALE);
    draft.confidence = node.facts.number(Fact.CONFIDENCE);
    draft.constraints = Alternatives.parseTexts(node.own(Fact.CONSTRAINTS));
    draft.expectedOutcome = node.own(Fact.EXPECTED_OUTCOME);
    draft.inputTokens = node.facts.wholeNumber(Fact.INPUT_TOKENS);
    draft.outputTokens = node.facts.wholeNumber(Fact.OUTPUT_TOKENS);
    draft.statedSnapshotId = node.own(Fact.SNAPSHOT_ID);
    draft.contextTokens = node.facts.wholeNumber(Fact.CONTEXT_TOKENS);
    draft.contextLimit = node.facts.wholeNumber(Fact.CONTEXT_LIMIT);
    stateOutcome(draft, node);
    if (event != null) {
      explicit(draft, event);
    }
    return draft;
  }

  private static void stateOutcome(DecisionDraft draft, SpanNode node) {
    if (node.facts.failed(node.span)) {
      draft.status = Status.error;
      draft.errorType = node.own(Fact.ERROR_TYPE);
      draft.errorMessage = node.span.getStatusMessage();
      if (draft.errorMessage == null) {
        draft.errorMessage = node.own(Fact.ERROR_MESSAGE);
      }
    } else if (node.span.getStatusCode() == StatusCode.OK || draft.ended) {
      draft.status = Status.ok;
    }
  }

  /**
   * A tool call is known by its ID, name, arguments and occurrence, since call IDs repeat; any
   * other decision by its span.
   */
  private String spanDecisionId(SpanNode node, Map<String, Integer> occurrences) {
    String callId = node.own(Fact.TOOL_CALL_ID);
    if (node.kind != DecisionKind.TOOL_CALL || callId == null) {
      return Identities.of(traceId, "span", node.id());
    }
    String tool = node.own(Fact.TOOL_NAME);
    String call =
        Identities.of(
            traceId,
            "tool-call",
            callId,
            tool == null ? "" : tool,
            Identities.canonicalJson(node.own(Fact.TOOL_ARGUMENTS)));
    int occurrence = occurrences.merge(call, 1, Integer::sum);
    return Identities.of(call, Integer.toString(occurrence));
  }

  private DecisionDraft ofEvent(DecisionEvent event, @Nullable SpanNode node) {
    DecisionDraft draft = new DecisionDraft(event.getDecisionId(), event.getKind(), node);
    draft.start = Times.nanoseconds(event.getOccurredAt());
    draft.end = draft.start;
    draft.ended = true;
    draft.orderedStart = draft.start;
    if (node != null) {
      draft.versions = VersionTuples.at(node);
    } else if (tree.root() != null) {
      draft.versions = VersionTuples.at(tree.root());
    }
    explicit(draft, event);
    return draft;
  }

  private static void explicit(DecisionDraft draft, DecisionEvent event) {
    draft.event = event;
    draft.name = event.getName() != null ? event.getName() : draft.name;
    draft.toolName = event.getToolName() != null ? event.getToolName() : draft.toolName;
    if (draft.name == null) {
      draft.name = draft.toolName;
    }
    draft.toolCallId = event.getToolCallId() != null ? event.getToolCallId() : draft.toolCallId;
    draft.toolArguments =
        draft.toolArguments != null ? draft.toolArguments : event.getToolArguments();
    draft.chosen = event.getChosen() != null ? event.getChosen() : draft.chosen;
    draft.considered =
        event.getConsidered().isEmpty() ? draft.considered : List.copyOf(event.getConsidered());
    draft.rationale = event.getRationale() != null ? event.getRationale() : draft.rationale;
    draft.confidence = event.getConfidence() != null ? event.getConfidence() : draft.confidence;
    draft.constraints =
        event.getConstraints().isEmpty() ? draft.constraints : List.copyOf(event.getConstraints());
    draft.expectedOutcome =
        event.getExpectedOutcome() != null ? event.getExpectedOutcome() : draft.expectedOutcome;
    draft.statedSnapshotId =
        event.getSnapshotId() != null ? event.getSnapshotId() : draft.statedSnapshotId;
    if (event.getVersions() != null) {
      draft.versions = VersionTuples.overlay(event.getVersions(), draft.versions);
    }
  }
}
