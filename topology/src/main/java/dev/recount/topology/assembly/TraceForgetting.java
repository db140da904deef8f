package dev.recount.topology.assembly;

import dev.recount.avro.FeedbackLink;
import dev.recount.avro.Forget;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.fold.TraceContents.LinkedFeedback;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Forgets traces. What is known of one is given up wherever it is kept: its events, its rows, its
 * anchor, what it told other traces of calls, and feedback that waits under an alias. Rows that
 * have been emitted are withdrawn in a next revision, so that whatever is derived from them
 * follows. A header is left by which what still comes for the trace is passed over, for a retention
 * of its own.
 */
final class TraceForgetting {
  private final TraceHeaders headers;
  private final Entries entries;
  private final Timers timers;
  private final Emissions emissions;
  private final LastRows lastRows;
  private final Anchors anchors;
  private final Outputs outputs;
  private final TopologyCodecs codecs;
  private final RowEmitter emitter;
  private final FeedbackEmitter feedbackEmitter;
  private final TraceExpiry expiry;
  private final boolean live;
  private final long retention;

  TraceForgetting(
      AssemblyParts parts, TraceHeaders headers, RowEmitter emitter, TraceExpiry expiry) {
    this.headers = headers;
    this.entries = parts.entries();
    this.timers = parts.timers();
    this.emissions = parts.emissions();
    this.lastRows = parts.lastRows();
    this.anchors = parts.anchors();
    this.outputs = parts.outputs();
    this.codecs = parts.codecs();
    this.emitter = emitter;
    this.feedbackEmitter = new FeedbackEmitter(parts);
    this.expiry = expiry;
    this.live = parts.settings().live();
    this.retention = parts.settings().forgetRetention().toMillis();
  }

  /**
   * Forgets a trace, whether or not anything of it has come, and for as long again if it has been.
   */
  void forget(String trace, long now) {
    TraceHeader known = headers.load(trace);
    TraceHeader tombstone = known != null && known.forgotten() ? known : bury(trace, known, now);
    // Said anew each time: a sink that missed it, or was filled again, can be told.
    outputs.forgotten(trace, now);
    if (tombstone.timerDue != 0) {
      timers.cancel(tombstone.timerDue, trace);
    }
    tombstone.timerDue = now + retention;
    timers.set(tombstone.timerDue, trace);
    headers.save(trace, tombstone);
  }

  private TraceHeader bury(String trace, @Nullable TraceHeader known, long now) {
    Anchor anchor = anchors.load(trace);
    TraceHeader tombstone = new TraceHeader();
    tombstone.setForgotten();
    tombstone.lifecycle = TraceHeader.Lifecycle.EXPIRED;
    if (known != null) {
      tombstone.firstAppend = known.firstAppend;
      tombstone.revision = known.revision + 1;
    } else if (anchor != null) {
      tombstone.firstAppend = anchor.firstAppend();
      tombstone.revision = anchor.revision() + 1;
    } else {
      tombstone.firstAppend = now;
      tombstone.revision = 1;
    }
    emitter.withdrawAll(trace, tombstone, known, now);
    forgetFeedback(trace, known, anchor, tombstone, now);
    emissions.delete(trace);
    anchors.delete(trace);
    if (known != null) {
      outputs.metrics().forgotten(known);
      if (known.timerDue != 0) {
        timers.cancel(known.timerDue, trace);
      }
      lastRows.delete(known.owner(trace));
      expiry.purge(known.owner(trace), now);
    }
    return tombstone;
  }

  private void forgetFeedback(
      String trace,
      @Nullable TraceHeader known,
      @Nullable Anchor anchor,
      TraceHeader tombstone,
      long now) {
    List<LinkedFeedback> before = anchor == null ? List.of() : anchor.feedback();
    List<LinkedFeedback> linked = before;
    if (known != null) {
      TraceReader reader = TraceReader.readFeedback(entries, codecs.traceEvents(), trace, known);
      linked = Anchors.together(before, reader.contents(trace).feedback(), reader.unlinked());
      // What names several traces is about none of them, and only this one has reported it.
      reader
          .withdrawn()
          .forEach(feedback -> feedbackEmitter.ambiguous(feedback, tombstone.revision, now));
    }
    for (LinkedFeedback feedback : linked) {
      feedbackEmitter.withdraw(feedback, tombstone.revision, now);
      forgetUnderAlias(trace, feedback, now);
    }
  }

  /**
   * Passes over an event of a trace that is to be forgotten. Feedback may have been reported as
   * unmatched before its alias led here, and is kept under the alias.
   */
  void passOver(String trace, Envelope envelope, byte[] event, long now) {
    TraceHeader tombstone = headers.load(trace);
    if (envelope.kind() != TraceEventKind.LINK || tombstone == null) {
      return;
    }
    if (codecs.traceEvents().decode(event).getPayload() instanceof FeedbackLink link
        && !link.getMoved()) {
      LinkedFeedback feedback = TraceReader.linked(link);
      if (link.getWithdrawn()) {
        feedbackEmitter.ambiguous(feedback, tombstone.revision, now);
      } else {
        feedbackEmitter.withdraw(feedback, tombstone.revision, now);
        forgetUnderAlias(trace, feedback, now);
      }
    }
  }

  /** What waits under an alias holds the feedback itself, in a partition of its own. */
  private void forgetUnderAlias(String trace, LinkedFeedback feedback, long now) {
    if (live && feedback.linkedBy() != null) {
      TraceEvent event = new TraceEvent();
      event.setKind(TraceEventKind.FORGET);
      event.setIdentity(feedback.event().getFeedbackId());
      event.setPayload(new Forget(trace, null));
      outputs.traceEvent(FeedbackKeys.targetOf(feedback.event()), event, now);
    }
  }
}
