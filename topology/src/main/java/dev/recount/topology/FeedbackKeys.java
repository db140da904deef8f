package dev.recount.topology;

import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.schemas.UndecodableException;
import org.jspecify.annotations.Nullable;

/**
 * Keys in the log of feedback: {@code feedback:<id>}. All editions of one piece of feedback meet
 * there, whatever each of them is about.
 */
public final class FeedbackKeys {
  private static final String PREFIX = "feedback:";

  private FeedbackKeys() {}

  /** The key of a piece of feedback. */
  public static String of(String feedbackId) {
    return PREFIX + feedbackId;
  }

  /** The feedback's ID in the key of its log. */
  public static String idOf(String key) {
    return key.substring(PREFIX.length());
  }

  /** Whether a key of the log is that of a piece of feedback. */
  public static boolean isFeedback(String key) {
    return key.startsWith(PREFIX);
  }

  /**
   * Key of the log of what feedback is about: a trace or an alias.
   *
   * @throws UndecodableException when it names nothing
   */
  public static String targetOf(FeedbackEvent feedback) {
    if (given(feedback.getTraceId())) {
      return feedback.getTraceId();
    }
    if (given(feedback.getResponseId())) {
      return AliasKeys.of(AliasKind.RESPONSE_ID, feedback.getResponseId());
    }
    if (given(feedback.getToolCallId())) {
      return AliasKeys.of(AliasKind.TOOL_CALL_ID, feedback.getToolCallId());
    }
    if (given(feedback.getSessionId())) {
      return AliasKeys.of(AliasKind.SESSION_ID, feedback.getSessionId());
    }
    throw new UndecodableException(
        "Feedback must name what it is about: trace_id, response_id, tool_call_id or session_id",
        null);
  }

  private static boolean given(@Nullable String text) {
    return text != null && !text.isBlank();
  }
}
