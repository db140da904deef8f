package dev.recount.topology.assembly;

import dev.recount.avro.AliasAnnouncement;
import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackLink;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.assembly.PendingLink.Standing;
import java.nio.charset.StandardCharsets;
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
 *
 * <p>Feedback that an alias cannot be resolved for waits, each piece by itself. When a trace comes,
 * a limited number of them hears of it at once, and the others with the records that follow.
 */
final class AliasResolver extends KeyedLog<AliasState> {
  /** More targets change nothing: two are ambiguous already. */
  private static final int ENOUGH_TARGETS = 2;

  /** Pieces of feedback that one record may link, withdraw or report. */
  private static final int LINKS_PER_RECORD = 500;

  private static final int ANNOUNCEMENTS_PER_SWEEP = 64;

  /** Twice as many as are announced meanwhile: what has expired cannot pile up. */
  private static final int STATES_PER_SWEEP = 2 * ANNOUNCEMENTS_PER_SWEEP;

  /** An alias that is announced again is not written again for this share of its retention. */
  private static final int SHARE_OF_RETENTION = 16;

  /** Bounds of the keys of all aliases. */
  private static final Bytes FIRST = Stores.key(AliasKeys.PREFIX);

  private static final Bytes LAST = Bytes.increment(FIRST);

  private final KeyValueStore<Bytes, byte[]> store;
  private final PendingLinks links;
  private int announcedSinceSweep;
  private Bytes sweepFrom = FIRST;

  AliasResolver(AssemblyParts parts) {
    super(parts, AliasState::new, AliasRenewal.retention(parts.settings()));
    this.store = parts.links();
    this.links = new PendingLinks(parts);
  }

  /** Takes note that an alias occurs in a trace. */
  void announced(String key, byte[] event, long now) {
    sweep(now);
    AliasAnnouncement announcement =
        (AliasAnnouncement) codecs.traceEvents().decode(event).getPayload();
    AliasState state = load(key, now);
    boolean found =
        state.targets.size() < ENOUGH_TARGETS && state.targets.add(announcement.getTraceId());
    if (!found && now - state.lastAppend < retention / SHARE_OF_RETENTION) {
      return;
    }
    state.lastAppend = now;
    if (found && state.pending > 0) {
      tell(key, state, PendingLinks.first(key), now);
    }
    save(key, state);
  }

  /** Takes in a link to feedback that names an alias, or to feedback that no longer does. */
  void linked(String key, Envelope envelope, byte[] event, long now) {
    AliasState state = load(key, now);
    String pendingKey = PendingLinks.key(key, envelope.identity());
    PendingLink known = links.find(pendingKey);
    if (known != null && envelope.precedence() <= known.revision) {
      return;
    }
    FeedbackLink link = (FeedbackLink) codecs.traceEvents().decode(event).getPayload();
    if (!link.getMoved()) {
      PendingLink pending = known == null ? links.create(now) : known;
      pending.event = event;
      pending.revision = envelope.precedence();
      pending.acts = 0;
      pending.lastAppend = now;
      state.pending += known == null ? 1 : 0;
      resolve(pendingKey, pending, state, AliasKeys.kindOf(key), now);
    } else if (known != null) {
      if (known.standing == Standing.LINKED) {
        links.takeBack(known, link, now);
      }
      forget(pendingKey, known, state);
    }
    save(key, state);
  }

  /** Gives up what is kept of feedback whose trace is to be forgotten. */
  void forgotten(String key, String feedbackId, long now) {
    String pendingKey = PendingLinks.key(key, feedbackId);
    PendingLink known = links.find(pendingKey);
    if (known != null) {
      AliasState state = load(key, now);
      forget(pendingKey, known, state);
      save(key, state);
    }
  }

  /** Does for a piece of feedback what the targets of its alias ask for. */
  private void resolve(
      String pendingKey, PendingLink pending, AliasState state, AliasKind kind, long now) {
    if (state.targets.isEmpty()) {
      links.await(pendingKey, pending);
    } else if (!state.ambiguous()) {
      links.link(pendingKey, pending, state.targets.iterator().next(), kind, now);
    } else {
      if (pending.standing == Standing.LINKED) {
        // The trace's log has the link, so the trace reports the feedback as unmatched.
        links.withdraw(pending, kind, now);
      } else {
        links.report(pending, UnmatchedReasons.AMBIGUOUS, now);
      }
      forget(pendingKey, pending, state);
    }
  }

  private void forget(String pendingKey, PendingLink pending, AliasState state) {
    links.drop(pendingKey, pending);
    state.pending--;
  }

  /** Tells feedback that the targets have changed, a limited number of pieces of it. */
  private void tell(String key, AliasState state, Bytes from, long now) {
    AliasKind kind = AliasKeys.kindOf(key);
    List<KeyValue<Bytes, byte[]>> told = new ArrayList<>();
    state.next = "";
    try (KeyValueIterator<Bytes, byte[]> range = store.range(from, PendingLinks.last(key))) {
      while (told.size() < LINKS_PER_RECORD && range.hasNext()) {
        told.add(range.next());
      }
      if (range.hasNext()) {
        state.next = text(range.peekNextKey());
      }
    }
    for (KeyValue<Bytes, byte[]> entry : told) {
      PendingLink pending = links.decode(entry.value);
      if (pending.standing != Standing.LINKED || state.ambiguous()) {
        resolve(text(entry.key), pending, state, kind, now);
      }
    }
    if (!state.next.isEmpty() && state.timerDue == 0) {
      state.timerDue = now;
      timers.set(now, key);
    }
  }

  private static String text(Bytes key) {
    return new String(key.get(), StandardCharsets.UTF_8);
  }

  /** Goes on telling feedback that the targets have changed. */
  @Override
  void timer(String key, long due, long now) {
    AliasState state = find(key);
    if (state == null || state.timerDue != due) {
      return;
    }
    state.timerDue = 0;
    if (!state.next.isEmpty()) {
      tell(key, state, Stores.key(state.next), now);
    }
    save(key, state);
  }

  /** Gives up waiting for a trace, or forgets feedback at the end of its retention. */
  void pendingTimer(String pendingKey, long due, long now) {
    PendingLink pending = links.find(pendingKey);
    if (pending == null || pending.timerDue != due) {
      return;
    }
    if (links.waitIsOver(pending, now)) {
      links.report(pending, UnmatchedReasons.TRACE_NEVER_CAME, now);
      pending.standing = Standing.REPORTED;
      links.keep(pendingKey, pending);
      return;
    }
    String key = PendingLinks.aliasOf(pendingKey);
    AliasState state = load(key, now);
    forget(pendingKey, pending, state);
    save(key, state);
  }

  /** What is known of an alias: nothing more once it has expired, whether it is still there. */
  private AliasState load(String key, long now) {
    AliasState state = find(key);
    return state == null || expired(state, now) ? create(now) : state;
  }

  /** Where a link was made is remembered for as long as it can still be taken back or edited. */
  private boolean expired(AliasState state, long now) {
    return state.pending == 0 && now >= state.lastAppend + retention;
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
