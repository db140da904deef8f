package dev.recount.schemas.redaction;

import dev.recount.avro.Alternative;
import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;
import dev.recount.schemas.Contracts;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Redacts explicit events. What is handed in stays as it is, and comes back when nothing is to be
 * done.
 */
public final class EventRedaction {
  private final Redaction redaction;

  /** Redacts by a redaction. */
  public EventRedaction(Redaction redaction) {
    Contracts.trust();
    this.redaction = redaction;
  }

  /** A snapshot; the digest of a segment whose content changes goes, and is taken anew later. */
  public ContextSnapshot snapshot(ContextSnapshot sent) {
    if (!redaction.isActive()) {
      return sent;
    }
    ContextSnapshot snapshot = ContextSnapshot.newBuilder(sent).build();
    for (ContextSegment segment : snapshot.getSegments()) {
      segment.setSource(text(RedactedField.SNAPSHOTS, segment.getSource()));
      String content = text(RedactedField.SNAPSHOTS, segment.getContent());
      if (content != null && !content.equals(segment.getContent())) {
        segment.setContent(content);
        segment.setContentSha256(null);
      }
    }
    snapshot.setAttributes(attributes(snapshot.getAttributes()));
    return snapshot;
  }

  /** A decision. */
  public DecisionEvent decision(DecisionEvent sent) {
    if (!redaction.isActive()) {
      return sent;
    }
    DecisionEvent decision = DecisionEvent.newBuilder(sent).build();
    decision.setName(text(RedactedField.NAMES, decision.getName()));
    decision.setChosen(text(RedactedField.DECISIONS, decision.getChosen()));
    for (Alternative alternative : decision.getConsidered()) {
      alternative.setName(redaction.text(RedactedField.DECISIONS, alternative.getName()));
      alternative.setRejectedBecause(
          text(RedactedField.DECISIONS, alternative.getRejectedBecause()));
    }
    decision.setRationale(text(RedactedField.DECISIONS, decision.getRationale()));
    decision
        .getConstraints()
        .replaceAll(constraint -> redaction.text(RedactedField.DECISIONS, constraint));
    decision.setExpectedOutcome(text(RedactedField.DECISIONS, decision.getExpectedOutcome()));
    decision.setToolCallId(text(RedactedField.IDENTIFIERS, decision.getToolCallId()));
    decision.setToolArguments(text(RedactedField.TOOL_ARGUMENTS, decision.getToolArguments()));
    decision.setAttributes(attributes(decision.getAttributes()));
    return decision;
  }

  /** Feedback; what it names is redacted as it is on the spans, so that it is still found. */
  public FeedbackEvent feedback(FeedbackEvent sent) {
    if (!redaction.isActive()) {
      return sent;
    }
    FeedbackEvent feedback = FeedbackEvent.newBuilder(sent).build();
    feedback.setComment(text(RedactedField.FEEDBACK, feedback.getComment()));
    feedback.setLabel(text(RedactedField.FEEDBACK, feedback.getLabel()));
    feedback.setSource(text(RedactedField.FEEDBACK, feedback.getSource()));
    feedback.setResponseId(text(RedactedField.IDENTIFIERS, feedback.getResponseId()));
    feedback.setToolCallId(text(RedactedField.IDENTIFIERS, feedback.getToolCallId()));
    feedback.setSessionId(text(RedactedField.IDENTIFIERS, feedback.getSessionId()));
    feedback.setAttributes(attributes(feedback.getAttributes()));
    return feedback;
  }

  private @Nullable String text(RedactedField field, @Nullable String text) {
    return redaction.textOrNull(field, text);
  }

  private Map<String, String> attributes(Map<String, String> sent) {
    Map<String, String> attributes = new TreeMap<>(sent);
    attributes.replaceAll(redaction::attribute);
    return attributes;
  }
}
