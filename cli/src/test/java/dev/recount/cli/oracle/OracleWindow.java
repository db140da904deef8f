package dev.recount.cli.oracle;

import dev.recount.cli.oracle.Telemetry.Segment;
import dev.recount.cli.oracle.Telemetry.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A context window, that of a snapshot or one told by messages; taken at nanoseconds. */
record OracleWindow(
    String id,
    @Nullable String span,
    long at,
    String boundary,
    @Nullable Long statedTokens,
    @Nullable Long limit,
    List<Segment> segments,
    @Nullable String agent,
    boolean derived,
    boolean saysCompacted) {

  static OracleWindow of(Snapshot sent) {
    return new OracleWindow(
        sent.id(),
        sent.span(),
        sent.at() * 1_000_000,
        sent.boundary(),
        sent.tokens(),
        sent.limit(),
        sent.segments(),
        sent.agent(),
        false,
        false);
  }

  @Nullable Long tokens() {
    if (statedTokens != null || segments.isEmpty()) {
      return statedTokens;
    }
    if (segments.stream().anyMatch(segment -> segment.tokens() == null)) {
      return null;
    }
    return segments.stream().mapToLong(segment -> Objects.requireNonNull(segment.tokens())).sum();
  }

  /** Whether a segment says of itself that it was cut. */
  boolean saysTruncated() {
    return segments.stream()
        .anyMatch(
            segment ->
                segment.truncated()
                    || (segment.tokens() != null
                        && segment.originalTokens() != null
                        && segment.tokens() < segment.originalTokens()));
  }

  /** Tokens of the kinds of which every segment has a count. */
  TreeMap<String, Object> tokensByKind() {
    TreeMap<String, Object> tokens = new TreeMap<>();
    for (Segment of : segments) {
      List<Segment> same = segments.stream().filter(s -> s.kind().equals(of.kind())).toList();
      if (same.stream().allMatch(segment -> segment.tokens() != null)) {
        tokens.put(
            of.kind(), same.stream().mapToLong(s -> Objects.requireNonNull(s.tokens())).sum());
      }
    }
    return tokens;
  }

  List<Object> memoryChunks() {
    List<Object> chunks = new ArrayList<>();
    for (Segment segment : segments) {
      if (segment.kind().equals("MEMORY") && segment.source() != null) {
        TreeMap<String, Object> chunk = new TreeMap<>();
        chunk.put("id", segment.source());
        chunk.put("score", OracleRows.NULL);
        chunks.add(chunk);
      }
    }
    return chunks;
  }

  static String hash(Segment segment) {
    return segment.content() == null ? "" : OracleRows.sha256Of(segment.content());
  }

  static Object bytes(Segment segment) {
    return OracleRows.nullable(
        segment.content() == null
            ? null
            : (long) segment.content().getBytes(StandardCharsets.UTF_8).length);
  }

  /** What became of a window since the one before of its agent. */
  static final class Change {
    final @Nullable OracleWindow before;
    final OracleWindow now;

    /** For each segment its place in the window before, if it was there, or was there longer. */
    final @Nullable Integer[] cameFrom;

    final Set<Integer> truncated = new TreeSet<>();
    final List<Segment> gone = new ArrayList<>();
    boolean compacted;

    Change(@Nullable OracleWindow before, OracleWindow now) {
      this.before = before;
      this.now = now;
      this.cameFrom = new Integer[now.segments.size()];
      if (before != null) {
        recognise(before);
        recogniseTruncated(before);
        for (int place = 0; place < before.segments.size(); place++) {
          if (!isUsed(place)) {
            gone.add(before.segments.get(place));
          }
        }
        compacted = now.saysCompacted || (!gone.isEmpty() && somethingTookItsPlace());
      }
    }

    private boolean isUsed(int place) {
      for (Integer used : cameFrom) {
        if (used != null && used == place) {
          return true;
        }
      }
      return false;
    }

    boolean isKept(int i) {
      return cameFrom[i] != null && !truncated.contains(i);
    }

    /** The place after that of the one kept last is tried first, then all from the first on. */
    private void recognise(OracleWindow earlier) {
      int next = -1;
      for (int i = 0; i < cameFrom.length; i++) {
        List<Integer> places = new ArrayList<>();
        if (next >= 0 && next < earlier.segments.size()) {
          places.add(next);
        }
        for (int place = 0; place < earlier.segments.size(); place++) {
          places.add(place);
        }
        for (int place : places) {
          if (cameFrom[i] == null
              && !isUsed(place)
              && isSame(now.segments.get(i), earlier.segments.get(place))) {
            cameFrom[i] = place;
            next = place + 1;
          }
        }
      }
    }

    private static boolean isSame(Segment one, Segment other) {
      if (!one.kind().equals(other.kind())) {
        return false;
      }
      return one.content() != null || other.content() != null
          ? Objects.equals(one.content(), other.content())
          : Objects.equals(one.source(), other.source())
              && Objects.equals(one.tokens(), other.tokens());
    }

    /** What begins like something that is gone, or has its source, and is shorter. */
    private void recogniseTruncated(OracleWindow earlier) {
      List<Integer> left = new ArrayList<>();
      for (int place = 0; place < earlier.segments.size(); place++) {
        if (!isUsed(place)) {
          left.add(place);
        }
      }
      for (int i = 0; i < cameFrom.length; i++) {
        Segment segment = now.segments.get(i);
        if (cameFrom[i] != null) {
          continue;
        }
        for (int place : left) {
          Segment longer = earlier.segments.get(place);
          if (isRelated(segment, longer)) {
            if (isShorter(segment, longer) && !isUsed(place)) {
              cameFrom[i] = place;
              truncated.add(i);
            }
            // Of several that it might be, it is the first or none.
            break;
          }
        }
      }
    }

    private static boolean isRelated(Segment one, Segment other) {
      if (!one.kind().equals(other.kind()) || !Objects.equals(one.source(), other.source())) {
        return false;
      }
      if (one.source() != null) {
        return true;
      }
      String content = one.content();
      String longer = other.content();
      return content != null
          && longer != null
          && content.length() >= 96
          && longer.length() >= 96
          && content.substring(0, 96).equals(longer.substring(0, 96));
    }

    private static boolean isShorter(Segment one, Segment other) {
      if (one.content() != null && other.content() != null) {
        return one.content().length() < other.content().length();
      }
      return one.tokens() != null && other.tokens() != null && one.tokens() < other.tokens();
    }

    /** A summary, or other words of the conversation before something that was kept of it. */
    private boolean somethingTookItsPlace() {
      for (int i = 0; i < cameFrom.length; i++) {
        String kind = now.segments.get(i).kind();
        if (cameFrom[i] == null && kind.equals("SUMMARY")) {
          return true;
        }
        boolean words = kind.equals("USER") || kind.equals("ASSISTANT");
        for (int later = i + 1; later < cameFrom.length; later++) {
          if (cameFrom[i] == null
              && words
              && isKept(later)
              && !now.segments.get(later).kind().equals("SYSTEM")) {
            return true;
          }
        }
      }
      return false;
    }

    boolean isTruncated() {
      return now.saysTruncated() || !truncated.isEmpty();
    }

    boolean evicted() {
      return !gone.isEmpty() && !compacted;
    }

    List<String> lostInstructions() {
      return gone.stream()
          .filter(segment -> segment.kind().equals("SYSTEM") && segment.content() != null)
          .map(OracleWindow::hash)
          .toList();
    }

    private @Nullable Long goneTokens() {
      if (before == null || gone.stream().anyMatch(segment -> segment.tokens() == null)) {
        return null;
      }
      return gone.stream().mapToLong(segment -> Objects.requireNonNull(segment.tokens())).sum();
    }

    private List<Object> kept() {
      List<Object> runs = new ArrayList<>();
      for (int i = 0; i < cameFrom.length; i++) {
        if (isKept(i) && (i == 0 || !isContinued(i))) {
          long count = 1;
          while (i + count < cameFrom.length && isContinued((int) (i + count))) {
            count++;
          }
          TreeMap<String, Object> run = new TreeMap<>();
          run.put("position", (long) i);
          run.put("base_position", Objects.requireNonNull(cameFrom[i]).longValue());
          run.put("count", count);
          runs.add(run);
        }
      }
      return runs;
    }

    private boolean isContinued(int i) {
      return isKept(i)
          && isKept(i - 1)
          && Objects.requireNonNull(cameFrom[i]) == Objects.requireNonNull(cameFrom[i - 1]) + 1;
    }

    /** The columns that tell the window. */
    void put(java.util.Map<String, Object> row) {
      List<Object> added = new ArrayList<>();
      for (int i = 0; i < cameFrom.length; i++) {
        if (!isKept(i)) {
          added.add(written(i));
        }
      }
      row.put("segments", added);
      row.put("truncated", isTruncated());
      row.put("segment_count", (long) now.segments.size());
      row.put("tokens_by_kind", now.tokensByKind());
      row.put("base_snapshot_id", before == null ? "" : before.id);
      row.put("kept", kept());
      row.put("evicted_segments", (long) gone.size());
      row.put("evicted_tokens", OracleRows.nullable(goneTokens()));
      row.put("compacted", compacted);
      row.put("lost_instructions", lostInstructions());
      row.put("memory_chunks", now.memoryChunks());
    }

    private Object written(int i) {
      Segment segment = now.segments.get(i);
      Integer longer = cameFrom[i];
      Long original = segment.originalTokens();
      if (original == null && longer != null && before != null) {
        original = before.segments.get(longer).tokens();
      }
      TreeMap<String, Object> written = new TreeMap<>();
      written.put("kind", segment.kind());
      written.put("source", OracleRows.text(segment.source()));
      written.put("token_count", OracleRows.nullable(segment.tokens()));
      written.put("original_token_count", OracleRows.nullable(original));
      written.put("score", OracleRows.NULL);
      written.put("truncated", segment.truncated() || longer != null);
      written.put("content_sha256", hash(segment));
      written.put("content_bytes", bytes(segment));
      return written;
    }
  }
}
