package dev.recount.topology.evaluation.builtin;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.EventView;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Memory;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A context window that is nearly full, or that grows so fast that it will be within a few calls of
 * the model. The call at which it begins is faulted, not every one after it; a window that has been
 * cleared begins anew.
 */
public final class ContextPressure implements Evaluator {
  private final double threshold;
  private final double predictFrom;
  private final int callsAhead;
  private final int calls;

  /** With the defaults. */
  public ContextPressure() {
    this(0.9, 0.6, 3, 4);
  }

  private ContextPressure(double threshold, double predictFrom, int callsAhead, int calls) {
    this.threshold = threshold;
    this.predictFrom = predictFrom;
    this.callsAhead = callsAhead;
    this.calls = calls;
  }

  @Override
  public String id() {
    return "context_pressure";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public Subject judges() {
    return Subject.DECISION;
  }

  @Override
  public Evaluator configure(Parameters parameters) {
    return new ContextPressure(
        parameters.number("threshold", threshold),
        parameters.number("predict_from", predictFrom),
        parameters.whole("calls_ahead", callsAhead, 0, 1000),
        parameters.whole("growth_over_calls", calls, 1, 1000));
  }

  @Override
  public boolean watches() {
    return true;
  }

  @Override
  public boolean suspects(EventView event) {
    Double utilization = utilization(event.contextTokens(), event.contextLimit());
    return utilization != null && utilization >= threshold;
  }

  @Override
  public boolean needsTrace(EventView event) {
    return false;
  }

  /** Of a window that was nearly full before, it says so again until the trace is folded. */
  @Override
  public List<Verdict> judgeEvent(TraceView event, Memory memory, Budget budget) {
    return evaluate(event, budget);
  }

  private static @Nullable Double utilization(@Nullable Long tokens, @Nullable Long limit) {
    return tokens == null || limit == null || limit <= 0 ? null : (double) tokens / limit;
  }

  /** The last windows of an agent. */
  private static final class Course {
    final Deque<Long> tokens = new ArrayDeque<>();
    boolean pressed;
  }

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Findings findings = new Findings(id());
    Map<String, Course> courses = new HashMap<>();
    for (DecisionView decision : trace.decisions()) {
      Long tokens = decision.contextTokens();
      Long limit = decision.contextLimit();
      Double used = utilization(tokens, limit);
      if (decision.kind() == DecisionKind.MODEL_CALL
          && used != null
          && tokens != null
          && limit != null) {
        Course course = courses.computeIfAbsent(decision.agent(), agent -> new Course());
        judge(decision, tokens, limit, used, course, findings);
      }
    }
    return findings.verdicts();
  }

  private void judge(
      DecisionView decision, long tokens, long limit, double used, Course course, Findings to) {
    if (!course.tokens.isEmpty() && tokens < course.tokens.getLast() / 2) {
      // Compacted, or another conversation.
      course.tokens.clear();
    }
    Double growth = growth(course, tokens);
    course.tokens.addLast(tokens);
    if (course.tokens.size() > calls) {
      course.tokens.removeFirst();
    }
    boolean full = used >= threshold;
    boolean soon =
        growth != null && growth > 0 && used >= predictFrom && tokens + growth * callsAhead > limit;
    to.pass(Math.min(1, Math.max(0, 1 - used)));
    if ((full || soon) && !course.pressed) {
      String growing =
          growth == null ? "" : ", and it grows by " + Math.round(growth) + " tokens a call";
      to.fault(
          decision,
          1 - used,
          used > 1 ? "over_limit" : full ? "nearly_full" : "overflow_ahead",
          tokens
              + " of "
              + limit
              + " tokens of the context window are taken up ("
              + String.format(Locale.ROOT, "%.0f", 100 * used)
              + " %)"
              + growing,
          snapshot(decision));
    }
    course.pressed = full || soon;
  }

  /** Tokens by which the window has grown from call to call; null for the first. */
  private static @Nullable Double growth(Course course, long tokens) {
    Long first = course.tokens.peekFirst();
    return first == null ? null : (double) (tokens - first) / course.tokens.size();
  }

  private static List<String> snapshot(DecisionView decision) {
    String snapshot = decision.snapshotId();
    return snapshot == null ? List.of() : List.of(snapshot);
  }
}
