package dev.recount.topology.assembly;

import dev.recount.topology.Configuration.Replacement;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has been in force and since when, as the state of an application remembers it. The log says
 * so too, but loses its beginning in time.
 */
public final class ConfigurationHistory {
  private static final long ALWAYS = Long.MIN_VALUE;

  private final Map<String, NavigableMap<Long, Long>> since = new HashMap<>();
  private final Map<String, NavigableMap<Long, String>> texts = new HashMap<>();

  /**
   * A history of which nothing has been read.
   *
   * @param replacements what a replay had put in the place of what the log says; it is in no store
   */
  public ConfigurationHistory(Map<String, Replacement> replacements) {
    replacements.forEach(
        (name, replacement) -> {
          of(since, name).put(replacement.edition(), ALWAYS);
          of(texts, name).put(replacement.edition(), replacement.text());
        });
  }

  /**
   * What was in force.
   *
   * @param number of the edition, by which traces refer to it
   * @param text what it says
   * @param since log time at which the first partition heard of it
   */
  public record Edition(long number, String text, long since) {
    /**
     * The edition as what a replay puts in the place of what the log says.
     *
     * @param replay by which changes in the log are told that came after
     */
    public Replacement inPlaceOfTheLog(String replay) {
      return new Replacement(replay, text, number, Math.max(0, since));
    }
  }

  /** The store whose entries tell of it. */
  public static String store() {
    return Stores.HEADERS;
  }

  /** Takes in an entry of that store, of any partition; most tell of something else. */
  public void read(byte[] key, byte @Nullable [] value) {
    if (value == null || !isOfConfiguration(key)) {
      return;
    }
    String[] name =
        new String(key, StandardCharsets.UTF_8)
            .substring(ConfigurationLog.PREFIX.length())
            .split(" ", 2);
    if (name.length == 2) {
      of(texts, name[0]).put(Long.parseLong(name[1]), new String(value, StandardCharsets.UTF_8));
      return;
    }
    ByteBuffer editions = ByteBuffer.wrap(value);
    long latest = editions.getLong();
    if (!editions.hasRemaining()) {
      // Earlier versions of Recount did not note since when.
      of(since, name[0]).put(latest, ALWAYS);
    }
    while (editions.hasRemaining()) {
      // Each partition is told by itself: the first to hear of it says when.
      of(since, name[0]).merge(editions.getLong(), editions.getLong(), Math::min);
    }
  }

  private static boolean isOfConfiguration(byte[] key) {
    return new String(key, StandardCharsets.UTF_8).startsWith(ConfigurationLog.PREFIX);
  }

  /** Whether an entry of the headers' store is what an edition says. */
  static boolean isOfEdition(byte[] key) {
    return isOfConfiguration(key)
        && new String(key, StandardCharsets.UTF_8).indexOf(' ', ConfigurationLog.PREFIX.length())
            > 0;
  }

  /** Adds an edition to what is kept of those before. */
  static byte[] add(byte @Nullable [] before, long edition, long now) {
    byte[] kept = before == null ? new byte[0] : before;
    if (kept.length == Long.BYTES) {
      // Of earlier versions of Recount, which did not note since when.
      kept = ByteBuffer.allocate(3 * Long.BYTES).put(before).put(before).putLong(ALWAYS).array();
    }
    ByteBuffer editions =
        ByteBuffer.allocate(Math.max(Long.BYTES, kept.length) + 2 * Long.BYTES).putLong(edition);
    if (kept.length > 0) {
      editions.put(kept, Long.BYTES, kept.length - Long.BYTES);
    }
    return editions.putLong(edition).putLong(now).array();
  }

  /**
   * What was in force at some time; empty where nothing had been said.
   *
   * @param time the log's, milliseconds since the Unix epoch
   */
  public Optional<Edition> at(String name, long time) {
    return of(since, name).descendingMap().entrySet().stream()
        .filter(edition -> edition.getValue() <= time)
        .findFirst()
        .flatMap(edition -> edition(name, edition.getKey(), edition.getValue()));
  }

  /** What is in force now; empty where nothing has been said. */
  public Optional<Edition> latest(String name) {
    return at(name, Long.MAX_VALUE);
  }

  /** The highest number that an edition has, in force or remembered; 0 for none. */
  public long highest(String name) {
    NavigableMap<Long, String> known = of(texts, name);
    return known.isEmpty() ? 0 : known.lastKey();
  }

  private Optional<Edition> edition(String name, long number, long heard) {
    return Optional.ofNullable(of(texts, name).get(number))
        .map(text -> new Edition(number, text, heard));
  }

  private static <T> NavigableMap<Long, T> of(Map<String, NavigableMap<Long, T>> all, String name) {
    return all.computeIfAbsent(name, first -> new TreeMap<>());
  }
}
