package dev.recount.topology.context;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SegmentRun;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What became of a context window since the one before it of the same agent. A segment is the same
 * when its kind and content are. A window is told by what it kept of the one before and by what is
 * new, so that the windows of a growing conversation together are as large as the conversation.
 *
 * @param baseSnapshotId the snapshot before; null for the first one of its agent
 * @param kept runs of segments that were in the window before, in order of their position now
 * @param added positions of the segments that were not, in order
 * @param truncated those of {@code added} that are a segment of the window before cut short, with
 *     the position that it had there
 * @param evictedSegments segments that are gone, those that were cut short not counted
 * @param evictedTokens their tokens; null when one of them does not say
 * @param compacted whether something new took the place of what is gone: a summary
 * @param lostInstructions SHA-256 of the instructions that are gone, in the order that they had
 */
public record WindowChange(
    @Nullable String baseSnapshotId,
    List<SegmentRun> kept,
    List<Integer> added,
    Map<Integer, Integer> truncated,
    int evictedSegments,
    @Nullable Long evictedTokens,
    boolean compacted,
    List<String> lostInstructions) {

  /** How much of two texts must agree for one to be taken for the other cut short. */
  private static final int COMMON_BEGINNING = 96;

  /** The first window of its agent: everything is new. */
  public static WindowChange first(Window window) {
    List<Integer> added = new ArrayList<>();
    for (int i = 0; i < window.segments().size(); i++) {
      added.add(i);
    }
    return new WindowChange(null, List.of(), added, Map.of(), 0, 0L, false, List.of());
  }

  /**
   * Compares two windows. Costs time in proportion to their segments.
   *
   * @param marked whether the call says of itself that its conversation was compacted
   */
  public static WindowChange between(Window before, Window now, boolean marked) {
    return new Comparison(before, now).change(marked);
  }

  private static final class Comparison {
    private final Window before;
    private final Window now;
    private final Map<String, Set<Integer>> unused = new HashMap<>();
    private final Set<Integer> used = new HashSet<>();
    private final List<SegmentRun> kept = new ArrayList<>();
    private final List<Integer> added = new ArrayList<>();

    Comparison(Window before, Window now) {
      this.before = before;
      this.now = now;
      for (int i = 0; i < before.segments().size(); i++) {
        unused.computeIfAbsent(before.key(i), any -> new LinkedHashSet<>()).add(i);
      }
    }

    WindowChange change(boolean marked) {
      for (int i = 0; i < now.segments().size(); i++) {
        Set<Integer> candidates = unused.get(now.key(i));
        Integer position = candidates == null ? null : take(candidates);
        if (position == null) {
          added.add(i);
        } else {
          keep(i, position);
        }
      }
      Map<Integer, Integer> truncated = truncated();
      used.addAll(truncated.values());
      return gone(truncated, marked);
    }

    /** The place where the last run goes on if it can, else the first one that is left. */
    private @Nullable Integer take(Set<Integer> candidates) {
      if (!kept.isEmpty()) {
        SegmentRun last = kept.get(kept.size() - 1);
        int next = last.getBasePosition() + last.getCount();
        if (candidates.remove(next)) {
          return next;
        }
      }
      Iterator<Integer> first = candidates.iterator();
      if (!first.hasNext()) {
        return null;
      }
      int position = first.next();
      first.remove();
      return position;
    }

    private void keep(int position, int basePosition) {
      used.add(basePosition);
      SegmentRun last = kept.isEmpty() ? null : kept.get(kept.size() - 1);
      if (last != null
          && last.getPosition() + last.getCount() == position
          && last.getBasePosition() + last.getCount() == basePosition) {
        last.setCount(last.getCount() + 1);
      } else {
        kept.add(new SegmentRun(position, basePosition, 1));
      }
    }

    /** New segments that are a gone one cut short: by their source, else by how they begin. */
    private Map<Integer, Integer> truncated() {
      if (added.isEmpty() || used.size() == before.segments().size()) {
        return Map.of();
      }
      Map<String, Integer> bySource = new HashMap<>();
      Map<String, Integer> byBeginning = new HashMap<>();
      for (int i = 0; i < before.segments().size(); i++) {
        if (!used.contains(i)) {
          ContextSegment segment = before.segments().get(i);
          if (segment.getSource() != null) {
            bySource.putIfAbsent(segment.getKind() + " " + segment.getSource(), i);
          } else {
            String beginning = beginning(before, segment);
            if (beginning != null) {
              byBeginning.putIfAbsent(segment.getKind() + " " + beginning, i);
            }
          }
        }
      }
      Set<Integer> taken = new HashSet<>();
      Map<Integer, Integer> truncated = new HashMap<>();
      for (int position : added) {
        ContextSegment segment = now.segments().get(position);
        Integer longer =
            segment.getSource() != null
                ? bySource.get(segment.getKind() + " " + segment.getSource())
                : byBeginning.get(segment.getKind() + " " + beginning(now, segment));
        if (longer != null
            && isShorter(segment, before.segments().get(longer))
            && taken.add(longer)) {
          truncated.put(position, longer);
        }
      }
      return truncated;
    }

    private static @Nullable String beginning(Window window, ContextSegment segment) {
      String content = window.content(segment);
      return content == null || content.length() < COMMON_BEGINNING
          ? null
          : content.substring(0, COMMON_BEGINNING);
    }

    private boolean isShorter(ContextSegment one, ContextSegment other) {
      String content = now.content(one);
      String otherContent = before.content(other);
      if (content != null && otherContent != null) {
        return content.length() < otherContent.length();
      }
      Long tokens = one.getTokenCount();
      Long otherTokens = other.getTokenCount();
      return tokens != null && otherTokens != null && tokens < otherTokens;
    }

    private WindowChange gone(Map<Integer, Integer> truncated, boolean marked) {
      int segments = 0;
      Long tokens = 0L;
      List<String> instructions = new ArrayList<>();
      for (int i = 0; i < before.segments().size(); i++) {
        if (used.contains(i)) {
          continue;
        }
        segments++;
        ContextSegment segment = before.segments().get(i);
        tokens =
            tokens == null || segment.getTokenCount() == null
                ? null
                : tokens + segment.getTokenCount();
        String hash = segment.getContentSha256();
        if (segment.getKind() == SegmentKind.SYSTEM && hash != null) {
          instructions.add(hash);
        }
      }
      boolean summarised = segments > 0 && replaced(truncated);
      return new WindowChange(
          before.snapshotId(),
          List.copyOf(kept),
          List.copyOf(added),
          truncated,
          segments,
          tokens,
          marked || summarised,
          List.copyOf(instructions));
    }

    /** Whether something new is a summary, or stands before what was kept of the conversation. */
    private boolean replaced(Map<Integer, Integer> truncated) {
      int lastKept = -1;
      for (SegmentRun run : kept) {
        for (int i = run.getPosition(); i < run.getPosition() + run.getCount(); i++) {
          if (now.segments().get(i).getKind() != SegmentKind.SYSTEM) {
            lastKept = Math.max(lastKept, i);
          }
        }
      }
      for (int position : added) {
        SegmentKind kind = now.segments().get(position).getKind();
        boolean inside = position < lastKept && !truncated.containsKey(position);
        boolean conversation = kind == SegmentKind.USER || kind == SegmentKind.ASSISTANT;
        if (kind == SegmentKind.SUMMARY || (inside && conversation)) {
          return true;
        }
      }
      return false;
    }
  }
}
