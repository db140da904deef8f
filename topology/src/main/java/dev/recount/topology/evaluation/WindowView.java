package dev.recount.topology.evaluation;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.SegmentKind;
import dev.recount.topology.context.Window;
import dev.recount.topology.context.WindowChange;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The context window of a model at one moment, and what became of the one before it. */
public final class WindowView {
  private final TraceFacts.WindowFacts facts;
  private final Budget budget;

  WindowView(TraceFacts.WindowFacts facts, Budget budget) {
    this.facts = facts;
    this.budget = budget;
  }

  /** A part of a window. */
  public final class Segment {
    private final ContextSegment segment;

    private Segment(ContextSegment segment) {
      this.segment = segment;
    }

    /** What it is. */
    public SegmentKind kind() {
      return segment.getKind();
    }

    /** Where it came from: a call ID, a document, a file; null when nobody says. */
    public @Nullable String source() {
      return segment.getSource();
    }

    /** Tokens that it takes up; null when they are not known. */
    public @Nullable Long tokens() {
      return segment.getTokenCount();
    }

    /** SHA-256 of its content; null when that is not known. */
    public @Nullable String contentSha256() {
      return segment.getContentSha256();
    }

    /**
     * Its text, or the chat message as JSON; null when nobody sent it. What is kept elsewhere is a
     * reference, see {@link dev.recount.schemas.content.ContentReference}.
     */
    public @Nullable String content() {
      String content = facts.window().content(segment);
      if (content != null) {
        budget.chargeFor(content);
      }
      return content;
    }
  }

  /** Identifier within the trace. */
  public String id() {
    return facts.window().snapshotId();
  }

  /** Agent whose window it is; empty when nobody says. */
  public String agent() {
    return facts.agent();
  }

  /** Segments. */
  public int size() {
    return window().segments().size();
  }

  /** A segment by its position, from 0. */
  public Segment segment(int position) {
    budget.charge(1);
    return new Segment(window().segments().get(position));
  }

  /** The window before of the same agent; null for its first one. */
  public @Nullable String baseId() {
    return change().baseSnapshotId();
  }

  /** Positions of the segments that the window before did not have, in order. */
  public List<Integer> added() {
    return Collections.unmodifiableList(change().added());
  }

  /** Positions of segments that are one of the window before cut short. */
  public boolean isCutShort(int position) {
    return change().truncated().containsKey(position);
  }

  /** Segments that it shares with the window before. */
  public int kept() {
    return size() - change().added().size();
  }

  /** Whether a summary took the place of part of the conversation. */
  public boolean compacted() {
    return change().compacted();
  }

  private Window window() {
    return facts.window();
  }

  private WindowChange change() {
    return facts.change();
  }
}
