package dev.recount.cli.replay;

import dev.recount.cli.trace.TraceFinder;
import dev.recount.schemas.Connection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which traces began in a span of time, as the log tells: by the append time of their first entry.
 */
final class TraceSelection {
  private static final Pattern TRACE_ID =
      Pattern.compile("[0-9a-f]{" + TraceFinder.ALL_DIGITS + "}");

  private final long from;
  private final long to;
  private final Set<String> earlier = new HashSet<>();
  private final Set<String> chosen = new HashSet<>();

  private TraceSelection(Instant from, Instant to) {
    this.from = from.toEpochMilli();
    this.to = to.toEpochMilli();
  }

  /**
   * Reads the keys of the log.
   *
   * @param from the first instant of the span
   * @param to the first instant after it
   */
  static Set<String> began(Connection connection, Instant from, Instant to) {
    TraceSelection selection = new TraceSelection(from, to);
    TopicScan.read(
        connection,
        connection.topics().traceEvents().name(),
        record -> selection.entry(record.key(), record.timestamp()));
    return selection.chosen;
  }

  private void entry(byte[] key, long time) {
    if (key == null || time >= to) {
      return;
    }
    String text = new String(key, StandardCharsets.UTF_8);
    if (!TRACE_ID.matcher(text).matches()) {
      return;
    }
    // A trace is in one partition, whose entries come in order of time.
    if (time < from) {
      earlier.add(text);
    } else if (!earlier.contains(text)) {
      chosen.add(text);
    }
  }
}
