package dev.recount.topology.assembly;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.SnapshotRecord;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.fold.DecisionList;
import dev.recount.topology.fold.ExplicitDecisions;
import dev.recount.topology.fold.FeedbackOverlay;
import dev.recount.topology.fold.TraceContents;
import dev.recount.topology.fold.TraceContents.LinkedFeedback;
import dev.recount.topology.fold.TraceFold;
import dev.recount.topology.fold.TraceRows;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The anchors of expired traces, and what late events make of them. */
final class Anchors {
  /** No trace ID and no alias starts like this. */
  static final String TIMER = "anchor:";

  /** Follows the trace in the name under which its known events are kept. */
  private static final String KNOWN = "@known";

  private final ChunkedStore store;
  private final TopologyCodecs codecs;

  Anchors(KeyValueStore<Bytes, byte[]> store, TopologyCodecs codecs) {
    this.store = new ChunkedStore(store);
    this.codecs = codecs;
  }

  /** The name under which the timer of a trace's anchor is set. */
  static String timerOf(String trace) {
    return TIMER + trace;
  }

  static boolean isTimer(String name) {
    return name.startsWith(TIMER);
  }

  /** The trace whose anchor a timer is for. */
  static String traceOf(String timer) {
    return timer.substring(TIMER.length());
  }

  /** Whether a key of the store is that of an anchor: of its first piece, where it has several. */
  static boolean isAnchor(byte[] key) {
    return ChunkedStore.isFirst(key) && !new String(key, StandardCharsets.UTF_8).contains(KNOWN);
  }

  /** Key time of an anchor, by its first piece, milliseconds since the Unix epoch. */
  static long firstAppend(byte[] value) {
    return Anchor.firstAppend(value, Long.BYTES);
  }

  @Nullable Anchor load(String trace) {
    byte[] bytes = store.get(trace);
    return bytes == null
        ? null
        : Anchor.decode(Arrays.copyOfRange(bytes, Long.BYTES, bytes.length), codecs);
  }

  /**
   * Keeps an anchor.
   *
   * @param until log time at which it can be given up, milliseconds since the Unix epoch
   */
  void save(String trace, Anchor anchor, long until) {
    byte[] encoded = anchor.encode(codecs);
    store.put(
        trace,
        ByteBuffer.allocate(Long.BYTES + encoded.length).putLong(until).put(encoded).array());
  }

  /** Until when the anchor of a trace is kept; 0 when there is none. */
  long keptUntil(String trace) {
    byte[] bytes = store.get(trace);
    return bytes == null ? 0 : ByteBuffer.wrap(bytes).getLong();
  }

  /** The events that an expired trace has had, as far as they are remembered. */
  KnownEvents known(String trace) {
    return KnownEvents.decode(store.get(trace + KNOWN));
  }

  /** What an event is that comes now to an expired trace. */
  KnownEvents.Standing standing(String trace, Envelope envelope, byte[] event) {
    return KnownEvents.standing(store.get(trace + KNOWN), envelope, event);
  }

  void save(String trace, KnownEvents known) {
    store.put(trace + KNOWN, known.encode());
  }

  void delete(String trace) {
    store.delete(trace);
    store.delete(trace + KNOWN);
  }

  /** The anchor of a trace whose state is about to be given up. */
  static Anchor of(TraceRows rows, List<LinkedFeedback> feedback, TraceHeader header) {
    return new Anchor(
        header.firstAppend,
        header.revision,
        0,
        rows.trace(),
        rows.decisions(),
        rows.enclosingDecisions().get(),
        feedback,
        rows.verdicts(),
        header.evaluators,
        rows.foldedPart());
  }

  /**
   * The rows of an expired trace with late events laid over them: feedback is joined as ever,
   * explicit decisions and snapshots are added, those that were edited are changed, spans are
   * counted. Evaluators judge again by what is left.
   */
  static TraceRows amend(
      Anchor anchor, TraceReader reader, String trace, long lateSpans, Evaluators evaluators) {
    TraceContents late = reader.contents(trace);
    TraceRows added =
        TraceFold.fold(
            new TraceContents(
                late.traceId(),
                List.of(),
                0,
                false,
                late.snapshots(),
                late.decisions(),
                List.of()));
    List<DecisionRecord> decisions = new ArrayList<>(anchor.decisions());
    Map<String, DecisionRecord> known = new HashMap<>();
    decisions.forEach(decision -> known.put(decision.getDecisionId(), decision));
    for (DecisionEvent edition : late.decisions()) {
      DecisionRecord anchored = known.get(edition.getDecisionId());
      if (anchored != null) {
        ExplicitDecisions.overlay(edition, anchored);
      }
    }
    for (DecisionRecord decision : added.decisions()) {
      if (known.putIfAbsent(decision.getDecisionId(), decision) == null) {
        decision.setStep(decisions.size() + 1);
        decision.setVersions(anchor.trace().getVersions());
        decision.setService(anchor.trace().getService());
        decision.setSessionId(anchor.trace().getSessionId());
        decision.setUserId(anchor.trace().getUserId());
        decision.setEnvironment(anchor.trace().getEnvironment());
        decisions.add(decision);
      }
    }
    List<SnapshotRecord> snapshots = new ArrayList<>();
    for (SnapshotRecord snapshot : added.snapshots()) {
      snapshots.add(snapshot);
      snapshot.setVersions(anchor.trace().getVersions());
      snapshot.setService(anchor.trace().getService());
      snapshot.setSessionId(anchor.trace().getSessionId());
    }
    long spans = anchor.trace().getSpanCount() - anchor.trace().getLateSpanCount();
    anchor.trace().setLateSpanCount(anchor.lateSpans() + lateSpans);
    anchor.trace().setSpanCount(spans + anchor.lateSpans() + lateSpans);
    anchor.trace().setDecisionCount(decisions.size());
    if (!late.decisions().isEmpty()) {
      ExplicitDecisions.flag(anchor.trace(), decisions);
    }
    DecisionList rows = DecisionList.of(decisions);
    FeedbackOverlay.Added overlaid =
        FeedbackOverlay.apply(
            anchor.trace(),
            rows,
            anchor::enclosingDecisions,
            together(anchor.feedback(), late.feedback(), reader.unlinked()),
            anchor.verdicts(),
            evaluators,
            anchor.foldedPart());
    return new TraceRows(
        anchor.trace(),
        rows,
        snapshots,
        added.contents(),
        overlaid.evaluations(),
        overlaid.verdicts(),
        overlaid.feedback(),
        List.of(),
        anchor::enclosingDecisions,
        anchor.foldedPart());
  }

  /**
   * Feedback known before and feedback that came late, less what is linked to the trace no more. Of
   * the same ID the later edition holds, and the later link of the same edition. An anchor may
   * outlive what is known of the feedback elsewhere, from where it then comes like new: its row
   * stays the same row, in later revisions.
   */
  static List<LinkedFeedback> together(
      List<LinkedFeedback> before, List<LinkedFeedback> late, Set<String> unlinked) {
    Map<String, LinkedFeedback> byId = new LinkedHashMap<>();
    List<LinkedFeedback> all = new ArrayList<>(before);
    all.addAll(late);
    all.sort(
        Comparator.comparing((LinkedFeedback linked) -> linked.event().getOccurredAt())
            .thenComparing(LinkedFeedback::baseRevision));
    all.forEach(linked -> byId.merge(linked.event().getFeedbackId(), linked, Anchors::sameRow));
    byId.keySet().removeAll(unlinked);
    return new ArrayList<>(byId.values());
  }

  private static LinkedFeedback sameRow(LinkedFeedback earlier, LinkedFeedback later) {
    return new LinkedFeedback(
        later.event(),
        later.linkedBy(),
        Math.min(earlier.keyTime(), later.keyTime()),
        Math.max(earlier.baseRevision(), later.baseRevision()));
  }
}
