package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.Status;
import dev.recount.avro.StatusCode;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.model.TokenUsage;
import dev.recount.topology.model.Tokens;

/** What a span says of a decision, taken over into its draft. */
final class SpanStatements {
  private SpanStatements() {}

  static void placeOn(DecisionDraft draft, SpanNode node) {
    draft.start = node.start();
    draft.end = node.end();
    draft.ended = node.span.getEndTimeUnixNano() != 0;
    draft.orderedStart = node.orderedStart();
    draft.versions = VersionTuples.at(node);
  }

  /** What a span says of the decision that it carried out. */
  static void stateDecision(DecisionDraft draft, SpanNode node) {
    draft.chosen = node.own(Fact.CHOSEN);
    draft.considered = Alternatives.parse(node.own(Fact.CONSIDERED));
    draft.rationale = node.own(Fact.RATIONALE);
    draft.confidence = node.facts.number(Fact.CONFIDENCE);
    draft.constraints = Alternatives.parseTexts(node.own(Fact.CONSTRAINTS));
    draft.expectedOutcome = node.own(Fact.EXPECTED_OUTCOME);
    draft.statedSnapshotId = node.own(Fact.SNAPSHOT_ID);
    draft.contextTokens = node.facts.wholeNumber(Fact.CONTEXT_TOKENS);
    draft.contextLimit = node.facts.wholeNumber(Fact.CONTEXT_LIMIT);
  }

  /** A step that states no choice of its own: what it gave out is what was decided. */
  static void stateWhatWasSaid(DecisionDraft draft, SpanNode node, Exchange.Summary said) {
    if (node.ownDecision() == DecisionKind.HANDOFF && draft.chosen == null) {
      draft.chosen = node.facts.handedTo();
    } else if (node.ownDecision() == DecisionKind.REASONING) {
      draft.rationale = draft.rationale != null ? draft.rationale : said.text();
    } else if (node.ownDecision() != DecisionKind.MODEL_CALL && draft.chosen == null) {
      draft.chosen = said.text();
    }
  }

  static Tokens tokens(SpanNode node) {
    return TokenUsage.of(node.span, node.facts);
  }

  static void fail(DecisionDraft draft, SpanNode node) {
    draft.status = Status.error;
    draft.errorType = node.own(Fact.ERROR_TYPE);
    // An exception's message is the error's own; a status often adds a stack trace.
    draft.errorMessage = node.own(Fact.ERROR_MESSAGE);
    if (draft.errorMessage == null) {
      draft.errorMessage = node.span.getStatusMessage();
    }
  }

  static void succeed(DecisionDraft draft, SpanNode node) {
    if (node.span.getStatusCode() == StatusCode.OK || draft.ended) {
      draft.status = Status.ok;
    }
  }
}
