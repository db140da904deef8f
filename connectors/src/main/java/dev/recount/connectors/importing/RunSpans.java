package dev.recount.connectors.importing;

import static dev.recount.connectors.importing.GenAiAttributes.AGENT_NAME;
import static dev.recount.connectors.importing.GenAiAttributes.AGENT_VERSION;
import static dev.recount.connectors.importing.GenAiAttributes.CONVERSATION;
import static dev.recount.connectors.importing.GenAiAttributes.ERROR_TYPE;
import static dev.recount.connectors.importing.GenAiAttributes.FINISH_REASONS;
import static dev.recount.connectors.importing.GenAiAttributes.INPUT_MESSAGES;
import static dev.recount.connectors.importing.GenAiAttributes.INPUT_TOKENS;
import static dev.recount.connectors.importing.GenAiAttributes.OPERATION;
import static dev.recount.connectors.importing.GenAiAttributes.OUTPUT_MESSAGES;
import static dev.recount.connectors.importing.GenAiAttributes.OUTPUT_TOKENS;
import static dev.recount.connectors.importing.GenAiAttributes.PROMPT_NAME;
import static dev.recount.connectors.importing.GenAiAttributes.PROMPT_VERSION;
import static dev.recount.connectors.importing.GenAiAttributes.PROVIDER;
import static dev.recount.connectors.importing.GenAiAttributes.REQUEST_MODEL;
import static dev.recount.connectors.importing.GenAiAttributes.RESPONSE_ID;
import static dev.recount.connectors.importing.GenAiAttributes.RESPONSE_MODEL;
import static dev.recount.connectors.importing.GenAiAttributes.SNAPSHOT_ID;
import static dev.recount.connectors.importing.GenAiAttributes.SYSTEM_INSTRUCTIONS;
import static dev.recount.connectors.importing.GenAiAttributes.TOKEN_LIMIT;
import static dev.recount.connectors.importing.GenAiAttributes.TOOL_ARGUMENTS;
import static dev.recount.connectors.importing.GenAiAttributes.TOOL_CALL_ID;
import static dev.recount.connectors.importing.GenAiAttributes.TOOL_DEFINITIONS;
import static dev.recount.connectors.importing.GenAiAttributes.TOOL_NAME;
import static dev.recount.connectors.importing.GenAiAttributes.TOOL_RESULT;
import static dev.recount.connectors.importing.GenAiAttributes.TOOL_SCHEMA_VERSION;
import static dev.recount.connectors.importing.GenAiAttributes.TOOL_TYPE;
import static dev.recount.connectors.importing.GenAiAttributes.USER;

import dev.recount.connectors.importing.RunTimeline.Step;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanKind;
import org.jspecify.annotations.Nullable;

/** The spans of a run: the agent, below it its model calls and tool calls in their order. */
final class RunSpans {
  private static final int ERROR_CHARACTERS = 500;

  private final String traceId;
  private final RecordedRun run;
  private final RunMessages messages;
  private final String promptVersion;
  private final RunContext context;
  private final ImportOptions options;
  private final ImportOptions.Identity identity;

  RunSpans(
      String traceId,
      RecordedRun run,
      RunMessages messages,
      String promptVersion,
      RunContext context) {
    this.traceId = traceId;
    this.run = run;
    this.messages = messages;
    this.promptVersion = promptVersion;
    this.context = context;
    this.options = context.options();
    this.identity = options.identity();
  }

  SpanDraft root(RunTimeline timeline) {
    AttributesBuilder attributes =
        common("invoke_agent")
            .put(REQUEST_MODEL, identity.model())
            .put(PROMPT_NAME, identity.promptName())
            .put(PROMPT_VERSION, promptVersion)
            .put(TOOL_SCHEMA_VERSION, context.toolSchemaVersion());
    if (run.userId() != null) {
      attributes.put(USER, run.userId());
    }
    run.attributes().forEach(attributes::put);
    return new SpanDraft(
        traceId,
        rootId(),
        null,
        "invoke_agent " + identity.agentName(),
        SpanKind.INTERNAL,
        timeline.start(),
        timeline.end(),
        attributes.build(),
        null);
  }

  SpanDraft chat(int number, Step step) {
    RecordedMessage answer = messages.get(step.message());
    AttributesBuilder attributes =
        common("chat")
            .put(REQUEST_MODEL, identity.model())
            .put(RESPONSE_MODEL, identity.model())
            .put(RESPONSE_ID, "chatcmpl-" + RunIds.id(traceId, "response", number))
            .put(FINISH_REASONS, answer.toolCalls().isEmpty() ? "stop" : "tool_calls")
            .put(PROMPT_NAME, identity.promptName())
            .put(PROMPT_VERSION, promptVersion)
            .put(TOOL_SCHEMA_VERSION, context.toolSchemaVersion())
            .put(INPUT_TOKENS, messages.tokensBefore(step.message()))
            .put(OUTPUT_TOKENS, messages.tokens(step.message()))
            .put(TOKEN_LIMIT, identity.tokenLimit());
    if (options.snapshots()) {
      attributes.put(SNAPSHOT_ID, RunEvents.snapshotId(traceId, number));
    }
    if (options.messages() == ImportOptions.Messages.FULL) {
      attributes
          .put(SYSTEM_INSTRUCTIONS, messages.instructions())
          .put(INPUT_MESSAGES, messages.inputBefore(step.message()))
          .put(OUTPUT_MESSAGES, GenAiMessages.output(answer))
          .put(TOOL_DEFINITIONS, context.toolDefinitions());
    }
    return new SpanDraft(
        traceId,
        RunIds.spanId(traceId, "chat", number),
        rootId(),
        "chat " + identity.model(),
        SpanKind.CLIENT,
        step.start(),
        step.end(),
        attributes.build(),
        null);
  }

  SpanDraft toolCall(
      int number,
      Step step,
      int call,
      RecordedToolCall recorded,
      @Nullable String result,
      boolean error) {
    AttributesBuilder attributes =
        common("execute_tool")
            .put(TOOL_NAME, recorded.name())
            .put(TOOL_TYPE, "function")
            .put(TOOL_CALL_ID, recorded.id())
            .put(TOOL_ARGUMENTS, recorded.arguments());
    if (result != null) {
      attributes.put(TOOL_RESULT, result);
    }
    if (error) {
      attributes.put(ERROR_TYPE, "tool_error");
    }
    return new SpanDraft(
        traceId,
        toolSpanId(traceId, number),
        rootId(),
        "execute_tool " + recorded.name(),
        SpanKind.INTERNAL,
        step.toolStart(call),
        step.toolEnd(call),
        attributes.build(),
        error && result != null ? abbreviate(result) : null);
  }

  static String toolSpanId(String traceId, int number) {
    return RunIds.spanId(traceId, "tool", number);
  }

  private String rootId() {
    return RunIds.spanId(traceId, "root", 0);
  }

  private AttributesBuilder common(String operation) {
    return Attributes.builder()
        .put(OPERATION, operation)
        .put(PROVIDER, identity.provider())
        .put(AGENT_NAME, identity.agentName())
        .put(AGENT_VERSION, identity.agentVersion())
        .put(CONVERSATION, RunEvents.sessionId(run, traceId));
  }

  private static String abbreviate(String text) {
    return text.length() <= ERROR_CHARACTERS ? text : text.substring(0, ERROR_CHARACTERS) + "…";
  }
}
