package dev.recount.topology.assembly;

import dev.recount.avro.AliasKind;
import dev.recount.avro.FeedbackLink;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.topology.assembly.PendingLink.Standing;
import org.apache.kafka.common.utils.Bytes;

/**
 * The feedback that names an alias, each piece under a key of its own, so that one more costs the
 * same however many there are.
 */
final class PendingLinks extends KeyedLog<PendingLink> {
  /** No trace ID and no alias starts like this. */
  private static final String PREFIX = "pending:";

  /** Follows the length of the alias, which tells where in the key the feedback's ID begins. */
  private static final char SEPARATOR = ':';

  /**
   * Rows of one piece of feedback are written here and, once linked, by its trace. Within the block
   * of revisions that the feedback came with, each act here opens a smaller one, within which the
   * trace counts its own, so that the last act holds.
   */
  private static final long REVISIONS_PER_ACT = 1L << 20;

  private final long feedbackWait;

  PendingLinks(AssemblyParts parts) {
    super(parts, PendingLink::new, FeedbackRouter.retention(parts.settings()));
    this.feedbackWait =
        Math.min(
            parts.settings().feedbackWait().toMillis(),
            parts.settings().stateRetention().toMillis());
  }

  /** The key of a piece of feedback that names an alias. */
  static String key(String alias, String feedbackId) {
    return prefix(alias) + feedbackId;
  }

  private static String prefix(String alias) {
    return PREFIX + alias.length() + SEPARATOR + alias;
  }

  static boolean isPending(String key) {
    return key.startsWith(PREFIX);
  }

  /** The alias that a key belongs to. */
  static String aliasOf(String key) {
    int separator = key.indexOf(SEPARATOR, PREFIX.length());
    int length = Integer.parseInt(key.substring(PREFIX.length(), separator));
    return key.substring(separator + 1, separator + 1 + length);
  }

  /** Where the keys of an alias begin. */
  static Bytes first(String alias) {
    return Stores.key(prefix(alias));
  }

  /** Where the keys of an alias have ended. */
  static Bytes last(String alias) {
    return Bytes.increment(first(alias));
  }

  /** Lets feedback wait for a trace; whoever called has the key's timer. */
  void await(String key, PendingLink link) {
    link.standing = Standing.WAITING;
    schedule(key, link, link.lastAppend + feedbackWait);
    save(key, link);
  }

  /** Whether feedback that waits has waited long enough. */
  boolean waitIsOver(PendingLink link, long now) {
    return link.standing == Standing.WAITING && now >= link.lastAppend + feedbackWait;
  }

  /** Links feedback to the trace that its alias occurs in. */
  void link(String key, PendingLink link, String target, AliasKind kind, long now) {
    link.standing = Standing.LINKED;
    link.target = target;
    send(link, kind, false, now);
    keep(key, link);
  }

  /**
   * Takes a link back because the alias turned out to name several traces; the trace reports it.
   */
  void withdraw(PendingLink link, AliasKind kind, long now) {
    send(link, kind, true, now);
  }

  private void send(PendingLink link, AliasKind kind, boolean withdrawn, long now) {
    FeedbackLink content = content(link);
    content.setResolvedBy(kind);
    content.setWithdrawn(withdrawn);
    send(link, content, codecs.traceEvents().decode(link.event).getHints(), now);
  }

  /** Tells the trace that feedback was linked to that it is about something else now. */
  void takeBack(PendingLink link, FeedbackLink moved, long now) {
    link.revision = moved.getRevision();
    send(link, moved, 0, now);
  }

  private void send(PendingLink link, FeedbackLink content, int hints, long now) {
    link.acts++;
    content.setRevision(revision(link));
    TraceEvent event = new TraceEvent();
    event.setKind(TraceEventKind.LINK);
    event.setIdentity(content.getFeedback().getFeedbackId());
    event.setPrecedence(content.getRevision());
    event.setHints(hints);
    event.setPayload(content);
    append(link.target, event, now);
  }

  /** Reports feedback as unmatched. */
  void report(PendingLink link, String reason, long now) {
    FeedbackLink content = content(link);
    link.acts++;
    FeedbackRecord row = new FeedbackRecord();
    row.setFeedback(content.getFeedback());
    row.setMatch(FeedbackMatch.NONE);
    row.setReason(reason);
    row.setKeyTime(content.getFeedbackKeyTime());
    row.setRevision(revision(link));
    outputs.unmatchedFeedback(row, now);
  }

  /** Remembers feedback for as long as it can still be edited. */
  void keep(String key, PendingLink link) {
    schedule(key, link, link.lastAppend + retention);
    save(key, link);
  }

  /** Forgets feedback and its timer. */
  void drop(String key, PendingLink link) {
    schedule(key, link, 0);
    delete(key);
  }

  private void schedule(String key, PendingLink link, long due) {
    if (link.timerDue != 0) {
      timers.cancel(link.timerDue, key);
    }
    link.timerDue = due;
    if (due != 0) {
      timers.set(due, key);
    }
  }

  private static long revision(PendingLink link) {
    return link.revision + link.acts * REVISIONS_PER_ACT;
  }

  private FeedbackLink content(PendingLink link) {
    return (FeedbackLink) codecs.traceEvents().decode(link.event).getPayload();
  }
}
