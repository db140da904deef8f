package dev.recount.topology.convention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.JsonValue;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanLogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One exchange with a model, told in every shape that senders use, is read as the same messages.
 */
class ChatMessagesTest {
  private static final ChatMessage SYSTEM = ChatMessage.text("system", "Be brief.");
  private static final ChatMessage USER = ChatMessage.text("user", "Is A1 in stock?");
  private static final ChatMessage CALL =
      new ChatMessage(
          "assistant",
          List.of(
              new MessagePart.Text("I look."),
              new MessagePart.ToolCall("call-1", "stock", "{\"colour\":\"red\",\"item\":\"A1\"}")));
  private static final ChatMessage RESULT =
      new ChatMessage(
          "tool", List.of(new MessagePart.ToolResult("call-1", null, "{\"left\":3}", false)));
  private static final ChatMessage ANSWER = ChatMessage.text("assistant", "Three are left.");

  /** What an exchange is told by. */
  record Told(Map<String, Object> attributes, List<SpanEvent> events, List<SpanLogRecord> logs) {
    static Told attributes(Object... keysAndValues) {
      return new Told(map(keysAndValues), List.of(), List.of());
    }
  }

  static Stream<Named<Told>> tellings() {
    return Stream.of(
        Named.of("OpenTelemetry, JSON in text", openTelemetry(false)),
        Named.of("OpenTelemetry, structured", openTelemetry(true)),
        Named.of("OpenTelemetry, details event", detailsEvent()),
        Named.of("OpenTelemetry, details log record", detailsLog()),
        Named.of("OpenTelemetry 1.36, span events", messageEvents()),
        Named.of("OpenTelemetry 1.36, log records", messageLogs()),
        Named.of(
            "OpenTelemetry 1.36, each event on the span and as a log record",
            new Told(Map.of(), messageEvents().events(), messageLogs().logs())),
        Named.of("OpenTelemetry before events", contentEvents()),
        Named.of("OpenInference, flattened", openInference()),
        Named.of("OpenInference, request and response", openInferenceValues()),
        Named.of("OpenLLMetry, flattened", openLlmetry()),
        Named.of("OpenLLMetry, entity", entity()),
        Named.of("Vercel AI SDK", vercel()),
        Named.of("LangSmith, LangChain's objects", langSmith()),
        Named.of("Langfuse, OpenAI's messages", langfuse()),
        Named.of("Anthropic", anthropic()),
        Named.of("OpenAI responses", openAiResponses()),
        Named.of("Bedrock", bedrock()));
  }

  @ParameterizedTest
  @MethodSource("tellings")
  void everyShapeIsReadAsTheSameMessages(Told told) {
    ChatMessages messages = ChatMessages.of(told.attributes(), told.events(), told.logs());
    assertThat(messages.system()).containsExactly(SYSTEM);
    assertThat(withoutToolNames(messages.input())).containsExactly(USER, CALL, RESULT);
    assertThat(messages.output()).containsExactly(ANSWER);
  }

  @Test
  void aMessageToldByTwoCallsIsEqualText() {
    ChatMessages asked =
        ChatMessages.of(
            map(
                "gen_ai.output.messages",
                """
                [{"role":"assistant","finish_reason":"tool_calls","parts":[
                  {"type":"text","content":"I look."},
                  {"type":"tool_call","id":"call-1","name":"stock",
                   "arguments":"{\\"item\\": \\"A1\\", \\"colour\\": \\"red\\"}"}]}]"""),
            List.of(),
            List.of());
    ChatMessages repeated = ChatMessages.of(openInference().attributes(), List.of(), List.of());
    assertThat(asked.output().get(0).canonicalBytes())
        .isEqualTo(repeated.input().get(1).canonicalBytes());
    assertThat(asked.output().get(0).canonicalJson())
        .isEqualTo(
            "{\"parts\":[{\"content\":\"I look.\",\"type\":\"text\"},"
                + "{\"arguments\":{\"colour\":\"red\",\"item\":\"A1\"},\"id\":\"call-1\","
                + "\"name\":\"stock\",\"type\":\"tool_call\"}],\"role\":\"assistant\"}");
  }

  @Test
  void attributesComeBeforeEventsAndNewSpellingsBeforeOld() {
    Map<String, Object> attributes =
        map(
            "gen_ai.input.messages",
                "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\"," + "\"content\":\"newest\"}]}]",
            "gen_ai.prompt.0.role", "user",
            "gen_ai.prompt.0.content", "older",
            "input.value", "oldest");
    SpanEvent event = event("gen_ai.user.message", "content", "event");
    assertThat(ChatMessages.of(attributes, List.of(event), List.of()).input())
        .containsExactly(ChatMessage.text("user", "newest"));
    attributes.remove("gen_ai.input.messages");
    assertThat(ChatMessages.of(attributes, List.of(event), List.of()).input())
        .containsExactly(ChatMessage.text("user", "older"));
    attributes.remove("gen_ai.prompt.0.role");
    attributes.remove("gen_ai.prompt.0.content");
    attributes.remove("input.value");
    assertThat(ChatMessages.of(attributes, List.of(event), List.of()).input())
        .containsExactly(ChatMessage.text("user", "event"));
  }

  @Test
  void reasoningIsKeptApartFromText() {
    ChatMessage expected =
        new ChatMessage(
            "assistant",
            List.of(new MessagePart.Reasoning("It may be gone."), new MessagePart.Text("I look.")));
    for (String output :
        List.of(
            "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"reasoning\",\"content\":\"It may be"
                + " gone.\"},{\"type\":\"text\",\"content\":\"I look.\"}]}]",
            "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"It may be"
                + " gone.\"},{\"type\":\"text\",\"text\":\"I look.\"}]}",
            "{\"role\":\"assistant\",\"reasoning_content\":\"It may be gone.\",\"content\":\"I"
                + " look.\"}")) {
      assertThat(
              ChatMessages.of(map("gen_ai.output.messages", output), List.of(), List.of()).output())
          .as(output)
          .containsExactly(expected);
    }
  }

  @Test
  void whatIsNoTextIsKeptAsJson() {
    ChatMessages messages =
        ChatMessages.of(
            map(
                "gen_ai.input.messages",
                "[{\"role\":\"user\",\"parts\":[{\"type\":\"blob\",\"modality\":\"image\","
                    + "\"content\":\"AAAA\"}]}]"),
            List.of(),
            List.of());
    assertThat(messages.input().get(0).parts())
        .containsExactly(
            new MessagePart.Other(
                "blob", "{\"content\":\"AAAA\",\"modality\":\"image\",\"type\":\"blob\"}"));
  }

  @Test
  void resultsSayWhetherTheyAreErrors() {
    for (String tool :
        List.of(
            "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"no such item\","
                + "\"status\":\"error\"}",
            "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"c\","
                + "\"is_error\":true,\"content\":\"no such item\"}]}",
            "{\"role\":\"tool\",\"content\":[{\"type\":\"tool-result\",\"toolCallId\":\"c\","
                + "\"output\":{\"type\":\"error-text\",\"value\":\"no such item\"}}]}",
            "{\"role\":\"user\",\"content\":[{\"toolResult\":{\"toolUseId\":\"c\","
                + "\"status\":\"error\",\"content\":[{\"text\":\"no such item\"}]}}]}")) {
      assertThat(
              ChatMessages.of(map("gen_ai.input.messages", "[" + tool + "]"), List.of(), List.of())
                  .input())
          .as(tool)
          .containsExactly(
              new ChatMessage(
                  "tool", List.of(new MessagePart.ToolResult("c", null, "no such item", true))));
    }
  }

  @Test
  void toolDefinitionsOfEveryConventionHaveOneVersion() {
    String parameters = "{\"type\":\"object\",\"properties\":{\"item\":{\"type\":\"string\"}}}";
    String function =
        "{\"name\":\"stock\",\"description\":\"Looks.\",\"parameters\":" + parameters + "}";
    List<Map<String, Object>> tellings =
        List.of(
            map(
                "gen_ai.tool.definitions",
                "[{\"type\":\"function\"," + function.substring(1) + "]"),
            map(
                "gen_ai.tool.definitions",
                new JsonValue("[{\"type\":\"function\",\"function\":" + function + "}]")),
            map(
                "llm.tools.0.tool.json_schema",
                "{\"type\":\"function\",\"function\":" + function + "}"),
            map(
                "llm.request.functions.0.name", "stock",
                "llm.request.functions.0.description", "Looks.",
                "llm.request.functions.0.parameters", parameters),
            map("ai.prompt.tools", new JsonValue("[" + quoted(function) + "]")),
            map(
                "llm.invocation_parameters",
                "{\"tools\":[{\"name\":\"stock\",\"description\":\"Looks.\",\"input_schema\":"
                    + parameters
                    + "}]}"));
    List<String> versions = new ArrayList<>();
    for (Map<String, Object> telling : tellings) {
      ChatMessages messages = ChatMessages.of(telling, List.of(), List.of());
      assertThat(messages.tools()).as(telling.toString()).hasSize(1);
      assertThat(messages.tools().get(0).name()).isEqualTo("stock");
      versions.add(ToolDefinitions.version(messages.tools()));
    }
    assertThat(versions).doesNotContainNull();
    assertThat(versions.stream().distinct()).hasSize(1);
  }

  private static Told openTelemetry(boolean structured) {
    String system = "[{\"type\":\"text\",\"content\":\"Be brief.\"}]";
    String input =
        """
        [{"role":"user","parts":[{"type":"text","content":"Is A1 in stock?"}]},
         {"role":"assistant","parts":[{"type":"text","content":"I look."},
          {"type":"tool_call","id":"call-1","name":"stock",
           "arguments":{"item":"A1","colour":"red"}}]},
         {"role":"tool","parts":[
          {"type":"tool_call_response","id":"call-1","response":{"left":3}}]}]""";
    String output =
        "[{\"role\":\"assistant\",\"finish_reason\":\"stop\",\"parts\":[{\"type\":\"text\","
            + "\"content\":\"Three are left.\"}]}]";
    return Told.attributes(
        "gen_ai.system_instructions", structured ? new JsonValue(system) : system,
        "gen_ai.input.messages", structured ? new JsonValue(input) : input,
        "gen_ai.output.messages", structured ? new JsonValue(output) : output);
  }

  private static Told detailsEvent() {
    SpanEvent event =
        new SpanEvent(
            1L, "gen_ai.client.inference.operation.details", openTelemetry(true).attributes());
    return new Told(Map.of(), List.of(event), List.of());
  }

  private static Told detailsLog() {
    SpanLogRecord log = log("gen_ai.client.inference.operation.details", 0, null);
    log.setAttributes(openTelemetry(false).attributes());
    return new Told(Map.of(), List.of(), List.of(log));
  }

  private static Told messageEvents() {
    return new Told(
        Map.of(),
        List.of(
            event("gen_ai.system.message", "content", "Be brief."),
            event("gen_ai.user.message", "content", "Is A1 in stock?", "role", "user"),
            event(
                "gen_ai.assistant.message",
                "content",
                "I look.",
                "tool_calls",
                "[{\"id\":\"call-1\",\"type\":\"function\",\"function\":{\"name\":\"stock\","
                    + "\"arguments\":\"{\\\"item\\\":\\\"A1\\\",\\\"colour\\\":\\\"red\\\"}\"}}]"),
            event("gen_ai.tool.message", "content", "{\"left\":3}", "id", "call-1"),
            event(
                "gen_ai.choice",
                "index",
                0L,
                "finish_reason",
                "stop",
                "message",
                "{\"role\":\"assistant\",\"content\":\"Three are left.\"}")),
        List.of());
  }

  private static Told messageLogs() {
    return new Told(
        Map.of(),
        List.of(),
        List.of(
            log(
                "gen_ai.choice",
                4,
                "{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"content\":\"Three are"
                    + " left.\"}}"),
            log("gen_ai.user.message", 1, "{\"content\":\"Is A1 in stock?\"}"),
            log("gen_ai.tool.message", 3, "{\"content\":\"{\\\"left\\\":3}\",\"id\":\"call-1\"}"),
            log("gen_ai.system.message", 0, "{\"content\":\"Be brief.\"}"),
            log(
                "gen_ai.assistant.message",
                2,
                "{\"content\":\"I look.\",\"tool_calls\":[{\"id\":\"call-1\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"stock\",\"arguments\":{\"item\":\"A1\","
                    + "\"colour\":\"red\"}}}]}")));
  }

  private static Told contentEvents() {
    return new Told(
        Map.of(),
        List.of(
            event("gen_ai.content.prompt", "gen_ai.prompt", chatCompletionMessages()),
            event(
                "gen_ai.content.completion",
                "gen_ai.completion",
                "[{\"role\":\"assistant\",\"content\":\"Three are left.\"}]")),
        List.of());
  }

  private static Told openInference() {
    return Told.attributes(
        "llm.input_messages.0.message.role", "system",
        "llm.input_messages.0.message.content", "Be brief.",
        "llm.input_messages.1.message.role", "user",
        "llm.input_messages.1.message.contents.0.message_content.type", "text",
        "llm.input_messages.1.message.contents.0.message_content.text", "Is A1 in stock?",
        "llm.input_messages.2.message.role", "assistant",
        "llm.input_messages.2.message.content", "I look.",
        "llm.input_messages.2.message.tool_calls.0.tool_call.id", "call-1",
        "llm.input_messages.2.message.tool_calls.0.tool_call.function.name", "stock",
        "llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments",
            "{\"item\": \"A1\", \"colour\": \"red\"}",
        "llm.input_messages.3.message.role", "tool",
        "llm.input_messages.3.message.content", "{\"left\": 3}",
        "llm.input_messages.3.message.tool_call_id", "call-1",
        "llm.output_messages.0.message.role", "assistant",
        "llm.output_messages.0.message.content", "Three are left.");
  }

  private static Told openInferenceValues() {
    return Told.attributes(
        "input.value",
        "{\"model\":\"gpt-4o\",\"messages\":" + chatCompletionMessages() + "}",
        "output.value",
        "{\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{"
            + "\"role\":\"assistant\",\"content\":\"Three are left.\",\"tool_calls\":null}}]}");
  }

  private static Told openLlmetry() {
    return Told.attributes(
        "gen_ai.prompt.0.role", "system",
        "gen_ai.prompt.0.content", "Be brief.",
        "gen_ai.prompt.1.role", "user",
        "gen_ai.prompt.1.content", "[{\"type\":\"text\",\"text\":\"Is A1 in stock?\"}]",
        "gen_ai.prompt.2.role", "assistant",
        "gen_ai.prompt.2.content", "I look.",
        "gen_ai.prompt.2.tool_calls.0.id", "call-1",
        "gen_ai.prompt.2.tool_calls.0.name", "stock",
        "gen_ai.prompt.2.tool_calls.0.arguments", "{\"item\":\"A1\",\"colour\":\"red\"}",
        "gen_ai.prompt.3.role", "tool",
        "gen_ai.prompt.3.content", "{\"left\":3}",
        "gen_ai.prompt.3.tool_call_id", "call-1",
        "gen_ai.prompt.name", "not a message",
        "gen_ai.completion.0.role", "assistant",
        "gen_ai.completion.0.content", "Three are left.",
        "gen_ai.completion.0.finish_reason", "stop");
  }

  private static Told entity() {
    return Told.attributes(
        "traceloop.entity.input",
        "{\"inputs\":{\"messages\":" + chatCompletionMessages() + "},\"tags\":[],\"metadata\":{}}",
        "traceloop.entity.output",
        "{\"outputs\":{\"messages\":[{\"role\":\"assistant\",\"content\":\"Three are left.\"}]}}");
  }

  private static Told vercel() {
    return Told.attributes(
        "ai.prompt.messages",
        """
        [{"role":"system","content":"Be brief."},
         {"role":"user","content":[{"type":"text","text":"Is A1 in stock?"}]},
         {"role":"assistant","content":[{"type":"text","text":"I look."},
          {"type":"tool-call","toolCallId":"call-1","toolName":"stock",
           "input":{"item":"A1","colour":"red"}}]},
         {"role":"tool","content":[{"type":"tool-result","toolCallId":"call-1",
          "toolName":"stock","output":{"type":"json","value":{"left":3}}}]}]""",
        "ai.response.text",
        "Three are left.",
        "ai.response.finishReason",
        "stop");
  }

  private static Told langSmith() {
    return Told.attributes(
        "gen_ai.prompt",
        """
        {"messages":[[
         {"lc":1,"type":"constructor","id":["langchain_core","messages","SystemMessage"],
          "kwargs":{"content":"Be brief."}},
         {"lc":1,"type":"constructor","id":["langchain_core","messages","HumanMessage"],
          "kwargs":{"content":"Is A1 in stock?"}},
         {"lc":1,"type":"constructor","id":["langchain_core","messages","AIMessage"],
          "kwargs":{"content":"I look.","tool_calls":[{"id":"call-1","name":"stock",
           "args":{"item":"A1","colour":"red"},"type":"tool_call"}]}},
         {"lc":1,"type":"constructor","id":["langchain_core","messages","ToolMessage"],
          "kwargs":{"content":"{\\"left\\": 3}","tool_call_id":"call-1","status":"success"}}]]}""",
        "gen_ai.completion",
        """
        {"generations":[[{"text":"Three are left.","message":
         {"lc":1,"type":"constructor","id":["langchain_core","messages","AIMessageChunk"],
          "kwargs":{"content":"Three are left.","tool_calls":[]}}}]]}""");
  }

  private static Told langfuse() {
    return Told.attributes(
        "langfuse.observation.input",
        chatCompletionMessages(),
        "langfuse.observation.output",
        "{\"role\":\"assistant\",\"content\":\"Three are left.\"}");
  }

  private static Told anthropic() {
    return Told.attributes(
        "input.value",
        """
        {"system":"Be brief.","messages":[{"role":"user","content":"Is A1 in stock?"},
         {"role":"assistant","content":[{"type":"text","text":"I look."},
          {"type":"tool_use","id":"call-1","name":"stock",
           "input":{"item":"A1","colour":"red"}}]},
         {"role":"user","content":[{"type":"tool_result","tool_use_id":"call-1",
          "content":[{"type":"text","text":"{\\"left\\":3}"}]}]}]}""",
        "output.value",
        "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\","
            + "\"text\":\"Three are left.\"}]}");
  }

  private static Told openAiResponses() {
    return Told.attributes(
        "input.value",
        """
        {"instructions":"Be brief.","input":[{"role":"user","content":"Is A1 in stock?"},
         {"role":"assistant","content":[{"type":"output_text","text":"I look."},
          {"type":"function_call","call_id":"call-1","id":"fc_1","name":"stock",
           "arguments":"{\\"item\\":\\"A1\\",\\"colour\\":\\"red\\"}"}]},
         {"type":"function_call_output","call_id":"call-1","output":"{\\"left\\":3}"}]}""",
        "output.value",
        "{\"output\":[{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":"
            + "\"output_text\",\"text\":\"Three are left.\"}]}]}");
  }

  private static Told bedrock() {
    return new Told(
        Map.of("gen_ai.system_instructions", "Be brief."),
        List.of(
            event("gen_ai.user.message", "content", "[{\"text\":\"Is A1 in stock?\"}]"),
            event(
                "gen_ai.assistant.message",
                "content",
                "[{\"text\":\"I look.\"},{\"toolUse\":{\"toolUseId\":\"call-1\",\"name\":"
                    + "\"stock\",\"input\":{\"item\":\"A1\",\"colour\":\"red\"}}}]"),
            event(
                "gen_ai.tool.message",
                "content",
                "[{\"toolResult\":{\"toolUseId\":\"call-1\",\"status\":\"success\","
                    + "\"content\":[{\"text\":\"{\\\"left\\\":3}\"}]}}]"),
            event(
                "gen_ai.choice",
                "finish_reason",
                "end_turn",
                "message",
                "[{\"text\":\"Three are left.\"}]")),
        List.of());
  }

  private static String chatCompletionMessages() {
    return """
    [{"role":"system","content":"Be brief."},
     {"role":"user","content":"Is A1 in stock?"},
     {"role":"assistant","content":"I look.","tool_calls":[{"id":"call-1","type":"function",
      "function":{"name":"stock","arguments":"{\\"item\\": \\"A1\\", \\"colour\\": \\"red\\"}"}}]},
     {"role":"tool","tool_call_id":"call-1","content":"{\\"left\\": 3}"}]""";
  }

  /** Some conventions repeat the tool's name with its answer. */
  private static List<ChatMessage> withoutToolNames(List<ChatMessage> messages) {
    List<ChatMessage> without = new ArrayList<>();
    for (ChatMessage message : messages) {
      without.add(
          new ChatMessage(
              message.role(),
              message.parts().stream()
                  .map(
                      part ->
                          part instanceof MessagePart.ToolResult result
                              ? new MessagePart.ToolResult(
                                  result.id(), null, result.result(), result.error())
                              : part)
                  .toList()));
    }
    return without;
  }

  private static String quoted(String json) {
    return "\"" + json.replace("\"", "\\\"") + "\"";
  }

  private static SpanEvent event(String name, Object... keysAndValues) {
    return new SpanEvent(1L, name, map(keysAndValues));
  }

  private static SpanLogRecord log(String name, int position, @Nullable String body) {
    SpanLogRecord log = new SpanLogRecord();
    log.setTraceId("");
    log.setTimeUnixNano(1L);
    log.setPosition(position);
    log.setEventName(name);
    log.setAttributes(Map.of());
    log.setBody(body == null ? null : new JsonValue(body));
    return log;
  }

  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
