package dev.recount.topology.fold;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.SegmentKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How full the context window of a decision was, and of what. */
final class ContextWindow {
  private ContextWindow() {}

  /** Tokens in the window: what the snapshot says, the sum of its segments, or the span's word. */
  static @Nullable Long tokens(DecisionDraft draft) {
    Long counted = draft.snapshot == null ? null : draft.snapshot.tokens;
    return counted != null ? counted : draft.contextTokens;
  }

  /** Tokens in a snapshot's window; null when neither it nor all of its segments say. */
  static @Nullable Long tokens(ContextSnapshot snapshot) {
    if (snapshot.getTokenCount() != null) {
      return snapshot.getTokenCount();
    }
    if (snapshot.getSegments().isEmpty()) {
      return null;
    }
    long sum = 0;
    for (ContextSegment segment : snapshot.getSegments()) {
      if (segment.getTokenCount() == null) {
        return null;
      }
      sum += segment.getTokenCount();
    }
    return sum;
  }

  /** Tokens that the window can hold. */
  static @Nullable Long limit(DecisionDraft draft) {
    Long limit = draft.snapshot == null ? null : draft.snapshot.event.getTokenLimit();
    return limit != null ? limit : draft.contextLimit;
  }

  /** Share of the window that was taken up; null when it is not known. */
  static @Nullable Double utilization(DecisionDraft draft) {
    return utilization(tokens(draft), limit(draft));
  }

  /** Share of a window that is taken up; null when it is not known. */
  static @Nullable Double utilization(@Nullable Long tokens, @Nullable Long limit) {
    return tokens == null || limit == null || limit <= 0 ? null : (double) tokens / limit;
  }

  /** Whether anything in the decision's window had been cut. */
  static boolean truncated(DecisionDraft draft) {
    return draft.snapshot != null && draft.snapshot.truncated;
  }

  /** Whether a segment was cut, by its own word or by its counts. */
  static boolean truncated(ContextSnapshot snapshot) {
    for (ContextSegment segment : snapshot.getSegments()) {
      if (segment.getTruncated()
          || (segment.getTokenCount() != null
              && segment.getOriginalTokenCount() != null
              && segment.getTokenCount() < segment.getOriginalTokenCount())) {
        return true;
      }
    }
    return false;
  }

  /** What a retrieval brought, else the sources of the chunks in the window, in their order. */
  static List<String> memoryChunks(DecisionDraft draft) {
    if (!draft.memoryChunks.isEmpty()) {
      return draft.memoryChunks;
    }
    List<String> chunks = new ArrayList<>();
    if (draft.snapshot != null) {
      for (ContextSegment segment : draft.snapshot.event.getSegments()) {
        if (segment.getKind() == SegmentKind.MEMORY && segment.getSource() != null) {
          chunks.add(segment.getSource());
        }
      }
    }
    return chunks;
  }
}
