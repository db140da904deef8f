package dev.recount.topology.assembly;

import dev.recount.avro.AliasAnnouncement;
import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackLink;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.assembly.AliasState.Pending;
import dev.recount.topology.assembly.AliasState.Standing;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Brings feedback that names an alias, as its own log links it, together with the trace that the
 * alias occurs in, by a link in the trace's own log. An alias that occurs in several traces links
 * to none of them, whichever came first: a link that was made before the second one came is
 * withdrawn.
 */
final class AliasResolver extends KeyedLog<AliasState> {
  /** More targets change nothing: two are ambiguous already. */
  private static final int ENOUGH_TARGETS = 2;

  /**
   * Rows of one piece of feedback are written here and, once linked, by its trace. Within the block
   * of revisions that the feedback came with, each act here opens a smaller one, within which the
   * trace counts its own, so that the last act holds.
   */
  private static final long REVISIONS_PER_ACT = 1L << 20;

  private static final int ANNOUNCEMENTS_PER_SWEEP = 64;

  /** Twice as many as are announced meanwhile: what has expired cannot pile up. */
  private static final int STATES_PER_SWEEP = 2 * ANNOUNCEMENTS_PER_SWEEP;

  /** Bounds of the keys of all aliases. */
  private static final Bytes FIRST = Stores.key(AliasKeys.PREFIX);

  private static final Bytes LAST = Bytes.increment(FIRST);

  private final KeyValueStore<Bytes, byte[]> store;
  private final long feedbackWait;
  private final long retention;
  private final long feedbackRetention;
  private int announcedSinceSweep;
  private Bytes sweepFrom = FIRST;

  AliasResolver(AssemblyParts parts) {
    super(parts, AliasState::new, parts.settings().stateRetention().toMillis());
    TopologySettings settings = parts.settings();
    this.store = parts.links();
    this.retention = settings.stateRetention().toMillis();
    this.feedbackRetention = FeedbackRouter.retention(settings);
    this.feedbackWait = Math.min(settings.feedbackWait().toMillis(), retention);
  }

  /** Takes note that an alias occurs in a trace. */
  void announced(String key, byte[] event, long now) {
    sweep(now);
    AliasAnnouncement announcement =
        (AliasAnnouncement) codecs.traceEvents().decode(event).getPayload();
    AliasState state = load(key, now);
    if (state.targets.size() >= ENOUGH_TARGETS || !state.targets.add(announcement.getTraceId())) {
      return;
    }
    state.lastAppend = now;
    resolve(key, state, now);
    save(key, state);
  }

  /** Takes in a link to feedback that names an alias, or to feedback that no longer does. */
  void linked(String key, Envelope envelope, byte[] event, long now) {
    AliasState state = load(key, now);
    Pending pending = state.feedback.get(envelope.identity());
    if (pending != null && envelope.precedence() <= pending.revision) {
      return;
    }
    FeedbackLink link = linkIn(event);
    if (link.getMoved()) {
      if (pending == null) {
        return;
      }
      takeBack(state, pending, link, now);
      state.feedback.remove(envelope.identity());
    } else {
      if (pending == null) {
        pending = new Pending();
        state.feedback.put(envelope.identity(), pending);
      }
      pending.event = event;
      pending.revision = envelope.precedence();
      pending.standing = Standing.WAITING;
      pending.since = now;
    }
    state.lastAppend = now;
    resolve(key, state, now);
    save(key, state);
  }

  /** Tells the trace that feedback was linked to that it is about something else now. */
  private void takeBack(AliasState state, Pending pending, FeedbackLink moved, long now) {
    if (pending.standing == Standing.LINKED || pending.standing == Standing.WITHDRAWN) {
      pending.revision = moved.getRevision();
      send(state, pending, moved, now);
    }
  }

  private void resolve(String key, AliasState state, long now) {
    AliasKind kind = AliasKeys.kindOf(key);
    for (Pending pending : state.feedback.values()) {
      if (state.targets.size() == 1) {
        if (pending.standing != Standing.LINKED) {
          pending.standing = Standing.LINKED;
          link(state, pending, kind, false, now);
        }
      } else if (state.targets.size() > 1) {
        if (pending.standing == Standing.LINKED) {
          // The trace's log has the link, so the trace reports the feedback as unmatched.
          link(state, pending, kind, true, now);
          pending.standing = Standing.WITHDRAWN;
        } else if (pending.standing == Standing.WAITING || pending.standing == Standing.REPORTED) {
          reportUnmatched(state, pending, UnmatchedReasons.AMBIGUOUS, now);
          pending.standing = Standing.AMBIGUOUS;
        }
      }
    }
    schedule(key, state);
  }

  private void link(
      AliasState state, Pending pending, AliasKind kind, boolean withdrawn, long now) {
    FeedbackLink link = linkIn(pending.event);
    link.setResolvedBy(kind);
    link.setWithdrawn(withdrawn);
    send(state, pending, link, now);
  }

  /** Sends a link on to the first trace in which the alias was found. */
  private void send(AliasState state, Pending pending, FeedbackLink link, long now) {
    state.acts++;
    link.setRevision(revision(state, pending));
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.LINK);
    event.setIdentity(link.getFeedback().getFeedbackId());
    event.setPrecedence(link.getRevision());
    event.setHints(link.getMoved() ? 0 : codecs.traceEvents().decode(pending.event).getHints());
    event.setPayload(link);
    append(state.targets.iterator().next(), event, now);
  }

  private void reportUnmatched(AliasState state, Pending pending, String reason, long now) {
    FeedbackLink link = linkIn(pending.event);
    FeedbackRecord row = new FeedbackRecord();
    row.setFeedback(link.getFeedback());
    row.setMatch(FeedbackMatch.NONE);
    row.setReason(reason);
    row.setKeyTime(link.getFeedbackKeyTime());
    state.acts++;
    row.setRevision(revision(state, pending));
    outputs.unmatchedFeedback(row, now);
  }

  private static long revision(AliasState state, Pending pending) {
    return pending.revision + state.acts * REVISIONS_PER_ACT;
  }

  private FeedbackLink linkIn(byte[] event) {
    return (FeedbackLink) codecs.traceEvents().decode(event).getPayload();
  }

  /** A timer is set for as long as feedback waits; an alias that nothing names costs none. */
  private void schedule(String key, AliasState state) {
    long due = 0;
    for (Pending pending : state.feedback.values()) {
      if (pending.standing == Standing.WAITING) {
        long end = pending.since + feedbackWait;
        due = due == 0 ? end : Math.min(due, end);
      }
    }
    if (due == state.timerDue) {
      return;
    }
    if (state.timerDue != 0) {
      timers.cancel(state.timerDue, key);
    }
    state.timerDue = due;
    if (due != 0) {
      timers.set(due, key);
    }
  }

  /** Gives up waiting for a trace. */
  @Override
  void timer(String key, long due, long now) {
    AliasState state = find(key);
    if (state == null || state.timerDue != due) {
      return;
    }
    state.timerDue = 0;
    for (Pending pending : state.feedback.values()) {
      if (pending.standing == Standing.WAITING && now >= pending.since + feedbackWait) {
        reportUnmatched(state, pending, UnmatchedReasons.TRACE_NEVER_CAME, now);
        pending.standing = Standing.REPORTED;
      }
    }
    schedule(key, state);
    save(key, state);
  }

  /** What is known of an alias: nothing more once it has expired, whether it is still there. */
  private AliasState load(String key, long now) {
    AliasState state = find(key);
    return state == null || expired(state, now) ? create(now) : state;
  }

  private boolean expired(AliasState state, long now) {
    // Where a link was made is remembered for as long as it can still be taken back or edited.
    long kept = state.feedback.isEmpty() ? retention : feedbackRetention;
    return now >= state.lastAppend + kept && state.timerDue == 0;
  }

  /**
   * Deletes some of the states that have expired. Where it goes on, and when, changes no answer: it
   * needs no timer of its own for each alias, of which there may be as many as spans.
   */
  private void sweep(long now) {
    if (++announcedSinceSweep < ANNOUNCEMENTS_PER_SWEEP) {
      return;
    }
    announcedSinceSweep = 0;
    List<Bytes> gone = new ArrayList<>();
    Bytes next = FIRST;
    try (KeyValueIterator<Bytes, byte[]> states = store.range(sweepFrom, LAST)) {
      for (int i = 0; i < STATES_PER_SWEEP && states.hasNext(); i++) {
        KeyValue<Bytes, byte[]> entry = states.next();
        if (expired(decode(entry.value), now)) {
          gone.add(entry.key);
        }
      }
      if (states.hasNext()) {
        next = states.peekNextKey();
      }
    }
    gone.forEach(store::delete);
    sweepFrom = next;
  }
}
