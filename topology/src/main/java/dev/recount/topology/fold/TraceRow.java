package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.Phase;
import dev.recount.avro.Status;
import dev.recount.avro.StatusCode;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.model.TokenUsage;
import dev.recount.topology.model.Tokens;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Sums a trace up in its row, feedback aside. */
final class TraceRow {
  private final TraceContents contents;
  private final SpanTree tree;
  private final List<SnapshotNode> windows;
  private final List<DecisionDraft> decisions;
  private final TraceRecord row = new TraceRecord();

  /**
   * @param windows context snapshots, those that were sent and those that were derived
   * @param decisions in order of their steps
   */
  TraceRow(
      TraceContents contents,
      SpanTree tree,
      List<SnapshotNode> windows,
      List<DecisionDraft> decisions) {
    this.contents = contents;
    this.tree = tree;
    this.windows = windows;
    this.decisions = decisions;
  }

  TraceRecord build(Identity identity) {
    row.setTraceId(contents.traceId());
    row.setService(identity.service());
    row.setEnvironment(identity.environment());
    row.setSessionId(identity.sessionId());
    row.setUserId(identity.userId());
    row.setVersions(identity.versions());
    row.setStartedAt(Times.micros(start()));
    Long end = end(tree, decisions, contents.beyondCap().latestEnd());
    row.setEndedAt(end == null ? null : Times.micros(end));
    row.setSpanCount(contents.spans().size() + contents.beyondCap().spans());
    row.setDecisionCount(decisions.size());
    row.setSnapshotCount(windows.size());
    sumUp();
    stateOutcome();
    row.setEvaluations(List.of());
    row.setFeedback(List.of());
    row.setRetained(true);
    row.setSampleWeight(1.0);
    row.setPhase(Phase.provisional);
    row.setKeyTime(Instant.EPOCH);
    return row;
  }

  /** What of the trace was folded; null for all of it. */
  static @Nullable FoldedPart foldedPart(
      TraceContents contents, SpanTree tree, List<DecisionDraft> decisions) {
    if (!contents.beyondCap().exceeded()) {
      return null;
    }
    Long end = end(tree, decisions, 0);
    return new FoldedPart(contents.spans().size(), end == null ? null : Times.micros(end));
  }

  /** The earliest time that a span says, or else a decision or snapshot, in nanoseconds. */
  private long start() {
    if (!tree.nodes().isEmpty()) {
      return tree.nodes().get(0).start();
    }
    return LongStream.concat(
            decisions.stream().mapToLong(decision -> decision.start),
            windows.stream().mapToLong(window -> Times.nanoseconds(window.event.getCapturedAt())))
        .min()
        .orElse(0);
  }

  /** The latest end, in nanoseconds; null for a trace in which nothing has ended. */
  private static @Nullable Long end(SpanTree tree, List<DecisionDraft> decisions, long beyondCap) {
    Long latest = beyondCap == 0 ? null : beyondCap;
    for (SpanNode node : tree.nodes()) {
      if (node.span.getEndTimeUnixNano() != 0) {
        latest = latest == null ? node.end() : Math.max(latest, node.end());
      }
    }
    if (latest == null) {
      for (DecisionDraft decision : decisions) {
        latest = latest == null ? decision.end : Math.max(latest, decision.end);
      }
    }
    return latest;
  }

  /** All that takes a look at each decision, span and window: a single one, there may be many. */
  private void sumUp() {
    long errors = contents.beyondCap().failures();
    String errorType = null;
    Set<String> tools = new TreeSet<>();
    int warnings = contents.beyondCap().exceeded() ? Warning.SPAN_CAP.bit() : Warning.NONE;
    boolean tokensKnown = false;
    Double utilization = null;
    for (DecisionDraft decision : decisions) {
      warnings |= decision.warnings;
      if (decision.failed()) {
        errors++;
        errorType = errorType == null ? decision.errorType : errorType;
      }
      boolean call =
          decision.kind == DecisionKind.TOOL_CALL || decision.kind == DecisionKind.HANDOFF;
      if (call && decision.toolName != null) {
        tools.add(decision.toolName);
      }
      // Only calls of a model read and write; on other spans the figures are sums of these.
      if (decision.node != null && decision.node.isModelCall()) {
        tokensKnown |= !decision.tokens.unknown();
        add(decision.tokens, decision.costNanoUsd);
      }
      utilization = larger(utilization, ContextWindow.utilization(decision));
    }
    for (SpanNode node : tree.nodes()) {
      warnings |= WarningRules.ofSpan(node);
    }
    if (tree.root() == null && !tree.nodes().isEmpty()) {
      warnings |= Warning.ROOT_MISSING.bit();
    }
    for (SnapshotNode window : windows) {
      utilization =
          larger(
              utilization, ContextWindow.utilization(window.tokens, window.event.getTokenLimit()));
    }
    if (!tokensKnown) {
      addOutermostSums();
    }
    row.setErrorCount(errors);
    row.setErrorType(errorType);
    row.setTools(new ArrayList<>(tools));
    row.setFlags(Warning.texts(warnings));
    row.setMaxContextUtilization(utilization);
  }

  /** Where no model call says what it took, what the outermost spans say that sum them up. */
  private void addOutermostSums() {
    // Costs that the calls state themselves are not to be counted twice.
    boolean priced = row.getCostNanoUsd() != null;
    Set<SpanNode> stating = new HashSet<>();
    for (SpanNode node : tree.nodes()) {
      if (!TokenUsage.of(node.span, node.facts).unknown()) {
        stating.add(node);
      }
    }
    Map<SpanNode, Boolean> within = new HashMap<>();
    for (SpanNode node : tree.nodes()) {
      if (stating.contains(node) && !isWithin(node, stating, within)) {
        add(TokenUsage.of(node.span, node.facts), priced ? null : Costs.stated(node));
      }
    }
  }

  /** Whether a span is below one of several. Climbs each branch once. */
  private static boolean isWithin(
      SpanNode from, Set<SpanNode> spans, Map<SpanNode, Boolean> known) {
    List<SpanNode> climbed = new ArrayList<>();
    boolean found = false;
    for (SpanNode node = from; node != null; node = node.parent) {
      Boolean within = known.get(node);
      if (within != null) {
        found = within;
        break;
      }
      climbed.add(node);
      if (node.parent != null && spans.contains(node.parent)) {
        found = true;
        break;
      }
    }
    for (SpanNode node : climbed) {
      known.put(node, found);
    }
    return found;
  }

  private void add(Tokens tokens, @Nullable Long costNanoUsd) {
    row.setInputTokens(Tokens.sum(row.getInputTokens(), tokens.input()));
    row.setOutputTokens(Tokens.sum(row.getOutputTokens(), tokens.output()));
    row.setTotalTokens(Tokens.sum(row.getTotalTokens(), tokens.total()));
    row.setFreshInputTokens(Tokens.sum(row.getFreshInputTokens(), tokens.fresh()));
    row.setCacheReadTokens(Tokens.sum(row.getCacheReadTokens(), tokens.cacheRead()));
    row.setCacheWriteTokens(Tokens.sum(row.getCacheWriteTokens(), tokens.cacheWrite()));
    row.setReasoningTokens(Tokens.sum(row.getReasoningTokens(), tokens.reasoning()));
    row.setCostNanoUsd(Tokens.sum(row.getCostNanoUsd(), costNanoUsd));
  }

  private static @Nullable Double larger(@Nullable Double one, @Nullable Double other) {
    return one == null || (other != null && other > one) ? other : one;
  }

  private void stateOutcome() {
    SpanNode root = tree.root();
    row.setStatus(Status.unset);
    if (root != null) {
      row.setRootName(root.span.getName());
      if (root.facts.failed(root.span)) {
        row.setStatus(Status.error);
      } else if (root.span.getStatusCode() == StatusCode.OK
          || root.span.getEndTimeUnixNano() != 0) {
        row.setStatus(Status.ok);
      }
    }
  }
}
