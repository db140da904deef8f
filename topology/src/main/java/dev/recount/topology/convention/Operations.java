package dev.recount.topology.convention;

import static java.util.Map.entry;

import dev.recount.avro.DecisionKind;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which kind of decision a span's operation is, in every convention's words. */
final class Operations {
  private static final Map<String, DecisionKind> KINDS =
      Map.ofEntries(
          // OpenTelemetry GenAI: gen_ai.operation.name
          entry("chat", DecisionKind.MODEL_CALL),
          entry("generate_content", DecisionKind.MODEL_CALL),
          entry("text_completion", DecisionKind.MODEL_CALL),
          entry("execute_tool", DecisionKind.TOOL_CALL),
          entry("plan", DecisionKind.PLAN),
          entry("reasoning", DecisionKind.REASONING),
          entry("branch", DecisionKind.BRANCH),
          entry("thinking", DecisionKind.REASONING),
          entry("router", DecisionKind.BRANCH),
          entry("handoff", DecisionKind.HANDOFF), // and Traceloop, Sentry
          entry("agent_handoff", DecisionKind.HANDOFF), // OpenTelemetry on OpenAI Agents
          entry("guardrail_check", DecisionKind.SELF_EVALUATION), // likewise
          entry("response", DecisionKind.RESPONSE),
          entry("retrieval", DecisionKind.MEMORY),
          entry("search_memory", DecisionKind.MEMORY),
          entry("create_memory", DecisionKind.MEMORY),
          entry("update_memory", DecisionKind.MEMORY),
          entry("upsert_memory", DecisionKind.MEMORY),
          entry("delete_memory", DecisionKind.MEMORY),
          // OpenInference: openinference.span.kind
          entry("llm", DecisionKind.MODEL_CALL),
          entry("tool", DecisionKind.TOOL_CALL), // and Traceloop: traceloop.span.kind
          entry("retriever", DecisionKind.MEMORY),
          entry("evaluator", DecisionKind.SELF_EVALUATION),
          entry("guardrail", DecisionKind.SELF_EVALUATION),
          // Langfuse: langfuse.observation.type, for what OpenInference does not have already
          entry("generation", DecisionKind.MODEL_CALL),
          // OpenLLMetry: llm.request.type
          entry("completion", DecisionKind.MODEL_CALL),
          // Vercel AI SDK: ai.operationId; the spans around these only sum them up
          entry("ai.generatetext.dogenerate", DecisionKind.MODEL_CALL),
          entry("ai.streamtext.dostream", DecisionKind.MODEL_CALL),
          entry("ai.generateobject.dogenerate", DecisionKind.MODEL_CALL),
          entry("ai.streamobject.dostream", DecisionKind.MODEL_CALL),
          entry("ai.toolcall", DecisionKind.TOOL_CALL),
          // Mastra, as an operation or as mastra.span.type
          entry("workflow_conditional", DecisionKind.BRANCH),
          // Haystack: haystack.component.type, the class of the component
          entry("conditionalrouter", DecisionKind.BRANCH),
          entry("llmmessagesrouter", DecisionKind.BRANCH),
          entry("transformerstextrouter", DecisionKind.BRANCH),
          entry("transformerszeroshottextrouter", DecisionKind.BRANCH),
          // Model Context Protocol: mcp.method.name
          entry("tools/call", DecisionKind.TOOL_CALL));

  /** Steps of frameworks that are known by the names of their spans only. */
  private static final Map<String, DecisionKind> NAMES =
      Map.of(
          // LangChain
          "RunnableBranch", DecisionKind.BRANCH,
          // LlamaIndex
          "LLMSingleSelector.select", DecisionKind.BRANCH,
          "LLMMultiSelector.select", DecisionKind.BRANCH,
          "PydanticSingleSelector.select", DecisionKind.BRANCH,
          "PydanticMultiSelector.select", DecisionKind.BRANCH);

  private Operations() {}

  /** The kind of decision that a span is by its name alone; null for most. */
  static @Nullable DecisionKind kindOfSpan(String name) {
    return NAMES.get(name);
  }

  /** The kind of decision, or null for an operation that decides nothing, such as a wrapper. */
  static @Nullable DecisionKind kindOf(String operation) {
    return KINDS.get(operation.toLowerCase(Locale.ROOT));
  }

  /** A decision kind as spelled in {@code recount.decision.kind}, or null when there is none. */
  static @Nullable DecisionKind explicitKind(String name) {
    String symbol = name.strip().toUpperCase(Locale.ROOT);
    for (DecisionKind kind : DecisionKind.values()) {
      if (kind.name().equals(symbol)) {
        return kind;
      }
    }
    return null;
  }
}
