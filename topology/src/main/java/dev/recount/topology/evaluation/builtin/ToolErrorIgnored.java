package dev.recount.topology.evaluation.builtin;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.SegmentKind;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import dev.recount.topology.evaluation.WindowView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tool call that failed while its agent went on as though nothing had happened: the tool was not
 * called again, nothing that the agent said later speaks of trouble, and nobody was asked to take
 * over. What an agent said is known from its reasons, its answers, and its messages in later
 * context windows; the words are English unless others are given.
 */
public final class ToolErrorIgnored implements Evaluator {
  private static final List<String> TROUBLE =
      List.of(
          "error",
          "fail",
          "unable",
          "cannot",
          "can't",
          "can’t",
          "could not",
          "couldn't",
          "not able",
          "unfortunately",
          "sorry",
          "apolog",
          "issue",
          "problem",
          "invalid",
          "not found",
          "mistake",
          "incorrect",
          "unavailable",
          "not available",
          "try again",
          "retry",
          "denied",
          "wrong",
          "does not",
          "doesn't",
          "not allowed",
          "not possible");

  private final List<String> trouble;
  private final Names handingOver;

  /** With the defaults. */
  public ToolErrorIgnored() {
    this(TROUBLE, new Names(List.of("*transfer*", "*escalat*", "*human*", "*handoff*")));
  }

  private ToolErrorIgnored(List<String> trouble, Names handingOver) {
    this.trouble = trouble;
    this.handingOver = handingOver;
  }

  @Override
  public String id() {
    return "tool_error_ignored";
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
    List<String> words =
        parameters.texts("words_of_trouble", trouble).stream()
            .map(word -> word.toLowerCase(Locale.ROOT))
            .toList();
    List<String> tools = parameters.texts("tools_that_hand_over", List.of());
    return new ToolErrorIgnored(words, tools.isEmpty() ? handingOver : new Names(tools));
  }

  private record Tool(String agent, String name) {}

  /** What became known after each step: the last step that handled whatever failed before it. */
  private static final class Later {
    final Map<Tool, Integer> lastCall = new HashMap<>();
    final Map<String, Integer> wentOn = new HashMap<>();
    final Map<String, Integer> acknowledged = new HashMap<>();
    int handedOver;
  }

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Findings findings = new Findings(id());
    List<DecisionView> decisions = new ArrayList<>();
    boolean anyFailed = false;
    for (DecisionView decision : trace.decisions()) {
      decisions.add(decision);
      anyFailed |= decision.isToolCall() && decision.failed();
    }
    if (!anyFailed) {
      return List.of();
    }
    Later later = later(trace, decisions, budget);
    for (DecisionView decision : decisions) {
      String tool = decision.toolName();
      if (!decision.isToolCall() || !decision.failed() || tool == null) {
        continue;
      }
      findings.apply();
      String agent = decision.agent();
      int step = decision.step();
      boolean handled =
          trace.failed()
              || later.handedOver > step
              || later.lastCall.getOrDefault(new Tool(agent, tool), 0) > step
              || later.acknowledged.getOrDefault(agent, 0) > step;
      if (!handled && later.wentOn.getOrDefault(agent, 0) > step) {
        String message = decision.errorMessage();
        findings.fault(
            decision,
            0,
            "ignored",
            tool
                + " failed and the agent went on"
                + (message == null ? "" : ": " + Shown.beginning(message)),
            List.of());
      }
    }
    return findings.verdicts();
  }

  private Later later(TraceView trace, List<DecisionView> decisions, Budget budget) {
    Later later = new Later();
    Map<String, Boolean> troubled = troubledWindows(trace);
    Map<String, Integer> lastModelCall = new HashMap<>();
    for (DecisionView decision : decisions) {
      String agent = decision.agent();
      int step = decision.step();
      String tool = decision.toolName();
      if (decision.isToolCall() && tool != null) {
        later.lastCall.put(new Tool(agent, tool), step);
      }
      if (decision.kind() == DecisionKind.HANDOFF || (tool != null && handingOver.match(tool))) {
        later.handedOver = step;
      }
      if (decision.kind() == DecisionKind.MODEL_CALL) {
        // What a window has of the agent's own was said after the call before.
        Integer said = lastModelCall.put(agent, step);
        if (said != null && troubled.getOrDefault(decision.snapshotId(), false)) {
          later.acknowledged.merge(agent, said, Math::max);
        }
      }
      if (decision.kind() == DecisionKind.RESPONSE || decision.isToolCall()) {
        later.wentOn.put(agent, step);
        if (speaksOfTrouble(decision.rationale(), budget)
            || (decision.kind() == DecisionKind.RESPONSE
                && speaksOfTrouble(decision.chosen(), budget))) {
          later.acknowledged.merge(agent, step, Math::max);
        }
      }
    }
    return later;
  }

  /** The windows in which something that the agent has newly said speaks of trouble. */
  private Map<String, Boolean> troubledWindows(TraceView trace) {
    Map<String, Boolean> troubled = new HashMap<>();
    for (WindowView window : trace.windows()) {
      boolean any = false;
      for (int position : window.added()) {
        WindowView.Segment segment = window.segment(position);
        any |= segment.kind() == SegmentKind.ASSISTANT && mentionsTrouble(segment.content());
      }
      troubled.put(window.id(), any);
    }
    return troubled;
  }

  private boolean speaksOfTrouble(@Nullable String text, Budget budget) {
    if (text != null) {
      budget.chargeFor(text);
    }
    return mentionsTrouble(text);
  }

  private boolean mentionsTrouble(@Nullable String text) {
    if (text == null) {
      return false;
    }
    String lower = text.toLowerCase(Locale.ROOT);
    return trouble.stream().anyMatch(lower::contains);
  }
}
