package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.StatusCode;
import dev.recount.topology.convention.Fact;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which spans failed themselves. Some SDKs mark every span that ends after a failure as an error,
 * and many mark the spans around it; these only repeat what another span says.
 */
final class Failures {
  private final Set<SpanNode> repeating;

  private Failures(Set<SpanNode> repeating) {
    this.repeating = repeating;
  }

  static Failures of(List<SpanNode> nodes) {
    List<SpanNode> failed = new ArrayList<>();
    for (SpanNode node : nodes) {
      if (node.facts.failed(node.span)) {
        failed.add(node);
      }
    }
    Set<SpanNode> repeating = new HashSet<>();
    if (failed.size() > 1) {
      noteAround(failed, repeating);
      noteAfter(failed, repeating);
    }
    return new Failures(repeating);
  }

  /** Whether a span failed, and not just because another one did. */
  boolean of(SpanNode node) {
    return node.facts.failed(node.span) && !repeating.contains(node);
  }

  /** An error around a failed decision that has nothing of its own to say, or says the same. */
  private static void noteAround(List<SpanNode> failed, Set<SpanNode> repeating) {
    Set<SpanNode> passed = new HashSet<>();
    for (SpanNode node : failed) {
      if (node.ownDecision() == null) {
        continue;
      }
      String message = message(node);
      for (SpanNode above = node.parent; above != null && passed.add(above); above = above.parent) {
        if (above.span.getStatusCode() == StatusCode.ERROR && saysNoMore(above, message)) {
          repeating.add(above);
        }
      }
    }
  }

  /** An error after a failure that has nothing of its own to say, on a span that has an answer. */
  private static void noteAfter(List<SpanNode> failed, Set<SpanNode> repeating) {
    List<SpanNode> byEnd = new ArrayList<>(failed);
    byEnd.sort(Comparator.comparingLong(SpanNode::end).thenComparingInt(node -> node.number));
    boolean explained = false;
    Map<String, SpanNode> said = new HashMap<>();
    for (SpanNode node : byEnd) {
      String message = message(node);
      boolean bare = message == null && !node.facts.explainsError();
      boolean echoed = message != null && said.containsKey(message);
      if (node.span.getStatusCode() == StatusCode.ERROR
          && answered(node)
          && (bare ? explained : echoed)) {
        repeating.add(node);
      } else if (!bare) {
        explained = true;
        if (message != null) {
          said.putIfAbsent(message, node);
        }
      }
    }
  }

  private static boolean saysNoMore(SpanNode node, @Nullable String message) {
    String own = message(node);
    if (own == null) {
      return !node.facts.explainsError();
    }
    return message != null && (own.equals(message) || own.contains(message));
  }

  private static @Nullable String message(SpanNode node) {
    String message = node.own(Fact.ERROR_MESSAGE);
    return message != null ? message : node.span.getStatusMessage();
  }

  /** Whether a span has what only a step that went well has. */
  private static boolean answered(SpanNode node) {
    if (node.kind == DecisionKind.MODEL_CALL) {
      Long written = node.facts.count(Fact.OUTPUT_TOKENS);
      return (written != null && written > 0) || node.own(Fact.FINISH_REASONS) != null;
    }
    return node.kind == DecisionKind.TOOL_CALL
        && node.facts.toolResult() != null
        && !node.facts.resultIsError();
  }
}
