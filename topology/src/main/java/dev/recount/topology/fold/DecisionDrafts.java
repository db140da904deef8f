package dev.recount.topology.fold;

import dev.recount.avro.Alternative;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.Status;
import dev.recount.topology.Interpretation;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.RetrievedDocument;
import dev.recount.topology.convention.ToolTexts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the drafts of decisions out of what tells of each: a span, a tool call with its messages,
 * or the agent's own word. Where several speak of the same decision the explicit word wins, then
 * the span's.
 */
final class DecisionDrafts {
  private final String traceId;
  private final SpanTree tree;
  private final Interpretation interpretation;
  private final Conversations conversations;
  private final Failures failures;
  private final Agents agents;

  /** Drafts of decisions that spans stand for by themselves. */
  private final NodeMap<DecisionDraft> drafts;

  private final NodeMap<List<Alternative>> offered;

  /** How often each identity of a tool call has come so far. */
  private final Map<String, Integer> occurrences = new HashMap<>();

  DecisionDrafts(
      String traceId, SpanTree tree, Conversations conversations, Interpretation interpretation) {
    this.traceId = traceId;
    this.tree = tree;
    this.conversations = conversations;
    this.interpretation = interpretation;
    this.failures = Failures.of(tree.nodes());
    this.agents = Agents.of(tree.nodes());
    this.drafts = new NodeMap<>(tree.nodes());
    this.offered = new NodeMap<>(tree.nodes());
  }

  /** The draft that was made of a span; null for none. */
  @Nullable DecisionDraft madeOf(SpanNode node) {
    return drafts.get(node);
  }

  /** The decision that a span stands for by itself, with what the agent said of it. */
  DecisionDraft ofSpan(SpanNode node, @Nullable DecisionEvent event) {
    DecisionKind kind =
        event == null ? Objects.requireNonNull(node.ownDecision()) : event.getKind();
    String id = event == null ? Identities.of(traceId, "span", node.id()) : event.getDecisionId();
    DecisionDraft draft = new DecisionDraft(id, kind, node);
    SpanStatements.placeOn(draft, node);
    draft.name = node.span.getName();
    Exchange.Summary said = conversations.of(node);
    if (draft.versions.getToolSchemaVersion() == null) {
      draft.versions.setToolSchemaVersion(said.toolsVersion());
    }
    SpanStatements.stateDecision(draft, node);
    if (draft.rationale == null) {
      draft.rationale = said.reasoning();
    }
    if (kind != DecisionKind.MODEL_CALL) {
      SpanStatements.stateWhatWasSaid(draft, node, said);
    }
    if (!node.enclosesModelCall && node.toldBy == null) {
      stateTokens(draft, node);
    }
    if (node.kind == DecisionKind.MEMORY) {
      List<RetrievedDocument> documents = RetrievedDocument.of(node.span);
      draft.memoryChunks = Retrievals.chunkIds(documents);
      draft.considered =
          draft.considered.isEmpty() ? Retrievals.scored(documents) : draft.considered;
    }
    if (failures.of(node)) {
      SpanStatements.fail(draft, node);
    } else {
      SpanStatements.succeed(draft, node);
    }
    if (event != null) {
      explicit(draft, event);
    }
    drafts.put(node, draft);
    return draft;
  }

  private void stateTokens(DecisionDraft draft, SpanNode node) {
    SpanNode stating = conversations.stating(node, at -> !SpanStatements.tokens(at).unknown());
    draft.tokens = SpanStatements.tokens(stating);
    Long stated = Costs.stated(stating);
    if (stated != null) {
      draft.costNanoUsd = stated;
      return;
    }
    draft.costNanoUsd =
        interpretation.models().costNanoUsd(draft.versions.getResponseModel(), draft.tokens);
    if (draft.costNanoUsd == null) {
      draft.costNanoUsd =
          interpretation.models().costNanoUsd(draft.versions.getModel(), draft.tokens);
    }
  }

  /**
   * A call of a tool, or a handoff.
   *
   * @param event what the agent said of it; null for nothing
   */
  DecisionDraft ofCall(ToolCall call, @Nullable DecisionEvent event) {
    String agent = agents.tookOver(call);
    DecisionKind kind =
        event != null
            ? event.getKind()
            : agent == null ? DecisionKind.TOOL_CALL : DecisionKind.HANDOFF;
    String own = identity(call);
    DecisionDraft draft =
        new DecisionDraft(event == null ? own : event.getDecisionId(), kind, call.span);
    draft.place = call.span != null ? call.span : call.origin();
    draft.toolName = call.name;
    draft.toolCallId = call.id;
    draft.toolArguments = call.arguments;
    if (call.span != null) {
      SpanStatements.placeOn(draft, call.span);
      SpanStatements.stateDecision(draft, call.span);
      if (call.span.isModelCall()) {
        stateTokens(draft, call.span);
      }
    } else {
      placeBetween(draft, call);
    }
    draft.name = call.name != null || call.span == null ? call.name : call.span.span.getName();
    if (draft.chosen == null) {
      draft.chosen = kind == DecisionKind.HANDOFF && agent != null ? agent : call.name;
    }
    draft.rationale = draft.rationale != null ? draft.rationale : call.rationale;
    draft.askedBy = call.askedBy == null ? null : drafts.get(call.askedBy);
    SpanNode asking = call.askedBy != null ? call.askedBy : call.seenIn;
    if (asking != null) {
      draft.versions.setToolSchemaVersion(toolSchema(asking, draft));
    }
    if (draft.considered.isEmpty()) {
      draft.considered = offered(call, asking);
    }
    stateOutcome(draft, call);
    if (event != null) {
      explicit(draft, event);
    }
    return draft;
  }

  /**
   * Which tools were offered: what is given holds, on the model call first, and else their hash.
   */
  private @Nullable String toolSchema(SpanNode asking, DecisionDraft draft) {
    String given = asking.own(Fact.TOOL_SCHEMA_VERSION);
    if (given == null) {
      given = draft.versions.getToolSchemaVersion();
    }
    return given != null ? given : conversations.of(asking).toolsVersion();
  }

  /**
   * A call that only messages tell of: after the model had asked, until it was shown the answer.
   */
  private static void placeBetween(DecisionDraft draft, ToolCall call) {
    SpanNode origin = call.origin();
    draft.versions = VersionTuples.at(origin);
    draft.versions.setResponseModel(null);
    draft.start = call.askedBy == null ? origin.start() : origin.end();
    draft.end = call.answered ? Math.max(call.answeredAt, draft.start) : draft.start;
    draft.ended = call.answered;
    draft.orderedStart = Times.later(draft.start, origin.shift);
  }

  private List<Alternative> offered(ToolCall call, @Nullable SpanNode asking) {
    List<Alternative> alternatives = asking == null ? List.of() : offeredTo(asking);
    return alternatives.isEmpty() && call.span != null ? offeredTo(call.span) : alternatives;
  }

  /** One list for all calls of an answer: many calls and many tools would multiply. */
  private List<Alternative> offeredTo(SpanNode node) {
    List<Alternative> known = offered.get(node);
    if (known == null) {
      known =
          conversations.offeredTo(node).stream()
              .map(name -> new Alternative(name, null, null))
              .toList();
      offered.put(node, known);
    }
    return known;
  }

  /** What came of a call: its spans' word, and what the model was told. */
  private void stateOutcome(DecisionDraft draft, ToolCall call) {
    List<SpanNode> spans = new ArrayList<>(call.others);
    if (call.span != null) {
      spans.add(0, call.span);
      SpanStatements.succeed(draft, call.span);
    } else if (call.answered) {
      draft.status = Status.ok;
    }
    for (SpanNode span : spans) {
      draft.toolResult = draft.toolResult != null ? draft.toolResult : span.facts.toolResult();
    }
    draft.toolResult = draft.toolResult != null ? draft.toolResult : call.result;
    boolean reported = call.error || ToolTexts.readsAsError(draft.toolResult);
    for (SpanNode span : spans) {
      if (failures.of(span) && draft.status != Status.error) {
        SpanStatements.fail(draft, span);
      }
      reported |= span.facts.resultIsError();
    }
    reported |= ToolTexts.readsAsError(call.result);
    if (reported) {
      draft.status = Status.error;
    }
    if (draft.status == Status.error && draft.errorMessage == null) {
      String report = draft.toolResult != null ? draft.toolResult : call.result;
      draft.errorMessage =
          report == null || report.isEmpty() ? null : ToolTexts.errorMessage(report);
    }
  }

  /**
   * A tool call is known by its ID, name, arguments and occurrence, since call IDs repeat,
   * whichever spans and messages tell of it; one that nobody knows an ID of and no message tells
   * of, by its span.
   */
  private String identity(ToolCall call) {
    if (call.id == null && call.span != null && !call.wasAsked()) {
      return Identities.of(traceId, "span", call.span.id());
    }
    String identity =
        Identities.of(
            traceId,
            "tool-call",
            call.id == null ? "" : call.id,
            call.name == null ? "" : call.name,
            call.arguments == null ? "" : call.arguments);
    int occurrence = occurrences.merge(identity, 1, Integer::sum);
    return Identities.of(identity, Integer.toString(occurrence));
  }

  /** A step of thinking: the model was called, and brought nothing else. */
  DecisionDraft reasoning(SpanNode node, DecisionDraft modelCall) {
    DecisionDraft draft = after(node, modelCall, DecisionKind.REASONING);
    draft.rationale = conversations.of(node).reasoning();
    return draft;
  }

  /** The answer that ends an agent's run, after everything that it did. */
  DecisionDraft response(SpanNode node, DecisionDraft modelCall) {
    Exchange.Summary said = conversations.of(node);
    DecisionDraft draft = after(node, modelCall, DecisionKind.RESPONSE);
    draft.chosen = said.text();
    draft.rationale = said.reasoning();
    return draft;
  }

  /** What a model call came to, at its end. */
  private DecisionDraft after(SpanNode node, DecisionDraft modelCall, DecisionKind kind) {
    String name = kind.name().toLowerCase(Locale.ROOT);
    DecisionDraft draft = new DecisionDraft(Identities.of(traceId, name, node.id()), kind, null);
    draft.place = node;
    draft.askedBy = modelCall;
    draft.name = name;
    draft.versions = modelCall.versions;
    draft.start = node.end();
    draft.end = node.end();
    draft.ended = modelCall.ended;
    draft.orderedStart = node.orderedEnd();
    draft.status = modelCall.status == Status.error ? Status.unset : modelCall.status;
    return draft;
  }

  /** A decision that nothing but the agent's word tells of, on a span where it names one. */
  DecisionDraft ofEvent(DecisionEvent event, @Nullable SpanNode node) {
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
        draft.toolArguments != null
            ? draft.toolArguments
            : ToolTexts.arguments((Object) event.getToolArguments());
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
