package dev.recount.topology.convention;

import java.util.List;

/**
 * Which attribute of which convention states which {@link Fact}. Adding a convention is adding
 * rows.
 *
 * <p>Where a span states a fact twice, the earlier one in the row wins: Recount's own attributes,
 * then OpenTelemetry's in their newest spelling, then the older spellings, then the other
 * conventions. An entry {@code key#field} is a field of the JSON object that the attribute holds.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/">OpenTelemetry GenAI</a>
 * @see <a href="https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md">
 *     OpenInference</a>
 */
final class Conventions {
  /** A fact and the attributes that state it, the one that wins first. */
  record Row(Fact fact, List<String> keys) {}

  static final List<Row> SPAN_ATTRIBUTES =
      List.of(
          row(
              Fact.OPERATION,
              // Beside its own kind LangSmith writes an OpenTelemetry operation that is a guess.
              "langsmith.span.kind",
              "gen_ai.operation.name",
              "openinference.span.kind",
              "langfuse.observation.type",
              "traceloop.span.kind",
              "llm.request.type",
              "ai.operationId",
              "mcp.method.name"),
          row(Fact.STEP_TYPE, "mastra.span.type", "haystack.component.type"),
          row(
              Fact.STEP_NAME,
              "traceloop.entity.name",
              "langsmith.trace.name",
              "graph.node.name",
              "graph.node.id"),
          row(
              Fact.STEP_INPUT,
              "traceloop.entity.input",
              "langfuse.observation.input",
              "gen_ai.prompt",
              "input.value",
              // The arguments to some, the tool's schema to others.
              "tool.parameters"),
          row(
              Fact.STEP_OUTPUT,
              "traceloop.entity.output",
              "langfuse.observation.output",
              "gen_ai.completion",
              "output.value"),
          row(
              Fact.AGENT_NAME,
              "gen_ai.agent.name",
              "agent.name",
              "ai.telemetry.functionId",
              "gen_ai.workflow.name",
              "traceloop.workflow.name",
              "gen_ai.agent.id"),
          row(
              Fact.AGENT_VERSION,
              "gen_ai.agent.version",
              "agent.version",
              "traceloop.entity.version",
              "langfuse.version"),
          row(
              Fact.MODEL,
              "gen_ai.request.model",
              "llm.request.model_name",
              "llm.model_name",
              "langfuse.observation.model.name",
              "ai.model.id"),
          row(
              Fact.RESPONSE_MODEL,
              "gen_ai.response.model",
              "llm.response.model_name",
              "ai.response.model",
              "gcp.vertex.agent.llm_response#model_version"),
          row(Fact.RESPONSE_ID, "gen_ai.response.id", "ai.response.id"),
          row(Fact.COMPACTED, "gen_ai.conversation.compacted"),
          row(
              Fact.FINISH_REASONS,
              "gen_ai.response.finish_reasons",
              "llm.finish_reason",
              "llm.response.finish_reason",
              "ai.response.finishReason"),
          row(
              Fact.PROMPT_NAME,
              "gen_ai.prompt.name",
              "prompt.id",
              "traceloop.prompt.key",
              "langfuse.observation.prompt.name"),
          row(
              Fact.PROMPT_VERSION,
              "gen_ai.prompt.version",
              "llm.prompt_template.version",
              "traceloop.prompt.version",
              "traceloop.prompt.version_name",
              "traceloop.prompt.version_hash",
              "langfuse.observation.prompt.version"),
          row(Fact.TOOL_SCHEMA_VERSION, "recount.tool_schema.version"),
          row(Fact.MEMORY_INDEX_VERSION, "recount.memory_index.version", "gen_ai.data_source.id"),
          row(Fact.FRAMEWORK, "recount.framework.name"),
          row(Fact.FRAMEWORK_VERSION, "recount.framework.version"),
          row(Fact.RELEASE, "langfuse.release"),
          row(Fact.ENVIRONMENT, "langfuse.environment"),
          row(
              Fact.SESSION_ID,
              "gen_ai.conversation.id",
              "session.id",
              "langfuse.session.id",
              "gcp.vertex.agent.session_id",
              "conversation.id",
              "thread.id"),
          row(Fact.USER_ID, "user.id", "enduser.id", "langfuse.user.id", "llm.user"),
          row(
              Fact.TOOL_NAME,
              "gen_ai.tool.name",
              "tool.name",
              "ai.toolCall.name",
              "tool_call.function.name",
              "mcp.tool.name"),
          row(
              Fact.TOOL_CALL_ID,
              "gen_ai.tool.call.id",
              "tool_call.id",
              "tool.id",
              "ai.toolCall.id",
              "langsmith.metadata.tool_call_id"),
          row(
              Fact.TOOL_ARGUMENTS,
              "gen_ai.tool.call.arguments",
              "tool_call.function.arguments",
              "ai.toolCall.args",
              "ai.toolCall.input",
              "mcp.request.argument#params.arguments",
              "mcp.request.argument#arguments",
              "gcp.vertex.agent.tool_call_args"),
          row(
              Fact.TOOL_RESULT,
              "gen_ai.tool.call.result",
              "ai.toolCall.result",
              "ai.toolCall.output",
              "mcp.response.value",
              "gcp.vertex.agent.tool_response"),
          row(
              Fact.INPUT_TOKENS,
              "gen_ai.usage.input_tokens",
              "gen_ai.usage.prompt_tokens",
              "llm.token_count.prompt",
              "llm.usage.prompt_tokens",
              "ai.usage.inputTokens",
              "ai.usage.promptTokens",
              "langsmith.usage_metadata#input_tokens",
              "langfuse.observation.usage_details#input",
              "langfuse.observation.usage_details#prompt_tokens"),
          row(
              Fact.OUTPUT_TOKENS,
              "gen_ai.usage.output_tokens",
              "gen_ai.usage.completion_tokens",
              "llm.token_count.completion",
              "llm.usage.completion_tokens",
              "ai.usage.outputTokens",
              "ai.usage.completionTokens",
              "langsmith.usage_metadata#output_tokens",
              "langfuse.observation.usage_details#output",
              "langfuse.observation.usage_details#completion_tokens"),
          row(
              Fact.TOTAL_TOKENS,
              "gen_ai.usage.total_tokens",
              "llm.usage.total_tokens",
              "llm.token_count.total",
              "ai.usage.totalTokens",
              "ai.usage.tokens",
              "langsmith.usage_metadata#total_tokens",
              "langfuse.observation.usage_details#total"),
          row(
              Fact.CACHE_READ_TOKENS,
              "gen_ai.usage.cache_read.input_tokens",
              "gen_ai.usage.cache_read_input_tokens",
              "gen_ai.usage.input_tokens.cached",
              "gen_ai.usage.details.cache_read_tokens",
              "llm.token_count.prompt_details.cache_read",
              "llm.usage.cache_read_input_tokens",
              "ai.usage.inputTokenDetails.cacheReadTokens",
              "ai.usage.cachedInputTokens",
              "ai.response.providerMetadata#anthropic.usage.cache_read_input_tokens",
              "ai.response.providerMetadata#openai.cachedPromptTokens",
              "gen_ai.usage.input_token_details#cache_read",
              "langsmith.usage_metadata#input_token_details.cache_read",
              "gcp.vertex.agent.llm_response#usage_metadata.cached_content_token_count",
              "langfuse.observation.usage_details#input_cached_tokens",
              "langfuse.observation.usage_details#input_cache_read",
              "langfuse.observation.usage_details#cache_read_input_tokens"),
          row(
              Fact.CACHE_WRITE_TOKENS,
              "gen_ai.usage.cache_creation.input_tokens",
              "gen_ai.usage.cache_creation_input_tokens",
              "gen_ai.usage.cache_write.input_tokens",
              "gen_ai.usage.details.cache_write_tokens",
              "llm.token_count.prompt_details.cache_write",
              "llm.usage.cache_creation_input_tokens",
              "ai.usage.inputTokenDetails.cacheWriteTokens",
              "ai.response.providerMetadata#anthropic.cacheCreationInputTokens",
              "gen_ai.usage.input_token_details#cache_creation",
              "langsmith.usage_metadata#input_token_details.cache_creation",
              "langfuse.observation.usage_details#input_cache_creation",
              "langfuse.observation.usage_details#cache_creation_input_tokens"),
          row(
              Fact.REASONING_TOKENS,
              "gen_ai.usage.reasoning.output_tokens",
              "gen_ai.usage.reasoning_tokens",
              "gen_ai.usage.output_tokens.reasoning",
              "gen_ai.usage.details.reasoning_tokens",
              "llm.token_count.completion_details.reasoning",
              "llm.usage.reasoning_tokens",
              "ai.usage.outputTokenDetails.reasoningTokens",
              "ai.usage.reasoningTokens",
              "gen_ai.usage.output_token_details#reasoning",
              "langsmith.usage_metadata#output_token_details.reasoning",
              "gcp.vertex.agent.llm_response#usage_metadata.thoughts_token_count",
              "langfuse.observation.usage_details#output_reasoning_tokens",
              "langfuse.observation.usage_details#output_reasoning"),
          row(
              Fact.COST,
              "gen_ai.usage.cost",
              "llm.cost.total",
              "operation.cost",
              "langfuse.observation.cost_details#total"),
          row(Fact.OFFERED_TOOLS, "gen_ai.agent.tools", "smolagents.tools_names"),
          row(Fact.HANDOFF_TO, "gen_ai.handoff.to_agent", "gen_ai.handoff.to_agent.name"),
          row(Fact.MEMORY_CHUNKS, "gen_ai.retrieval.documents", "gen_ai.memory.records"),
          row(Fact.ERROR_TYPE, "error.type", "exception.type"),
          row(
              Fact.ERROR_MESSAGE,
              "error.message",
              "exception.message",
              "langfuse.observation.status_message"),
          row(Fact.LEVEL, "langfuse.observation.level", "gen_ai.tool.status", "level", "error"),
          row(Fact.SNAPSHOT_ID, "recount.context.snapshot_id"),
          row(Fact.CONTEXT_TOKENS, "recount.context.token_count"),
          row(Fact.CONTEXT_LIMIT, "recount.context.token_limit"),
          row(Fact.DECISION_KIND, "recount.decision.kind"),
          row(Fact.CHOSEN, "recount.decision.chosen"),
          row(Fact.CONSIDERED, "recount.decision.considered"),
          row(Fact.RATIONALE, "recount.decision.rationale"),
          row(Fact.CONFIDENCE, "recount.decision.confidence"),
          row(Fact.CONSTRAINTS, "recount.decision.constraints"),
          row(Fact.EXPECTED_OUTCOME, "recount.decision.expected_outcome"));

  static final List<Row> RESOURCE_ATTRIBUTES =
      List.of(
          row(Fact.AGENT_NAME, "gen_ai.agent.name"),
          row(Fact.AGENT_VERSION, "gen_ai.agent.version"),
          row(Fact.PROMPT_NAME, "gen_ai.prompt.name"),
          row(Fact.PROMPT_VERSION, "gen_ai.prompt.version"),
          row(Fact.TOOL_SCHEMA_VERSION, "recount.tool_schema.version"),
          row(Fact.MEMORY_INDEX_VERSION, "recount.memory_index.version"),
          row(Fact.FRAMEWORK, "recount.framework.name"),
          row(Fact.FRAMEWORK_VERSION, "recount.framework.version"),
          row(Fact.RELEASE, "service.version"),
          row(Fact.SESSION_ID, "session.id"),
          row(Fact.USER_ID, "user.id"),
          row(Fact.ENVIRONMENT, "deployment.environment.name", "deployment.environment"));

  /**
   * Where applications put keys of their own, the place that wins first: attributes that begin so,
   * and attributes that hold a JSON object of such keys.
   */
  static final List<String> PLACES =
      List.of(
          "traceloop.association.properties.*",
          "ai.telemetry.metadata.*",
          "ai.settings.context.*",
          "langsmith.metadata.*",
          "langfuse.trace.metadata.*",
          "langfuse.observation.metadata.*",
          "metadata.*",
          "traceloop.association.properties#*",
          "langfuse.trace.metadata#*",
          "langfuse.observation.metadata#*",
          "metadata#*");

  /**
   * What applications call things there, in lower case and without {@code _}, {@code -} and {@code
   * .}: {@code sessionId} and {@code session_id} are one.
   */
  static final List<Row> CHOSEN_KEYS =
      List.of(
          row(Fact.SESSION_ID, "sessionid", "conversationid", "threadid", "chatid"),
          row(Fact.USER_ID, "userid", "enduserid", "customerid"),
          row(Fact.AGENT_NAME, "agentname", "agent", "lcagentname"),
          row(Fact.AGENT_VERSION, "agentversion"),
          row(Fact.PROMPT_NAME, "promptname", "promptid", "promptkey"),
          row(Fact.PROMPT_VERSION, "promptversion"),
          row(Fact.MODEL, "lsmodelname"));

  private Conventions() {}

  private static Row row(Fact fact, String... keys) {
    return new Row(fact, List.of(keys));
  }
}
