package dev.recount.topology.fold;

import static dev.recount.topology.fold.AgentRun.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanKind;
import dev.recount.avro.SpanLogRecord;
import dev.recount.avro.StatusCode;
import dev.recount.topology.fold.AgentRun.Call;
import dev.recount.topology.fold.AgentRun.Message;
import dev.recount.topology.fold.AgentRun.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells a run in the words of one convention: an agent's span around model calls, and around tool
 * calls where the convention has spans for them.
 */
enum Teller {
  OPEN_TELEMETRY {
    @Override
    void agent(Span span) {
      put(span, "gen_ai.operation.name", "invoke_agent");
      openTelemetryIdentity(span);
    }

    @Override
    void modelCall(Span span, AgentRun run, int turn, Telling telling) {
      openTelemetryModel(span, run.turns().get(turn));
      put(span, "gen_ai.system_instructions", parts(AgentRun.SYSTEM));
      put(span, "gen_ai.input.messages", openTelemetryMessages(run.conversation(turn)).toString());
      put(
          span,
          "gen_ai.output.messages",
          new JsonValue(openTelemetryMessages(List.of(run.answer(turn))).toString()));
      put(span, "gen_ai.tool.definitions", AgentRun.tools().toString());
    }

    @Override
    void toolCall(Span span, Call call, Telling telling) {
      openTelemetryTool(span, call);
    }
  },

  /** No spans for tools: they are in the messages alone. */
  MESSAGES_ALONE {
    @Override
    void agent(Span span) {
      OPEN_TELEMETRY.agent(span);
    }

    @Override
    void modelCall(Span span, AgentRun run, int turn, Telling telling) {
      OPEN_TELEMETRY.modelCall(span, run, turn, telling);
    }

    @Override
    boolean hasToolSpans() {
      return false;
    }
  },

  /** The protocol's spans within the tools' spans, and a wrapper around each model call. */
  MCP_AND_WRAPPERS {
    @Override
    void agent(Span span) {
      OPEN_TELEMETRY.agent(span);
      put(span, "gen_ai.usage.input_tokens", 123_456L);
    }

    @Override
    void modelCall(Span span, AgentRun run, int turn, Telling telling) {
      // The framework's span says what was said, the client's within it what it took.
      OPEN_TELEMETRY.modelCall(span, run, turn, telling);
      Span inner = telling.within(span, "chat");
      openTelemetryModel(inner, run.turns().get(turn));
    }

    @Override
    void toolCall(Span span, Call call, Telling telling) {
      OPEN_TELEMETRY.toolCall(span, call, telling);
      Span inner = telling.within(span, "tools/call " + call.tool());
      put(inner, "mcp.method.name", "tools/call");
      put(inner, "gen_ai.tool.name", call.tool());
      if (call.failed()) {
        inner.setStatusCode(StatusCode.ERROR);
        put(inner, "error.type", "tool_error");
      }
    }
  },

  VERSION_1_36_LOGS {
    @Override
    void agent(Span span) {
      OPEN_TELEMETRY.agent(span);
    }

    @Override
    void modelCall(Span span, AgentRun run, int turn, Telling telling) {
      openTelemetryModel(span, run.turns().get(turn));
      put(span, "gen_ai.tool.definitions", AgentRun.tools().toString());
      telling.log(
          span, "gen_ai.system.message", JSON.createObjectNode().put("content", AgentRun.SYSTEM));
      for (Message message : run.conversation(turn)) {
        ObjectNode body = openAi(message);
        body.remove("role");
        if (message.answers() != null) {
          body.set("id", body.remove("tool_call_id"));
        }
        telling.log(span, "gen_ai." + message.role() + ".message", body);
      }
      ObjectNode choice = JSON.createObjectNode().put("index", 0).put("finish_reason", "stop");
      choice.set("message", openAi(run.answer(turn)));
      telling.log(span, "gen_ai.choice", choice);
    }

    @Override
    boolean hasToolSpans() {
      return false;
    }
  },

  OPEN_INFERENCE {
    @Override
    void agent(Span span) {
      put(span, "openinference.span.kind", "AGENT");
      put(span, "agent.name", "shop");
      put(span, "session.id", "s-1");
      put(span, "metadata", "{\"user_id\":\"u-1\",\"agent_version\":\"2.4.1\"}");
      put(span, "llm.prompt_template.version", "v17");
    }

    @Override
    void modelCall(Span span, AgentRun run, int turn, Telling telling) {
      Turn told = run.turns().get(turn);
      put(span, "openinference.span.kind", "LLM");
      put(span, "llm.model_name", "gpt-4o");
      put(span, "llm.token_count.prompt", told.inputTokens());
      put(span, "llm.token_count.completion", told.output());
      put(span, "llm.token_count.prompt_details.cache_read", told.cachedTokens());
      List<Message> messages = new ArrayList<>();
      messages.add(new Message("system", AgentRun.SYSTEM, List.of(), null));
      messages.addAll(run.conversation(turn));
      flatten(span, "llm.input_messages.", messages);
      flatten(span, "llm.output_messages.", List.of(run.answer(turn)));
      for (int i = 0; i < AgentRun.tools().size(); i++) {
        put(span, "llm.tools." + i + ".tool.json_schema", AgentRun.tools().get(i).toString());
      }
    }

    private void flatten(Span span, String prefix, List<Message> messages) {
      for (int i = 0; i < messages.size(); i++) {
        Message message = messages.get(i);
        String path = prefix + i + ".message.";
        put(span, path + "role", message.role());
        put(span, path + "content", content(message));
        for (int j = 0; j < message.calls().size(); j++) {
          String call = path + "tool_calls." + j + ".tool_call.";
          put(span, call + "id", message.calls().get(j).id());
          put(span, call + "function.name", message.calls().get(j).tool());
          put(span, call + "function.arguments", message.calls().get(j).arguments().toString());
        }
        if (message.answers() != null) {
          put(span, path + "tool_call_id", message.answers().id());
        }
      }
    }

    @Override
    void toolCall(Span span, Call call, Telling telling) {
      put(span, "openinference.span.kind", "TOOL");
      put(span, "tool.name", call.tool());
      put(span, "tool_call.id", call.id());
      put(span, "input.value", call.arguments().toPrettyString());
      put(span, "tool.parameters", "{\"type\":\"object\",\"properties\":{}}");
      resultOrError(span, call, "output.value");
    }
  },

  OPEN_LLMETRY {
    @Override
    void agent(Span span) {
      put(span, "traceloop.span.kind", "agent");
      put(span, "traceloop.entity.name", "shop");
      put(span, "traceloop.entity.version", "2.4.1");
      put(span, "traceloop.association.properties.session_id", "s-1");
      put(span, "traceloop.association.properties.user_id", "u-1");
      put(span, "traceloop.prompt.key", "policy");
      put(span, "traceloop.prompt.version", "v17");
    }

    @Override
    void modelCall(Span span, AgentRun run, int turn, Telling telling) {
      Turn told = run.turns().get(turn);
      put(span, "llm.request.type", "chat");
      put(span, "gen_ai.request.model", "gpt-4o");
      put(span, "gen_ai.usage.prompt_tokens", Long.toString(told.inputTokens()));
      put(span, "gen_ai.usage.completion_tokens", Long.toString(told.output()));
      put(span, "gen_ai.usage.cache_read_input_tokens", told.cachedTokens());
      List<Message> messages = new ArrayList<>();
      messages.add(new Message("system", AgentRun.SYSTEM, List.of(), null));
      messages.addAll(run.conversation(turn));
      flatten(span, "gen_ai.prompt.", messages);
      flatten(span, "gen_ai.completion.", List.of(run.answer(turn)));
      for (int i = 0; i < AgentRun.tools().size(); i++) {
        JsonNode function = AgentRun.tools().get(i).get("function");
        String path = "llm.request.functions." + i + ".";
        put(span, path + "name", function.get("name").textValue());
        put(span, path + "description", function.get("description").textValue());
        put(span, path + "parameters", function.get("parameters").toString());
      }
    }

    private void flatten(Span span, String prefix, List<Message> messages) {
      for (int i = 0; i < messages.size(); i++) {
        Message message = messages.get(i);
        String path = prefix + i + ".";
        put(span, path + "role", message.role());
        put(span, path + "content", content(message));
        for (int j = 0; j < message.calls().size(); j++) {
          String call = path + "tool_calls." + j + ".";
          put(span, call + "id", message.calls().get(j).id());
          put(span, call + "name", message.calls().get(j).tool());
          put(span, call + "arguments", message.calls().get(j).arguments().toString());
        }
        if (message.answers() != null) {
          put(span, path + "tool_call_id", message.answers().id());
        }
      }
    }

    @Override
    void toolCall(Span span, Call call, Telling telling) {
      put(span, "traceloop.span.kind", "tool");
      put(span, "traceloop.entity.name", call.tool());
      ObjectNode input = JSON.createObjectNode();
      input.putArray("args");
      input.set("kwargs", call.arguments());
      put(span, "traceloop.entity.input", input.toString());
      resultOrError(span, call, "traceloop.entity.output");
    }
  },

  VERCEL {
    @Override
    void agent(Span span) {
      put(span, "ai.operationId", "ai.generateText");
      put(span, "ai.telemetry.functionId", "shop");
      put(span, "ai.telemetry.metadata.sessionId", "s-1");
      put(span, "ai.telemetry.metadata.userId", "u-1");
      put(span, "ai.telemetry.metadata.agentVersion", "2.4.1");
      put(span, "ai.telemetry.metadata.promptName", "policy");
      put(span, "ai.telemetry.metadata.promptVersion", "v17");
      put(span, "ai.usage.inputTokens", 99_999L);
      put(span, "ai.usage.outputTokens", 99_999L);
    }

    @Override
    void modelCall(Span span, AgentRun run, int turn, Telling telling) {
      Turn told = run.turns().get(turn);
      put(span, "ai.operationId", "ai.generateText.doGenerate");
      put(span, "ai.model.id", "gpt-4o");
      put(span, "ai.usage.inputTokens", told.inputTokens());
      put(span, "ai.usage.outputTokens", told.output());
      put(span, "ai.usage.cachedInputTokens", told.cachedTokens());
      ArrayNode messages = JSON.createArrayNode();
      messages.addObject().put("role", "system").put("content", AgentRun.SYSTEM);
      for (Message message : run.conversation(turn)) {
        ArrayNode content = messages.addObject().put("role", message.role()).putArray("content");
        if (message.answers() != null) {
          ObjectNode result = content.addObject().put("type", "tool-result");
          result
              .put("toolCallId", message.answers().id())
              .put("toolName", message.answers().tool());
          ObjectNode output = result.putObject("output");
          output.put("type", message.answers().failed() ? "error-text" : "text");
          output.put("value", message.answers().told());
          continue;
        }
        content.addObject().put("type", "text").put("text", content(message));
        for (Call call : message.calls()) {
          ObjectNode asked = content.addObject().put("type", "tool-call");
          asked.put("toolCallId", call.id()).put("toolName", call.tool());
          asked.set("input", call.arguments());
        }
      }
      put(span, "ai.prompt.messages", messages.toString());
      ArrayNode tools = JSON.createArrayNode();
      for (JsonNode tool : AgentRun.tools()) {
        ObjectNode offered = tool.get("function").deepCopy();
        offered.set("inputSchema", offered.remove("parameters"));
        tools.add(offered.put("type", "function").toString());
      }
      put(span, "ai.prompt.tools", new JsonValue(tools.toString()));
      put(span, "ai.response.text", told.text());
      ArrayNode asked = JSON.createArrayNode();
      for (Call call : told.calls()) {
        asked
            .addObject()
            .put("toolCallId", call.id())
            .put("toolName", call.tool())
            .put("input", call.arguments().toString());
      }
      if (!asked.isEmpty()) {
        put(span, "ai.response.toolCalls", asked.toString());
      }
    }

    @Override
    void toolCall(Span span, Call call, Telling telling) {
      put(span, "ai.operationId", "ai.toolCall");
      put(span, "ai.toolCall.name", call.tool());
      put(span, "ai.toolCall.id", call.id());
      put(span, "ai.toolCall.args", call.arguments().toString());
      resultOrError(span, call, "ai.toolCall.result");
    }
  },

  LANG_SMITH {
    @Override
    void agent(Span span) {
      put(span, "langsmith.span.kind", "chain");
      put(span, "gen_ai.operation.name", "chain");
      put(span, "langsmith.metadata.session_id", "s-1");
      put(span, "langsmith.metadata.user_id", "u-1");
      put(span, "langsmith.metadata.agent_name", "shop");
      put(span, "langsmith.metadata.agent_version", "2.4.1");
      put(span, "langsmith.metadata.prompt_version", "v17");
    }

    @Override
    void modelCall(Span span, AgentRun run, int turn, Telling telling) {
      Turn told = run.turns().get(turn);
      put(span, "langsmith.span.kind", "llm");
      put(span, "gen_ai.operation.name", "chat");
      put(span, "gen_ai.request.model", "gpt-4o");
      ObjectNode usage = JSON.createObjectNode().put("input_tokens", told.inputTokens());
      usage.put("output_tokens", told.output());
      usage.putObject("input_token_details").put("cache_read", told.cachedTokens());
      put(span, "langsmith.usage_metadata", usage.toString());
      ArrayNode messages = JSON.createArrayNode();
      messages.add(serialised("SystemMessage", AgentRun.SYSTEM));
      for (Message message : run.conversation(turn)) {
        messages.add(langChain(message));
      }
      ObjectNode input = JSON.createObjectNode();
      input.putArray("messages").add(messages);
      input.set("tools", AgentRun.tools());
      put(span, "gen_ai.prompt", input.toString());
      ObjectNode generation = JSON.createObjectNode().put("text", told.text());
      generation.set("message", langChain(run.answer(turn)));
      ObjectNode output = JSON.createObjectNode();
      output.putArray("generations").addArray().add(generation);
      put(span, "gen_ai.completion", output.toString());
    }

    private ObjectNode langChain(Message message) {
      if (message.answers() != null) {
        ObjectNode tool = serialised("ToolMessage", message.answers().told());
        ((ObjectNode) tool.get("kwargs"))
            .put("tool_call_id", message.answers().id())
            .put("status", message.answers().failed() ? "error" : "success");
        return tool;
      }
      boolean user = message.role().equals("user");
      ObjectNode node = serialised(user ? "HumanMessage" : "AIMessage", content(message));
      ArrayNode calls = ((ObjectNode) node.get("kwargs")).putArray("tool_calls");
      for (Call call : message.calls()) {
        ObjectNode asked = calls.addObject().put("id", call.id()).put("name", call.tool());
        asked.put("type", "tool_call").set("args", call.arguments());
      }
      return node;
    }

    private ObjectNode serialised(String type, String content) {
      ObjectNode node = JSON.createObjectNode().put("lc", 1).put("type", "constructor");
      node.putArray("id").add("langchain_core").add("messages").add(type);
      node.putObject("kwargs").put("content", content);
      return node;
    }

    @Override
    void toolCall(Span span, Call call, Telling telling) {
      put(span, "langsmith.span.kind", "tool");
      put(span, "gen_ai.operation.name", "execute_tool");
      put(span, "gen_ai.tool.name", call.tool());
      put(span, "gen_ai.prompt", call.arguments().toString());
      if (call.failed()) {
        span.setStatusCode(StatusCode.ERROR);
        span.setEvents(
            List.of(
                new SpanEvent(
                    span.getEndTimeUnixNano(),
                    "exception",
                    Map.of("exception.type", "Error", "exception.message", call.result()))));
      } else {
        put(
            span,
            "gen_ai.completion",
            JSON.createObjectNode().put("outputs", call.result()).toString());
      }
    }
  },

  LANGFUSE {
    @Override
    void agent(Span span) {
      span.setName("shop");
      put(span, "langfuse.observation.type", "agent");
      put(span, "langfuse.version", "2.4.1");
      put(span, "session.id", "s-1");
      put(span, "user.id", "u-1");
      put(span, "langfuse.observation.prompt.name", "policy");
      put(span, "langfuse.observation.prompt.version", "v17");
    }

    @Override
    void modelCall(Span span, AgentRun run, int turn, Telling telling) {
      Turn told = run.turns().get(turn);
      put(span, "langfuse.observation.type", "generation");
      put(span, "langfuse.observation.model.name", "gpt-4o");
      ObjectNode usage = JSON.createObjectNode();
      usage.put("input", told.inputTokens() - told.cachedTokens());
      usage.put("output", told.output()).put("total", told.inputTokens() + told.output());
      usage.put("input_cached_tokens", told.cachedTokens());
      put(span, "langfuse.observation.usage_details", usage.toString());
      ObjectNode input = JSON.createObjectNode();
      ArrayNode messages = input.putArray("messages");
      messages.addObject().put("role", "system").put("content", AgentRun.SYSTEM);
      run.conversation(turn).forEach(message -> messages.add(openAi(message)));
      input.set("tools", AgentRun.tools());
      put(span, "langfuse.observation.input", input.toString());
      put(span, "langfuse.observation.output", openAi(run.answer(turn)).toString());
    }

    @Override
    void toolCall(Span span, Call call, Telling telling) {
      span.setName(call.tool());
      put(span, "langfuse.observation.type", "tool");
      put(span, "langfuse.observation.input", call.arguments().toString());
      if (call.failed()) {
        put(span, "langfuse.observation.level", "ERROR");
        put(span, "langfuse.observation.status_message", call.result());
      } else {
        put(span, "langfuse.observation.output", call.result());
      }
    }
  };

  static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final long START = 1_772_366_400_000_000_000L;
  private static final long STEP = 1_000_000;

  abstract void agent(Span span);

  abstract void modelCall(Span span, AgentRun run, int turn, Telling telling);

  void toolCall(Span span, Call call, Telling telling) {}

  boolean hasToolSpans() {
    return true;
  }

  /** What was told: spans and log records. */
  static final class Telling {
    final List<Span> spans = new ArrayList<>();
    final List<SpanLogRecord> logs = new ArrayList<>();
    private long now = START;

    Span open(String name, int parent) {
      Span span = new Span();
      span.setTraceId(TRACE);
      span.setSpanId(String.format("%016x", spans.size() + 1));
      span.setParentSpanId(parent == 0 ? null : String.format("%016x", parent));
      span.setName(name);
      span.setKind(SpanKind.INTERNAL);
      span.setStatusCode(StatusCode.UNSET);
      span.setScopeName("teller");
      span.setStartTimeUnixNano(now);
      span.setResourceAttributes(Map.of("service.version", "1.0"));
      span.setAttributes(new TreeMap<>());
      span.setEvents(List.of());
      span.setLinks(List.of());
      spans.add(span);
      return span;
    }

    void close(Span span) {
      now += STEP;
      span.setEndTimeUnixNano(now);
    }

    /** A span that lasts as long as the one around it. */
    Span within(Span outer, String name) {
      Span inner = open(name, Integer.parseInt(outer.getSpanId(), 16));
      inner.setStartTimeUnixNano(outer.getStartTimeUnixNano());
      inner.setEndTimeUnixNano(outer.getEndTimeUnixNano());
      return inner;
    }

    void log(Span span, String event, ObjectNode body) {
      SpanLogRecord log = new SpanLogRecord();
      log.setTraceId(TRACE);
      log.setSpanId(span.getSpanId());
      log.setEventName(event);
      log.setTimeUnixNano(span.getStartTimeUnixNano());
      log.setPosition(logs.size());
      log.setBody(new JsonValue(body.toString()));
      log.setAttributes(Map.of());
      logs.add(log);
    }
  }

  /** Tells the whole run. */
  Telling tell(AgentRun run) {
    Telling telling = new Telling();
    Span agent = telling.open("invoke_agent shop", 0);
    agent(agent);
    for (int turn = 0; turn < run.turns().size(); turn++) {
      Span model = telling.open("chat gpt-4o", 1);
      telling.close(model);
      modelCall(model, run, turn, telling);
      for (Call call : run.turns().get(turn).calls()) {
        if (hasToolSpans()) {
          Span tool = telling.open("execute_tool " + call.tool(), 1);
          telling.close(tool);
          toolCall(tool, call, telling);
        } else {
          telling.now += STEP;
        }
      }
    }
    telling.close(agent);
    return telling;
  }

  static void put(Span span, String key, Object value) {
    span.getAttributes().put(key, value);
  }

  static String content(Message message) {
    return message.answers() != null ? message.answers().told() : String.valueOf(message.text());
  }

  static void resultOrError(Span span, Call call, String attribute) {
    if (call.failed()) {
      span.setStatusCode(StatusCode.ERROR);
      span.setStatusMessage(call.result());
    } else {
      put(span, attribute, call.result());
    }
  }

  static void openTelemetryIdentity(Span span) {
    put(span, "gen_ai.agent.name", "shop");
    put(span, "gen_ai.agent.version", "2.4.1");
    put(span, "gen_ai.conversation.id", "s-1");
    put(span, "user.id", "u-1");
    put(span, "gen_ai.prompt.name", "policy");
    put(span, "gen_ai.prompt.version", "v17");
  }

  static void openTelemetryModel(Span span, Turn turn) {
    put(span, "gen_ai.operation.name", "chat");
    put(span, "gen_ai.request.model", "gpt-4o");
    put(span, "gen_ai.usage.input_tokens", turn.inputTokens());
    put(span, "gen_ai.usage.output_tokens", turn.output());
    put(span, "gen_ai.usage.cache_read.input_tokens", turn.cachedTokens());
  }

  static void openTelemetryTool(Span span, Call call) {
    put(span, "gen_ai.operation.name", "execute_tool");
    put(span, "gen_ai.tool.name", call.tool());
    put(span, "gen_ai.tool.call.id", call.id());
    put(span, "gen_ai.tool.call.arguments", call.arguments().toString());
    resultOrError(span, call, "gen_ai.tool.call.result");
  }

  private static String parts(String text) {
    ArrayNode parts = JSON.createArrayNode();
    parts.addObject().put("type", "text").put("content", text);
    return parts.toString();
  }

  static ArrayNode openTelemetryMessages(List<Message> messages) {
    ArrayNode array = JSON.createArrayNode();
    for (Message message : messages) {
      ArrayNode parts = array.addObject().put("role", message.role()).putArray("parts");
      if (message.answers() != null) {
        ObjectNode answer = parts.addObject().put("type", "tool_call_response");
        answer.put("id", message.answers().id());
        answer.set("response", TextNode.valueOf(message.answers().told()));
        continue;
      }
      parts.addObject().put("type", "text").put("content", content(message));
      for (Call call : message.calls()) {
        ObjectNode asked = parts.addObject().put("type", "tool_call");
        asked.put("id", call.id()).put("name", call.tool()).set("arguments", call.arguments());
      }
    }
    return array;
  }

  static ObjectNode openAi(Message message) {
    ObjectNode node = JSON.createObjectNode().put("role", message.role());
    node.put("content", content(message));
    if (message.answers() != null) {
      node.put("tool_call_id", message.answers().id());
    }
    if (!message.calls().isEmpty()) {
      ArrayNode calls = node.putArray("tool_calls");
      for (Call call : message.calls()) {
        ObjectNode asked = calls.addObject().put("id", call.id()).put("type", "function");
        asked
            .putObject("function")
            .put("name", call.tool())
            .put("arguments", call.arguments().toString());
      }
    }
    return node;
  }
}
