package dev.recount.schemas.redaction;

import java.util.List;
import java.util.Locale;

/**
 * Where redaction looks, each to be turned on or off. An attribute belongs to the first field one
 * of whose patterns its key matches, and to {@link #ATTRIBUTES} when none does.
 */
public enum RedactedField {
  /** What was said to a model and by it. */
  MESSAGES(
      List.of(
          "gen_ai.input.messages",
          "gen_ai.output.messages",
          "gen_ai.system_instructions",
          "gen_ai.prompt",
          "gen_ai.prompt.*.*",
          "gen_ai.completion",
          "gen_ai.completion.*.*",
          "gen_ai.retrieval.*",
          "gen_ai.memory.*",
          "llm.input_messages.*",
          "llm.output_messages.*",
          "llm.prompts*",
          "llm.choices.*",
          "llm.completions.*",
          "llm.prompt_template.*",
          "input.value",
          "output.value",
          "retrieval.documents.*",
          "traceloop.entity.input",
          "traceloop.entity.output",
          "ai.prompt",
          "ai.prompt.*",
          "ai.response.text",
          "ai.response.object",
          "ai.response.reasoning",
          "ai.response.toolCalls",
          "ai.result.*",
          "gcp.vertex.agent.llm_request",
          "gcp.vertex.agent.llm_response",
          "langfuse.*.input",
          "langfuse.*.output")),
  /** What tools were called with. */
  TOOL_ARGUMENTS(
      List.of(
          "gen_ai.tool.call.arguments",
          "tool.parameters",
          "tool_call.function.arguments",
          "ai.toolCall.args",
          "ai.toolCall.input",
          "mcp.request.argument",
          "gcp.vertex.agent.tool_call_args")),
  /** What tools answered. */
  TOOL_RESULTS(
      List.of(
          "gen_ai.tool.call.result",
          "ai.toolCall.result",
          "ai.toolCall.output",
          "mcp.response.value",
          "gcp.vertex.agent.tool_response")),
  /** What is joined by: IDs of sessions, users, responses and tool calls. */
  IDENTIFIERS(
      List.of(
          "session.id",
          "*.session.id",
          "*session_id",
          "*sessionId",
          "gen_ai.conversation.id",
          "conversation.id",
          "thread.id",
          "*thread_id",
          "*tool_call_id",
          "user.id",
          "*.user.id",
          "*user_id",
          "*userId",
          "enduser.id",
          "llm.user",
          "*response.id",
          "gen_ai.tool.call.id",
          "tool_call.id",
          "tool.id",
          "ai.toolCall.id")),
  /** Status messages, messages and stack traces of exceptions. */
  ERRORS(
      List.of(
          "exception.*", "error.message", "error.stack*", "langfuse.observation.status_message")),
  /** Any other attribute of a span, an event, a link, a log record, a snapshot or a decision. */
  ATTRIBUTES(List.of()),
  /** Attributes of resources and instrumentation scopes. */
  RESOURCES(List.of()),
  /** Names of spans and their events. */
  NAMES(List.of()),
  /** Bodies of log records. */
  LOGS(List.of()),
  /** Segments of context snapshots. */
  SNAPSHOTS(List.of()),
  /** Explicit decisions: what was chosen and considered, why, and what was expected. */
  DECISIONS(List.of()),
  /** Comments and labels of feedback, evaluations among it. */
  FEEDBACK(List.of("gen_ai.evaluation.explanation", "gen_ai.evaluation.score.label"));

  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list of what has no setters
  private final List<Glob> attributes;

  RedactedField(List<String> attributes) {
    this.attributes = attributes.stream().map(Glob::new).toList();
  }

  /** Its name in the file. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Where an attribute of a span or a log record belongs. */
  public static RedactedField ofAttribute(String attribute) {
    for (RedactedField field : values()) {
      for (Glob glob : field.attributes) {
        if (glob.matches(attribute)) {
          return field;
        }
      }
    }
    return ATTRIBUTES;
  }
}
