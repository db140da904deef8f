package dev.recount.topology.evaluation;

import dev.recount.avro.Alternative;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.Status;
import dev.recount.avro.Versions;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A decision as it can be judged: read-only, with the outcome that is known so far. */
public final class DecisionView {
  private final DecisionRecord row;

  DecisionView(DecisionRecord row) {
    this.row = row;
  }

  /** Identifier within the trace. */
  public String id() {
    return row.getDecisionId();
  }

  /** Decision that led to this one; null when none is known. */
  public @Nullable String parentId() {
    return row.getParentId();
  }

  /** Position in the trace, from 1, causes before effects. */
  public int step() {
    return row.getStep();
  }

  /** What kind of decision it is. */
  public DecisionKind kind() {
    return row.getKind();
  }

  /** Whether it is a call of a tool whose name is known. */
  public boolean isToolCall() {
    return row.getKind() == DecisionKind.TOOL_CALL && row.getToolName() != null;
  }

  /** Name of the step; null when it has none. */
  public @Nullable String name() {
    return row.getName();
  }

  /** Agent that decided; empty when nobody says. */
  public String agent() {
    String agent = row.getVersions().getAgentName();
    return agent == null ? "" : agent;
  }

  /**
   * One of the versions at work, by its column's name: agent_name, agent_version, model,
   * prompt_name, prompt_version, tool_schema_version, memory_index_version, framework,
   * framework_version, release, and beside them service and environment. Null when it is not known,
   * or when there is no such version.
   */
  public @Nullable String version(String column) {
    Versions versions = row.getVersions();
    return switch (column) {
      case "agent_name" -> versions.getAgentName();
      case "agent_version" -> versions.getAgentVersion();
      case "model" -> versions.getModel();
      case "response_model" -> versions.getResponseModel();
      case "prompt_name" -> versions.getPromptName();
      case "prompt_version" -> versions.getPromptVersion();
      case "tool_schema_version" -> versions.getToolSchemaVersion();
      case "memory_index_version" -> versions.getMemoryIndexVersion();
      case "framework" -> versions.getFramework();
      case "framework_version" -> versions.getFrameworkVersion();
      case "release" -> versions.getRelease();
      case "service" -> row.getService();
      case "environment" -> row.getEnvironment();
      default -> null;
    };
  }

  /** When it began. */
  public Instant startedAt() {
    return row.getStartedAt();
  }

  /** When it ended; null when that is not known. */
  public @Nullable Instant endedAt() {
    return row.getEndedAt();
  }

  /** Tool that is called; null for other steps. */
  public @Nullable String toolName() {
    return row.getToolName();
  }

  /** Arguments of the call as canonical JSON; null when they were not recorded. */
  public @Nullable String arguments() {
    return row.getToolArguments();
  }

  /** What the tool returned; null when it was not recorded. */
  public @Nullable String result() {
    return row.getToolResult();
  }

  /** What was chosen: for a response its text, for a handoff the agent. Null when not known. */
  public @Nullable String chosen() {
    return row.getChosen();
  }

  /** Names of the options that there were. */
  public List<String> considered() {
    return row.getConsidered().stream().map(Alternative::getName).toList();
  }

  /** Why; null when the agent did not say. */
  public @Nullable String rationale() {
    return row.getRationale();
  }

  /** How sure the agent was, from 0 to 1; null when it did not say. */
  public @Nullable Double confidence() {
    return row.getConfidence();
  }

  /** Rules and limits that the decision had to respect. */
  public List<String> constraints() {
    return Collections.unmodifiableList(row.getConstraints());
  }

  /** What the agent expected; null when it did not say. */
  public @Nullable String expectedOutcome() {
    return row.getExpectedOutcome();
  }

  /** What came of it; null when that is not known. */
  public @Nullable String actualOutcome() {
    return row.getActualOutcome();
  }

  /** Whether what came of it is what was expected; null when the two cannot be compared. */
  public @Nullable Boolean outcomeMatched() {
    return row.getOutcomeMatched();
  }

  /** Whether it failed. */
  public boolean failed() {
    return row.getStatus() == Status.error;
  }

  /** Whether it is known to have succeeded. */
  public boolean succeeded() {
    return row.getStatus() == Status.ok;
  }

  /** Class of the error; null when there is none. */
  public @Nullable String errorType() {
    return row.getErrorType();
  }

  /** Message of the error; null when there is none. */
  public @Nullable String errorMessage() {
    return row.getErrorMessage();
  }

  /** Tokens that a model read; null when they are not known. */
  public @Nullable Long inputTokens() {
    return row.getInputTokens();
  }

  /** Tokens that a model read and wrote; null when they are not known. */
  public @Nullable Long totalTokens() {
    return row.getTotalTokens();
  }

  /** What it cost, in billionths of a US dollar; null when it is not known. */
  public @Nullable Long costNanoUsd() {
    return row.getCostNanoUsd();
  }

  /** Context window that it was decided in; null when none is known. */
  public @Nullable String snapshotId() {
    return row.getSnapshotId();
  }

  /** Tokens in the context window; null when they are not known. */
  public @Nullable Long contextTokens() {
    return row.getContextTokens();
  }

  /** Tokens that the context window can hold; null when that is not known. */
  public @Nullable Long contextLimit() {
    return row.getContextLimit();
  }

  /** Warnings, in ascending order. */
  public List<String> flags() {
    return Collections.unmodifiableList(row.getFlags());
  }

  /** Whether feedback of a kind names this decision. */
  public boolean hasFeedback(FeedbackKind kind) {
    return row.getFeedback().stream().anyMatch(outcome -> outcome.getKind() == kind);
  }

  /** How much there is to read in it, in units of work. */
  static long units(DecisionRecord row) {
    return 1
        + units(row.getToolArguments())
        + units(row.getToolResult())
        + units(row.getChosen())
        + units(row.getRationale())
        + units(row.getErrorMessage());
  }

  private static long units(@Nullable String text) {
    return text == null ? 0 : Budget.unitsOf(text);
  }
}
