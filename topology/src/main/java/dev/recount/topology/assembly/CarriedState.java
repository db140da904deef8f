package dev.recount.topology.assembly;

import dev.recount.topology.AliasKeys;
import dev.recount.topology.CallKeys;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.FeedbackKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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

  /** Aliases that were first named before: what waits for one is known by who knows it. */
  private final HashedKeys aliases = new HashedKeys();

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
        if (!isOfNoTrace(key) && header(value).firstAppend < horizon) {
          traces.add(key, key.length);
        }
      }
      case Stores.ANCHORS -> {
        if (Anchors.isAnchor(key) && Anchors.firstAppend(value) < horizon) {
          traces.add(key, endOfTrace(key, 0));
        }
      }
      case Stores.LINKS -> {
        if (AliasKeys.isAlias(text(key)) && KeyedState.firstAppend(value) < horizon) {
          aliases.add(key, key.length);
        }
      }
      default -> throw new IllegalArgumentException(store);
    }
  }

  private static TraceHeader header(byte[] value) {
    try {
      return TraceHeader.decode(value);
    } catch (IllegalStateException other) {
      throw new OtherVersionException(other);
    }
  }

  /** State that this version of Recount cannot go on with. */
  public static final class OtherVersionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OtherVersionException(IllegalStateException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** Whether an entry of the predecessor goes over. */
  public boolean goesOver(String store, byte[] key, byte @Nullable [] value) {
    return switch (store) {
      case Stores.HEADERS ->
          isOfNoTrace(key)
              // Editions that traces refer to. Which is in force, and the time, its own log tells.
              ? ConfigurationHistory.isOfConfiguration(key) && !ConfigurationHistory.isCurrent(key)
                  || AssemblyMetrics.isOpenTraces(key)
              : isOfTraceBefore(store, key);
      case Stores.LINKS ->
          value != null && KeyedState.firstAppend(value) < horizon
              || waitsForAliasBefore(text(key));
      // Those of the others are the same in both, or are not what their owner says is due.
      case Stores.TIMERS -> isOfLink(nameOfTimer(key)) || isOfTraceBefore(store, key);
      default -> isOfTraceBefore(store, key);
    };
  }

  /** Whether an entry of the successor is to be removed before anything goes over. */
  public boolean givesWay(String store, byte[] key) {
    return switch (store) {
      case Stores.HEADERS -> !isOfNoTrace(key) && isOfTraceBefore(store, key);
      // Of others the predecessor's takes the place of the one with the same key.
      case Stores.LINKS -> waitsForAliasBefore(text(key));
      case Stores.TIMERS -> !isOfLink(nameOfTimer(key)) && isOfTraceBefore(store, key);
      default -> isOfTraceBefore(store, key);
    };
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

  private boolean waitsForAliasBefore(String key) {
    if (!PendingLinks.isPending(key)) {
      return false;
    }
    byte[] alias = PendingLinks.aliasOf(key).getBytes(StandardCharsets.UTF_8);
    return aliases.contains(alias, 0, alias.length);
  }

  /**
   * Every key of a trace begins with its ID, those of timers behind their time and what they do.
   */
  private boolean isOfTraceBefore(String store, byte[] key) {
    int from = 0;
    if (store.equals(Stores.TIMERS)) {
      from = Long.BYTES;
      for (String prefix : TIMER_PREFIXES) {
        from += nameOfTimer(key).startsWith(prefix) ? prefix.length() : 0;
      }
    }
    return traces.contains(key, from, endOfTrace(key, from));
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
