package dev.recount.topology.convention;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which attribute of which convention states which {@link Fact}. Adding a convention is adding
 * rows.
 *
 * <p>Where a span states a fact twice, the earlier row wins: Recount's own attributes, then
 * OpenTelemetry's in their newest spelling, then the older spellings, then the other conventions.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/">OpenTelemetry GenAI</a>
 * @see <a href="https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md">
 *     OpenInference</a>
 */
final class Conventions {
  /** A fact, and how much its statement weighs: the lowest rank wins. */
  record Rule(Fact fact, int rank) {}

  private static final Object[][] SPAN_ATTRIBUTES = {
    {
      Fact.OPERATION,
      "gen_ai.operation.name",
      "openinference.span.kind",
      "traceloop.span.kind",
      "llm.request.type",
      "ai.operationId",
      "mcp.method.name"
    },
    {Fact.AGENT_NAME, "gen_ai.agent.name", "agent.name", "ai.telemetry.functionId"},
    {Fact.AGENT_VERSION, "gen_ai.agent.version", "agent.version", "traceloop.entity.version"},
    {Fact.MODEL, "gen_ai.request.model", "llm.model_name", "ai.model.id"},
    {Fact.RESPONSE_MODEL, "gen_ai.response.model", "ai.response.model"},
    {Fact.RESPONSE_ID, "gen_ai.response.id", "ai.response.id"},
    {
      Fact.PROMPT_NAME,
      "gen_ai.prompt.name",
      "prompt.id",
      "traceloop.prompt.key",
      "langfuse.observation.prompt.name"
    },
    {
      Fact.PROMPT_VERSION,
      "gen_ai.prompt.version",
      "llm.prompt_template.version",
      "traceloop.prompt.version",
      "langfuse.observation.prompt.version"
    },
    {Fact.TOOL_SCHEMA_VERSION, "recount.tool_schema.version"},
    {Fact.MEMORY_INDEX_VERSION, "recount.memory_index.version", "gen_ai.data_source.id"},
    {Fact.FRAMEWORK, "recount.framework.name"},
    {Fact.FRAMEWORK_VERSION, "recount.framework.version"},
    {
      Fact.SESSION_ID,
      "gen_ai.conversation.id",
      "session.id",
      "traceloop.association.properties.session_id",
      "ai.telemetry.metadata.sessionId"
    },
    {
      Fact.USER_ID,
      "user.id",
      "enduser.id",
      "traceloop.association.properties.user_id",
      "ai.telemetry.metadata.userId"
    },
    {
      Fact.TOOL_NAME, "gen_ai.tool.name", "tool.name", "ai.toolCall.name", "tool_call.function.name"
    },
    {Fact.TOOL_CALL_ID, "gen_ai.tool.call.id", "tool_call.id", "tool.id", "ai.toolCall.id"},
    {
      Fact.TOOL_ARGUMENTS,
      "gen_ai.tool.call.arguments",
      "tool.parameters",
      "tool_call.function.arguments",
      "ai.toolCall.args"
    },
    {Fact.TOOL_RESULT, "gen_ai.tool.call.result", "ai.toolCall.result"},
    {
      Fact.INPUT_TOKENS,
      "gen_ai.usage.input_tokens",
      "gen_ai.usage.prompt_tokens",
      "llm.token_count.prompt",
      "ai.usage.inputTokens",
      "ai.usage.promptTokens"
    },
    {
      Fact.OUTPUT_TOKENS,
      "gen_ai.usage.output_tokens",
      "gen_ai.usage.completion_tokens",
      "llm.token_count.completion",
      "ai.usage.outputTokens",
      "ai.usage.completionTokens"
    },
    {Fact.INPUT_MESSAGES, "gen_ai.input.messages", "ai.prompt.messages"},
    {Fact.OUTPUT_MESSAGES, "gen_ai.output.messages"},
    {Fact.TOOL_DEFINITIONS, "gen_ai.tool.definitions", "llm.request.functions", "ai.prompt.tools"},
    {Fact.MEMORY_CHUNKS, "gen_ai.retrieval.documents", "gen_ai.memory.records"},
    {Fact.ERROR_TYPE, "error.type", "exception.type"},
    {Fact.ERROR_MESSAGE, "error.message", "exception.message"},
    {Fact.SNAPSHOT_ID, "recount.context.snapshot_id"},
    {Fact.CONTEXT_TOKENS, "recount.context.token_count"},
    {Fact.CONTEXT_LIMIT, "recount.context.token_limit"},
    {Fact.DECISION_KIND, "recount.decision.kind"},
    {Fact.CHOSEN, "recount.decision.chosen"},
    {Fact.CONSIDERED, "recount.decision.considered"},
    {Fact.RATIONALE, "recount.decision.rationale"},
    {Fact.CONFIDENCE, "recount.decision.confidence"},
    {Fact.CONSTRAINTS, "recount.decision.constraints"},
    {Fact.EXPECTED_OUTCOME, "recount.decision.expected_outcome"},
  };

  private static final Object[][] RESOURCE_ATTRIBUTES = {
    {Fact.AGENT_NAME, "gen_ai.agent.name"},
    {Fact.AGENT_VERSION, "gen_ai.agent.version"},
    {Fact.PROMPT_NAME, "gen_ai.prompt.name"},
    {Fact.PROMPT_VERSION, "gen_ai.prompt.version"},
    {Fact.TOOL_SCHEMA_VERSION, "recount.tool_schema.version"},
    {Fact.MEMORY_INDEX_VERSION, "recount.memory_index.version"},
    {Fact.FRAMEWORK, "recount.framework.name"},
    {Fact.FRAMEWORK_VERSION, "recount.framework.version"},
    {Fact.RELEASE, "service.version"},
    {Fact.SESSION_ID, "session.id"},
    {Fact.USER_ID, "user.id"},
    {Fact.ENVIRONMENT, "deployment.environment.name", "deployment.environment"},
  };

  private static final Map<String, Rule> BY_SPAN_ATTRIBUTE = index(SPAN_ATTRIBUTES);
  private static final Map<String, Rule> BY_RESOURCE_ATTRIBUTE = index(RESOURCE_ATTRIBUTES);

  private Conventions() {}

  private static Map<String, Rule> index(Object[][] table) {
    Map<String, Rule> rules = new HashMap<>();
    for (Object[] row : table) {
      for (int rank = 1; rank < row.length; rank++) {
        rules.put((String) row[rank], new Rule((Fact) row[0], rank));
      }
    }
    return rules;
  }

  /** What a span attribute states, or null when it states nothing that Recount knows. */
  static @Nullable Rule ofSpanAttribute(String key) {
    return BY_SPAN_ATTRIBUTE.get(key);
  }

  /** What a resource attribute states, or null when it states nothing that Recount knows. */
  static @Nullable Rule ofResourceAttribute(String key) {
    return BY_RESOURCE_ATTRIBUTE.get(key);
  }
}
