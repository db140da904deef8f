package dev.recount.topology.fold;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which step led to which. A tool call follows from the model call that asked for it. Any other
 * decision follows from the one of the same agent that ended last before it began; the first of an
 * agent follows from the decision that encloses it.
 */
final class CausalPath {
  /** Longest chain that a row carries; the whole path is in the parents. */
  private static final int CHAIN_LENGTH = 32;

  private static final Comparator<DecisionDraft> BY_ORDER =
      Comparator.<DecisionDraft>comparingLong(draft -> draft.orderedStart)
          .thenComparing(Comparator.<DecisionDraft>comparingLong(CausalPath::orderedEnd).reversed())
          .thenComparing(draft -> draft.sequence)
          .thenComparing(draft -> draft.id);

  private CausalPath() {}

  /**
   * Within which decisions follow each other: the enclosing decision, the agent, and whether their
   * clocks tell when they were made. Those whose clocks do not follow each other, and nobody else
   * follows them.
   */
  private record Scope(
      @Nullable DecisionDraft enclosing, @Nullable String agent, boolean outOfTime) {}

  /** Puts the decisions in order of their steps and gives each its number, parent and depth. */
  static void trace(SpanTree tree, List<DecisionDraft> drafts) {
    orderAfterAsking(drafts);
    drafts.sort(BY_ORDER);
    NodeMap<DecisionDraft> bySpan = bySpan(tree, drafts);
    Map<Scope, NavigableMap<Long, DecisionDraft>> endedByScope = new HashMap<>();
    for (int i = 0; i < drafts.size(); i++) {
      DecisionDraft draft = drafts.get(i);
      draft.step = i + 1;
      DecisionDraft enclosing = enclosing(draft, bySpan);
      boolean outOfTime = isOutOfTime(draft);
      Scope own = new Scope(enclosing, draft.agent(), outOfTime);
      Scope anyAgent = new Scope(enclosing, null, outOfTime);
      draft.parent = askedBy(draft);
      if (draft.parent == null) {
        draft.parent = lastEnded(endedByScope.get(own), draft.orderedStart);
      }
      if (draft.parent == null) {
        draft.parent = lastEnded(endedByScope.get(anyAgent), draft.orderedStart);
      }
      if (draft.parent == null) {
        draft.parent = enclosing;
      }
      if (draft.parent != null) {
        boolean afterTool = draft.parent.toolName != null;
        draft.toolDepth = draft.parent.toolDepth + (afterTool ? 1 : 0);
      }
      long end = orderedEnd(draft);
      endedByScope.computeIfAbsent(own, scope -> new TreeMap<>()).put(end, draft);
      endedByScope.computeIfAbsent(anyAgent, scope -> new TreeMap<>()).put(end, draft);
    }
  }

  /** End for the purpose of order: as long after the start as clocks say. */
  private static long orderedEnd(DecisionDraft draft) {
    long end = Math.max(draft.end, draft.start);
    return Times.later(end, draft.orderedStart - draft.start);
  }

  /** By its own span, or the one that tells of it. */
  private static boolean isOutOfTime(DecisionDraft draft) {
    SpanNode told = draft.node != null ? draft.node : draft.place;
    return told == null ? WarningRules.implausible(draft.start) : told.outOfTime;
  }

  /** The model call that asked, whatever the tree of spans says. */
  private static @Nullable DecisionDraft askedBy(DecisionDraft draft) {
    DecisionDraft asking = draft.askedBy;
    return asking != null && asking.step > 0 && asking.step < draft.step ? asking : null;
  }

  /** What a model asked for comes after it, whatever the clocks say. */
  private static void orderAfterAsking(List<DecisionDraft> drafts) {
    for (DecisionDraft draft : drafts) {
      if (draft.askedBy != null && draft.orderedStart <= draft.askedBy.orderedStart) {
        draft.orderedStart = Times.later(draft.askedBy.orderedStart, 1);
      }
    }
  }

  private static @Nullable DecisionDraft lastEnded(
      @Nullable NavigableMap<Long, DecisionDraft> ended, long start) {
    if (ended == null) {
      return null;
    }
    Map.Entry<Long, DecisionDraft> last = ended.floorEntry(start);
    return last == null ? null : last.getValue();
  }

  private static NodeMap<DecisionDraft> bySpan(SpanTree tree, List<DecisionDraft> drafts) {
    NodeMap<DecisionDraft> bySpan = new NodeMap<>(tree.nodes());
    for (DecisionDraft draft : drafts) {
      if (draft.node != null) {
        bySpan.putIfAbsent(draft.node, draft);
      }
    }
    return bySpan;
  }

  /** The nearest decision around this one: on an enclosing span, or else on its own span. */
  private static @Nullable DecisionDraft enclosing(
      DecisionDraft draft, NodeMap<DecisionDraft> bySpan) {
    // What only messages tell of stands beside the model call that tells it, not within.
    SpanNode beside = draft.place == null ? null : draft.place.parent;
    SpanNode from = draft.node != null ? draft.node : beside;
    for (SpanNode node = from; node != null; node = node.parent) {
      DecisionDraft found = bySpan.get(node);
      // Only what comes earlier in the order can enclose; it also keeps the path free of cycles.
      if (found != null && found != draft && found.step > 0 && found.step < draft.step) {
        return found;
      }
    }
    return null;
  }

  /**
   * Finds, for every decision, the earliest one before it on its path with a flag of what the agent
   * did: a clock that is wrong accuses nobody.
   */
  static void findSuspects(List<DecisionDraft> inOrder) {
    for (DecisionDraft draft : inOrder) {
      DecisionDraft parent = draft.parent;
      if (parent != null) {
        draft.suspect =
            parent.suspect != null
                ? parent.suspect
                : Warning.suspicious(parent.warnings) ? parent : null;
      }
    }
  }

  /** Decisions that led to this one, the nearest last, {@value #CHAIN_LENGTH} at most. */
  static List<String> chain(DecisionDraft draft) {
    List<String> chain = new ArrayList<>();
    for (DecisionDraft above = draft.parent;
        above != null && chain.size() < CHAIN_LENGTH;
        above = above.parent) {
      chain.add(above.id);
    }
    Collections.reverse(chain);
    return chain;
  }
}
