package dev.recount.topology.assembly;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackLink;
import dev.recount.avro.Span;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.topology.fold.TraceContents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** Reads the events of a trace back from the store, for the fold and for release. */
final class TraceReader implements Entries.Visitor {
  /** Of a trace over its cap, the spans that start last are left out. */
  private static final Comparator<Span> LAST_START_FIRST =
      Comparator.comparingLong(Span::getStartTimeUnixNano)
          .thenComparing(Span::getSpanId)
          .reversed();

  private static final Comparator<ContextSnapshot> LAST_CAPTURE_FIRST =
      Comparator.comparing(ContextSnapshot::getCapturedAt)
          .thenComparing(ContextSnapshot::getSnapshotId)
          .reversed();
  private static final Comparator<DecisionEvent> LAST_OCCURRENCE_FIRST =
      Comparator.comparing(DecisionEvent::getOccurredAt)
          .thenComparing(DecisionEvent::getDecisionId)
          .reversed();

  private static final Comparator<SpanLogRecord> LAST_TIME_FIRST =
      Comparator.comparingLong(SpanLogRecord::getTimeUnixNano)
          .thenComparing(log -> String.valueOf(log.getSpanId()))
          .thenComparing(SpanLogRecord::getPosition)
          .thenComparing(log -> String.valueOf(log.getBody()))
          .reversed();

  /** Log records that are folded at most, for each span that is. */
  private static final int LOGS_PER_SPAN = 4;

  private final AvroCodec<TraceEvent> codec;
  private final int cap;
  private final long releasedSequence;

  private final PriorityQueue<Span> folded = new PriorityQueue<>(LAST_START_FIRST);
  private final List<Span> roots = new ArrayList<>();
  private long beyondCap;
  private final List<Span> unreleased = new ArrayList<>();
  private boolean unreleasedBeyondCap;
  private final PriorityQueue<ContextSnapshot> snapshots = new PriorityQueue<>(LAST_CAPTURE_FIRST);
  private final PriorityQueue<DecisionEvent> decisions = new PriorityQueue<>(LAST_OCCURRENCE_FIRST);
  private final PriorityQueue<SpanLogRecord> logs = new PriorityQueue<>(LAST_TIME_FIRST);
  private final List<TraceContents.LinkedFeedback> feedback = new ArrayList<>();
  private final List<TraceContents.LinkedFeedback> withdrawn = new ArrayList<>();

  private TraceReader(AvroCodec<TraceEvent> codec, int cap, long releasedSequence) {
    this.codec = codec;
    this.cap = cap;
    this.releasedSequence = releasedSequence;
  }

  /**
   * Reads a trace.
   *
   * @param cap spans, snapshots and explicit decisions that are folded at most, of each the
   *     earliest; root spans aside
   * @param releasedSequence spans filed later than this are listed as unreleased
   */
  static TraceReader read(
      Entries entries, AvroCodec<TraceEvent> codec, String trace, int cap, long releasedSequence) {
    TraceReader reader = new TraceReader(codec, cap, releasedSequence);
    entries.visit(trace, reader);
    return reader;
  }

  @Override
  public void visit(Entries.Entry entry) {
    TraceEvent event = codec.decode(entry.value(), entry.offset());
    Object payload = event.getPayload();
    if (payload instanceof Span span) {
      add(span, entry.sequence());
    } else if (payload instanceof ContextSnapshot snapshot) {
      snapshots.add(snapshot);
      if (snapshots.size() > cap) {
        snapshots.poll();
      }
    } else if (payload instanceof DecisionEvent decision) {
      decisions.add(decision);
      if (decisions.size() > cap) {
        decisions.poll();
      }
    } else if (payload instanceof FeedbackEvent given) {
      feedback.add(new TraceContents.LinkedFeedback(given, null, entry.firstAppend(), 0));
    } else if (payload instanceof FeedbackLink link) {
      add(link);
    } else if (payload instanceof SpanLogRecord log) {
      logs.add(log);
      if (logs.size() > (long) cap * LOGS_PER_SPAN) {
        logs.poll();
      }
    }
  }

  private void add(Span span, long sequence) {
    if (sequence > releasedSequence) {
      if (unreleased.size() < cap) {
        unreleased.add(span);
      } else {
        unreleasedBeyondCap = true;
      }
    }
    if (span.getParentSpanId() == null) {
      roots.add(span);
      return;
    }
    folded.add(span);
    if (folded.size() > cap) {
      folded.poll();
      beyondCap++;
    }
  }

  private void add(FeedbackLink link) {
    TraceContents.LinkedFeedback linked =
        new TraceContents.LinkedFeedback(
            link.getFeedback(),
            link.getResolvedBy(),
            link.getFeedbackKeyTime().toEpochMilli(),
            link.getRevision());
    (link.getWithdrawn() ? withdrawn : feedback).add(linked);
  }

  TraceContents contents(String trace) {
    List<Span> spans = new ArrayList<>(folded.size() + roots.size());
    spans.addAll(roots);
    spans.addAll(folded);
    return new TraceContents(
        trace,
        spans,
        beyondCap,
        List.copyOf(logs),
        List.copyOf(snapshots),
        List.copyOf(decisions),
        feedback);
  }

  /**
   * Hands over the spans that have not been released to retained-spans in their present form. Those
   * of a trace over the cap are read once more, one by one: a trace of any size must fit.
   */
  void releaseTo(Entries entries, String trace, Consumer<Span> each) {
    if (!unreleasedBeyondCap) {
      unreleased.forEach(each);
      return;
    }
    unreleased.clear();
    entries.visit(
        trace,
        entry -> {
          if (entry.envelope().kind() == TraceEventKind.SPAN
              && entry.sequence() > releasedSequence) {
            each.accept((Span) codec.decode(entry.value(), entry.offset()).getPayload());
          }
        });
  }

  /** Feedback whose link to this trace no longer holds. */
  List<TraceContents.LinkedFeedback> withdrawn() {
    return withdrawn;
  }
}
