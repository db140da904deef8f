package dev.recount.topology.assembly;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackLink;
import dev.recount.avro.Span;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.ToolCallMention;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.topology.fold.TraceContents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the events of a trace back from the store, for the fold and for release. */
final class TraceReader implements Entries.Visitor {
  /** Bytes of spans that are kept as they were read, to be released without reading them again. */
  private static final long MOST_BYTES_KEPT = 1 << 20;

  private final AvroCodec<TraceEvent> codec;
  private final TraceHeader header;

  private final CompactSpans compactSpans = new CompactSpans();
  private final List<Span> spans = new ArrayList<>();
  private final List<ContextSnapshot> snapshots = new ArrayList<>();
  private final List<DecisionEvent> decisions = new ArrayList<>();
  private final List<SpanLogRecord> logs = new ArrayList<>();
  private final List<ToolCallMention> answers = new ArrayList<>();
  private final Map<String, TraceContents.LinkedFeedback> feedback = new LinkedHashMap<>();
  private final List<TraceContents.LinkedFeedback> withdrawn = new ArrayList<>();
  private final Set<String> unlinked = new HashSet<>();

  /** The spans as they were read, or what there was of them before they were too large. */
  private final List<Entries.Entry> spanEntries = new ArrayList<>();

  private long spanBytes;
  private final boolean overCap;
  private long foldedFailures;

  private TraceReader(AvroCodec<TraceEvent> codec, TraceHeader header, boolean overCap) {
    this.codec = codec;
    this.header = header;
    this.overCap = overCap;
  }

  /** Reads all of a trace. */
  static TraceReader readAll(
      Entries entries, AvroCodec<TraceEvent> codec, String trace, TraceHeader header) {
    TraceReader reader = new TraceReader(codec, header, false);
    entries.visit(header.owner(trace), reader);
    return reader;
  }

  /**
   * Reads what is folded of a trace over its cap: the first events of each kind, the parents of its
   * spans, and all feedback.
   *
   * @param cap events of a kind that are folded
   * @param fold takes note of how far that was
   */
  static TraceReader readFirst(
      Entries entries,
      FoldingOrder folding,
      AvroCodec<TraceEvent> codec,
      String trace,
      TraceHeader header,
      int cap,
      LastFold fold) {
    TraceReader reader = new TraceReader(codec, header, true);
    String owner = header.owner(trace);
    for (TraceEventKind kind : LastFold.kinds()) {
      folding.visit(owner, kind, cap, fold, reader);
    }
    reader.readParents(entries, owner, cap, fold);
    entries.visit(owner, TraceEventKind.FEEDBACK, reader);
    entries.visit(owner, TraceEventKind.LINK, reader);
    return reader;
  }

  /** Climbs from each span, in the order of the fold, until there is nothing new above it. */
  private void readParents(Entries entries, String owner, int most, LastFold fold) {
    Set<String> known = new HashSet<>();
    spans.forEach(span -> known.add(span.getSpanId()));
    int limit = spans.size() + most;
    for (int next = 0; next < spans.size() && spans.size() < limit; next++) {
      String parent = spans.get(next).getParentSpanId();
      if (parent == null || !known.add(parent)) {
        continue;
      }
      Entries.Entry found = entries.find(owner, TraceEventKind.SPAN, parent);
      if (found == null) {
        fold.awaits(parent);
      } else {
        visit(found);
        fold.climbed();
      }
    }
  }

  /** Reads the feedback of a trace and nothing else. */
  static TraceReader readFeedback(
      Entries entries, AvroCodec<TraceEvent> codec, String trace, TraceHeader header) {
    TraceReader reader = new TraceReader(codec, header, false);
    entries.visit(header.owner(trace), TraceEventKind.FEEDBACK, reader);
    entries.visit(header.owner(trace), TraceEventKind.LINK, reader);
    return reader;
  }

  @Override
  public void visit(Entries.Entry entry) {
    Object payload = codec.decode(entry.value(), entry.offset()).getPayload();
    if (payload instanceof Span span) {
      compactSpans.compact(span);
      spans.add(span);
      keep(entry);
      foldedFailures += TraceHeader.isFailure(entry.envelope()) ? 1 : 0;
    } else if (payload instanceof ContextSnapshot snapshot) {
      snapshots.add(snapshot);
    } else if (payload instanceof DecisionEvent decision) {
      decisions.add(decision);
    } else if (payload instanceof FeedbackEvent given) {
      feedback.put(
          given.getFeedbackId(),
          new TraceContents.LinkedFeedback(given, null, entry.firstAppend(), 0));
    } else if (payload instanceof FeedbackLink link) {
      add(link);
    } else if (payload instanceof ToolCallMention answer) {
      if (!answer.getWithdrawn()) {
        answers.add(answer);
      }
    } else if (payload instanceof SpanLogRecord log) {
      logs.add(log);
    }
  }

  private void keep(Entries.Entry entry) {
    spanBytes += entry.value().length;
    if (spanBytes <= MOST_BYTES_KEPT) {
      spanEntries.add(entry);
    } else {
      spanEntries.clear();
    }
  }

  /** All spans of the trace as they were read; null when they are too large to have been kept. */
  @Nullable List<Entries.Entry> spanEntries() {
    return overCap || spanBytes > MOST_BYTES_KEPT ? null : spanEntries;
  }

  private void add(FeedbackLink link) {
    String id = link.getFeedback().getFeedbackId();
    TraceContents.LinkedFeedback linked = linked(link);
    if (!link.getMoved() && !link.getWithdrawn()) {
      feedback.put(id, linked);
      return;
    }
    feedback.remove(id);
    unlinked.add(id);
    if (!link.getMoved()) {
      withdrawn.add(linked);
    }
  }

  static TraceContents.LinkedFeedback linked(FeedbackLink link) {
    return new TraceContents.LinkedFeedback(
        link.getFeedback(),
        link.getResolvedBy(),
        link.getFeedbackKeyTime().toEpochMilli(),
        link.getRevision());
  }

  TraceContents contents(String trace) {
    return new TraceContents(
        trace,
        spans,
        overCap ? beyondCap() : TraceContents.BeyondCap.NONE,
        logs,
        answers,
        snapshots,
        decisions,
        List.copyOf(feedback.values()));
  }

  private TraceContents.BeyondCap beyondCap() {
    return new TraceContents.BeyondCap(
        true, header.spans - spans.size(), header.failures - foldedFailures, header.latestEnd);
  }

  /** IDs of feedback whose link to this trace no longer holds, for whatever reason. */
  Set<String> unlinked() {
    return unlinked;
  }

  /** Feedback of an alias that turned out to name several traces: the first one reports it. */
  List<TraceContents.LinkedFeedback> withdrawn() {
    return withdrawn;
  }
}
