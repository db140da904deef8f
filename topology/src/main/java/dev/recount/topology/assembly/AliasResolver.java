package dev.recount.topology.assembly;

import dev.recount.avro.AliasAnnouncement;
import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackLink;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.assembly.AliasState.Pending;
import dev.recount.topology.assembly.AliasState.Standing;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Brings feedback that names an alias together with the trace that the alias occurs in, by a link
 * in the trace's own log. An alias that occurs in several traces links to none of them, whichever
 * came first: a link that was made before the second one came is withdrawn.
 */
final class AliasResolver {
  /** More targets change nothing: two are ambiguous already. */
  private static final int ENOUGH_TARGETS = 2;

  /**
   * Rows of one piece of feedback are written here and, once linked, by its trace. Each act here
   * opens a new block of revisions, within which the trace counts its own, so that the last act
   * holds.
   */
  private static final long REVISIONS_PER_ACT = 1L << 20;

  private final KeyValueStore<Bytes, byte[]> store;
  private final Timers timers;
  private final TopologyCodecs codecs;
  private final Outputs outputs;
  private final boolean live;
  private final long feedbackWait;
  private final long retention;

  AliasResolver(
      KeyValueStore<Bytes, byte[]> store,
      Timers timers,
      TopologyCodecs codecs,
      Outputs outputs,
      TopologySettings settings) {
    this.store = store;
    this.timers = timers;
    this.codecs = codecs;
    this.outputs = outputs;
    this.live = settings.live();
    this.feedbackWait = settings.feedbackWait().toMillis();
    this.retention = settings.stateRetention().toMillis();
  }

  /** Takes note that an alias occurs in a trace. */
  void announced(String key, byte[] event, long now) {
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

  /** Takes in feedback that names an alias. */
  void feedback(String key, Envelope envelope, byte[] event, long now) {
    AliasState state = load(key, now);
    Pending pending = state.feedback.get(envelope.identity());
    if (pending == null) {
      pending = new Pending();
      pending.firstAppend = now;
      state.feedback.put(envelope.identity(), pending);
    } else if (!Ranking.outranks(
        envelope.precedence(), event, 0, precedence(pending.event), pending.event, 0)) {
      return;
    }
    pending.event = event;
    pending.standing = Standing.WAITING;
    state.lastAppend = now;
    resolve(key, state, now);
    save(key, state);
  }

  private long precedence(byte[] event) {
    return codecs.traceEvents().decode(event).getPrecedence();
  }

  private void resolve(String key, AliasState state, long now) {
    AliasKind kind = AliasKeys.kindOf(key);
    for (Map.Entry<String, Pending> entry : state.feedback.entrySet()) {
      Pending pending = entry.getValue();
      if (kind == AliasKind.SESSION_ID) {
        if (pending.standing == Standing.WAITING) {
          pending.standing = Standing.REPORTED;
          outputs.feedback(row(state, pending, FeedbackMatch.SESSION), now);
        }
      } else if (state.targets.size() == 1) {
        if (pending.standing != Standing.LINKED) {
          pending.standing = Standing.LINKED;
          link(state, pending, kind, false, now);
        }
      } else if (state.targets.size() > 1) {
        if (pending.standing == Standing.LINKED) {
          // The trace's log has the link, so the trace reports the feedback as unmatched.
          link(state, pending, kind, true, now);
        } else if (pending.standing != Standing.AMBIGUOUS) {
          reportUnmatched(state, pending, UnmatchedReasons.AMBIGUOUS, now);
        }
        pending.standing = Standing.AMBIGUOUS;
      }
    }
    schedule(key, state);
  }

  private void link(
      AliasState state, Pending pending, AliasKind kind, boolean withdrawn, long now) {
    state.acts++;
    if (!live) {
      return;
    }
    String target = state.targets.iterator().next();
    FeedbackEvent feedback = feedbackOf(pending);
    FeedbackLink link = new FeedbackLink();
    link.setFeedback(feedback);
    link.setResolvedBy(kind);
    link.setFeedbackKeyTime(Instant.ofEpochMilli(pending.firstAppend));
    link.setRevision(revision(state));
    link.setWithdrawn(withdrawn);
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.LINK);
    event.setIdentity(feedback.getFeedbackId());
    event.setPrecedence(state.acts);
    event.setHints(codecs.traceEvents().decode(pending.event).getHints());
    event.setPayload(link);
    outputs.traceEvent(target, event, now);
  }

  private void reportUnmatched(AliasState state, Pending pending, String reason, long now) {
    FeedbackRecord row = row(state, pending, FeedbackMatch.NONE);
    row.setReason(reason);
    outputs.unmatchedFeedback(row, now);
  }

  private static long revision(AliasState state) {
    return state.acts * REVISIONS_PER_ACT;
  }

  private FeedbackRecord row(AliasState state, Pending pending, FeedbackMatch match) {
    FeedbackRecord row = new FeedbackRecord();
    row.setFeedback(feedbackOf(pending));
    row.setMatch(match);
    row.setKeyTime(Instant.ofEpochMilli(pending.firstAppend));
    state.acts++;
    row.setRevision(revision(state));
    return row;
  }

  private FeedbackEvent feedbackOf(Pending pending) {
    return (FeedbackEvent) codecs.traceEvents().decode(pending.event).getPayload();
  }

  private void schedule(String key, AliasState state) {
    boolean waiting =
        state.targets.isEmpty()
            && state.feedback.values().stream().anyMatch(p -> p.standing == Standing.WAITING);
    long due =
        waiting
            ? Math.min(state.lastAppend + feedbackWait, state.lastAppend + retention)
            : state.lastAppend + retention;
    if (state.timerDue == 0 || due < state.timerDue) {
      if (state.timerDue != 0) {
        timers.cancel(state.timerDue, key);
      }
      state.timerDue = due;
      timers.set(due, key);
    }
  }

  /** Gives up waiting for a trace, or forgets the alias at the end of the retention. */
  void timer(String key, long due, long now) {
    byte[] bytes = store.get(storeKey(key));
    if (bytes == null) {
      return;
    }
    AliasState state = AliasState.decode(bytes);
    if (state.timerDue != due) {
      return;
    }
    state.timerDue = 0;
    if (now >= state.lastAppend + retention) {
      store.delete(storeKey(key));
      return;
    }
    if (state.targets.isEmpty() && now >= state.lastAppend + feedbackWait) {
      for (Pending pending : state.feedback.values()) {
        if (pending.standing == Standing.WAITING) {
          reportUnmatched(state, pending, UnmatchedReasons.TRACE_NEVER_CAME, now);
          pending.standing = Standing.REPORTED;
        }
      }
    }
    schedule(key, state);
    save(key, state);
  }

  private AliasState load(String key, long now) {
    byte[] bytes = store.get(storeKey(key));
    if (bytes != null) {
      return AliasState.decode(bytes);
    }
    AliasState state = new AliasState();
    state.firstAppend = now;
    state.lastAppend = now;
    return state;
  }

  private void save(String key, AliasState state) {
    store.put(storeKey(key), state.encode());
  }

  private static Bytes storeKey(String key) {
    return Bytes.wrap(key.getBytes(StandardCharsets.UTF_8));
  }
}
