package dev.recount.topology.convention;

/** What a span can say about an agent, in one vocabulary for all conventions. */
public enum Fact {
  /** What the span does: chat, execute_tool, LLM, tool. See {@link Operations}. */
  OPERATION,
  /** What sort of step a workflow has, where the operation says nothing of a decision. */
  STEP_TYPE,
  /** What the step is called, whatever kind of step it is. */
  STEP_NAME,
  /** What the step took in, whatever kind of step it is. */
  STEP_INPUT,
  /** What the step gave out, whatever kind of step it is. */
  STEP_OUTPUT,
  AGENT_NAME,
  AGENT_VERSION,
  MODEL,
  RESPONSE_MODEL,
  RESPONSE_ID,
  /** Whether the conversation was compacted before the call. */
  COMPACTED,
  FINISH_REASONS,
  PROMPT_NAME,
  PROMPT_VERSION,
  TOOL_SCHEMA_VERSION,
  MEMORY_INDEX_VERSION,
  FRAMEWORK,
  FRAMEWORK_VERSION,
  RELEASE,
  SESSION_ID,
  USER_ID,
  ENVIRONMENT,
  TOOL_NAME,
  TOOL_CALL_ID,
  TOOL_ARGUMENTS,
  TOOL_RESULT,
  INPUT_TOKENS,
  OUTPUT_TOKENS,
  TOTAL_TOKENS,
  CACHE_READ_TOKENS,
  CACHE_WRITE_TOKENS,
  REASONING_TOKENS,
  /** What the call cost, in US dollars. */
  COST,
  MEMORY_CHUNKS,
  /** Names of the tools that an agent may use, where its model calls do not list them. */
  OFFERED_TOOLS,
  ERROR_TYPE,
  ERROR_MESSAGE,
  /** How severe it is: an error is one even where the status does not say so. */
  LEVEL,
  SNAPSHOT_ID,
  CONTEXT_TOKENS,
  CONTEXT_LIMIT,
  /** The agent that takes over. */
  HANDOFF_TO,
  DECISION_KIND,
  CHOSEN,
  CONSIDERED,
  RATIONALE,
  CONFIDENCE,
  CONSTRAINTS,
  EXPECTED_OUTCOME
}
