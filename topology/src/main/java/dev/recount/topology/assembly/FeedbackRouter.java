package dev.recount.topology.assembly;

import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackLink;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.AliasKeys;
import dev.recount.topology.FeedbackKeys;
import dev.recount.topology.TopologySettings;
import java.time.Instant;
import java.util.Arrays;

/**
 * Hands each piece of feedback to what its latest edition is about, by a link in the log of the
 * trace or of the alias. When a later edition is about something else, the earlier link is taken
 * back: the feedback is joined once, in whatever order its editions come.
 *
 * <p>It keeps the rank of the edition that holds and not its content, so that it can remember for
 * as long as the anchor of a trace.
 */
final class FeedbackRouter extends KeyedLog<FeedbackState> {
  /**
   * Rows of one piece of feedback are written by whoever it is linked to. Each link opens a new
   * block of revisions, within which the alias and the trace count their own, so that the latest
   * link holds.
   */
  private static final long REVISIONS_PER_ACT = 1L << 40;

  private static final int SHA256_BYTES = 32;

  private static final String SESSION = AliasKeys.of(AliasKind.SESSION_ID, "");

  FeedbackRouter(AssemblyParts parts) {
    super(parts, FeedbackState::new, retention(parts.settings()));
  }

  /** How long feedback can still be edited, in milliseconds. */
  static long retention(TopologySettings settings) {
    return Math.max(settings.anchorRetention().toMillis(), settings.stateRetention().toMillis());
  }

  /** Takes in an edition of a piece of feedback. */
  void edited(String key, Envelope envelope, byte[] event, long now) {
    FeedbackState known = find(key);
    FeedbackState state = known == null ? create(now) : known;
    byte[] sha256 = Ranking.sha256(event);
    if (known != null
        && !Ranking.outranks(envelope.precedence(), sha256, state.precedence, state.sha256)) {
      return;
    }
    state.precedence = envelope.precedence();
    state.sha256 = sha256;
    state.lastAppend = now;
    handOver(state, codecs.traceEvents().decode(event), now);
    forgetLater(key, state, now);
    save(key, state);
  }

  /** Takes back a piece of feedback, whatever it was about, and passes over later editions. */
  void forgotten(String key, long now) {
    FeedbackState known = find(key);
    FeedbackState state = known == null ? create(now) : known;
    String id = FeedbackKeys.idOf(key);
    if (!state.target.isEmpty()) {
      TraceEvent edition = new TraceEvent();
      edition.setIdentity(id);
      edition.setPayload(EmptyRows.feedback(id));
      link(state, edition, true, now);
      state.acts++;
      state.target = "";
    }
    // No edition outranks it.
    state.precedence = Long.MAX_VALUE;
    state.sha256 = new byte[SHA256_BYTES];
    Arrays.fill(state.sha256, (byte) 0xff);
    state.lastAppend = now;
    Instant keyTime = Instant.ofEpochMilli(state.firstAppend);
    outputs.unmatchedFeedback(FeedbackEmitter.row(id, revision(state) + 1, keyTime), now);
    state.acts++;
    forgetLater(key, state, now);
    save(key, state);
  }

  private void handOver(FeedbackState state, TraceEvent event, long now) {
    FeedbackEvent feedback = (FeedbackEvent) event.getPayload();
    String target = FeedbackKeys.targetOf(feedback);
    boolean aboutSession = target.startsWith(SESSION);
    if (!state.target.isEmpty() && !state.target.equals(target)) {
      link(state, event, true, now);
      state.acts++;
    }
    state.target = aboutSession ? "" : target;
    if (aboutSession) {
      // A session has no log, and its feedback is no trace's: its row is all there is to it.
      FeedbackRecord row = new FeedbackRecord();
      row.setFeedback(feedback);
      row.setMatch(FeedbackMatch.SESSION);
      row.setKeyTime(Instant.ofEpochMilli(state.firstAppend));
      row.setRevision(revision(state) + 1);
      outputs.feedback(row, now);
    } else {
      link(state, event, false, now);
    }
    state.acts++;
  }

  private void link(FeedbackState state, TraceEvent edition, boolean moved, long now) {
    FeedbackLink link = new FeedbackLink();
    link.setFeedback((FeedbackEvent) edition.getPayload());
    link.setFeedbackKeyTime(Instant.ofEpochMilli(state.firstAppend));
    link.setRevision(revision(state));
    link.setMoved(moved);
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.LINK);
    event.setIdentity(edition.getIdentity());
    event.setPrecedence(link.getRevision());
    event.setHints(moved ? 0 : edition.getHints());
    event.setPayload(link);
    append(state.target, event, now);
  }

  private static long revision(FeedbackState state) {
    return state.acts * REVISIONS_PER_ACT;
  }
}
