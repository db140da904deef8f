package dev.recount.topology.assembly;

import dev.recount.topology.AliasKeys;
import dev.recount.topology.CallKeys;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.FeedbackKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which of an application's state goes over to its successor, where the log that the successor was
 * derived from has lost its beginning. Of what began before, the log tells a part at most, so that
 * the successor's own state is wrong or missing: with that of its predecessor, what still comes for
 * such traces amends their rows as it would have.
 *
 * <p>What began later is the successor's: it has been derived as a whole, but for feedback and log
 * records that came before the horizon and ahead of their trace.
 */
public final class CarriedState {
  private static final List<String> TIMER_PREFIXES = List.of(TraceExpiry.PURGE, Anchors.TIMER);

  private final long horizon;

  /** Traces that began before. */
  private final HashedKeys traces = new HashedKeys();

  /** Aliases, feedback and calls that were first heard of before. */
  private final HashedKeys links = new HashedKeys();

  /**
   * State of one partition that began before a time.
   *
   * @param horizon where what is left of the log begins
   */
  public CarriedState(Instant horizon) {
    this.horizon = horizon.toEpochMilli();
  }

  /** All stores. */
  public static List<String> stores() {
    return List.of(
        Stores.HEADERS,
        Stores.ANCHORS,
        Stores.EMISSIONS,
        Stores.ENTRIES,
        Stores.LINKS,
        Stores.TIMERS);
  }

  /** Those that tell what began before. */
  public static List<String> surveyed() {
    return List.of(Stores.HEADERS, Stores.ANCHORS, Stores.LINKS);
  }

  /**
   * Takes in an entry of one of these stores of the predecessor.
   *
   * @throws OtherVersionException when it was written by another version of Recount
   */
  public void survey(String store, byte[] key, byte @Nullable [] value) {
    if (value == null) {
      return;
    }
    switch (store) {
      case Stores.HEADERS -> {
        if (!isOfNoTrace(key) && TraceHeader.decode(value).firstAppend < horizon) {
          traces.add(key, key.length);
        }
      }
      case Stores.ANCHORS -> {
        if (Anchors.isAnchor(key) && Anchors.firstAppend(value) < horizon) {
          traces.add(key, endOfTrace(key, 0));
        }
      }
      case Stores.LINKS -> {
        if (!SpareMentions.isSpare(text(key)) && firstAppendOfLink(key, value) < horizon) {
          links.add(key, key.length);
        }
      }
      default -> throw new IllegalArgumentException(store);
    }
  }

  private static long firstAppendOfLink(byte[] key, byte[] value) {
    String name = text(key);
    KeyedState state =
        PendingLinks.isPending(name)
            ? new PendingLink()
            : AliasKeys.isAlias(name)
                ? new AliasState()
                : FeedbackKeys.isFeedback(name) ? new FeedbackState() : new CallState();
    return state.firstAppendOf(value);
  }

  /** Whether what the predecessor says of a key goes over, a deletion too. */
  public boolean goesOver(String store, byte[] key) {
    if (store.equals(Stores.HEADERS) && isOfNoTrace(key)) {
      // Editions that traces refer to. Which is in force, and the time, its own log tells.
      return ConfigurationHistory.isOfEdition(key) || AssemblyMetrics.isOpenTraces(key);
    }
    // Timers of what began later are the successor's: one that the predecessor has got round to
    // firing may still be due here.
    return isBefore(store, key);
  }

  /** Whether an entry of the successor is to be removed before anything goes over. */
  public boolean givesWay(String store, byte[] key) {
    return isBefore(store, key);
  }

  /**
   * What goes over beside entries: the text that a replay had put in the place of what the log says
   * is in no store of the predecessor's.
   */
  public static Map<String, byte[]> editions(Map<String, Replacement> replacements) {
    Map<String, byte[]> editions = new HashMap<>();
    replacements.forEach(
        (name, replacement) ->
            editions.put(
                ConfigurationLog.PREFIX + name + " " + replacement.edition(),
                replacement.text().getBytes(StandardCharsets.UTF_8)));
    return editions;
  }

  private boolean isBefore(String store, byte[] key) {
    if (store.equals(Stores.LINKS)) {
      return links.contains(key, 0, key.length) || belongsToLinkBefore(text(key));
    }
    // Every other key begins with a trace, those of timers behind their time and what they do.
    int from = 0;
    if (store.equals(Stores.TIMERS)) {
      from = Long.BYTES;
      String name = nameOfTimer(key);
      if (isOfLink(name)) {
        return isBefore(Stores.LINKS, Arrays.copyOfRange(key, from, key.length));
      }
      for (String prefix : TIMER_PREFIXES) {
        from += name.startsWith(prefix) ? prefix.length() : 0;
      }
    }
    return traces.contains(key, from, endOfTrace(key, from));
  }

  /** What waits for an alias is known by who knows the alias, and a spare mention with its call. */
  private boolean belongsToLinkBefore(String key) {
    String owner =
        PendingLinks.isPending(key)
            ? PendingLinks.aliasOf(key)
            : SpareMentions.isSpare(key) ? SpareMentions.callOf(key) : null;
    if (owner == null) {
      return false;
    }
    byte[] bytes = owner.getBytes(StandardCharsets.UTF_8);
    return links.contains(bytes, 0, bytes.length);
  }

  /** Where a trace's ID has ended: before which of its lives, or which part of what is kept. */
  private static int endOfTrace(byte[] key, int from) {
    int end = from;
    while (end < key.length && key[end] != TraceHeader.LIFE && (key[end] < 0 || key[end] >= ' ')) {
      end++;
    }
    return end;
  }

  /** Of the clock and the configuration. */
  private static boolean isOfNoTrace(byte[] key) {
    return key[0] == ' ';
  }

  private static String text(byte[] key) {
    return new String(key, StandardCharsets.UTF_8);
  }

  private static String nameOfTimer(byte[] key) {
    return new String(key, Long.BYTES, key.length - Long.BYTES, StandardCharsets.UTF_8);
  }

  /** Whether a timer is of an alias, of feedback or of a call. */
  private static boolean isOfLink(String name) {
    return AliasKeys.isAlias(name)
        || FeedbackKeys.isFeedback(name)
        || CallKeys.isCall(name)
        || PendingLinks.isPending(name);
  }
}
