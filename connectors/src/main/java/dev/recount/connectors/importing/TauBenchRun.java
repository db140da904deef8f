package dev.recount.connectors.importing;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.recount.connectors.importing.RecordedMessage.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one run of a τ-bench file. */
final class TauBenchRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String where;
  private final byte[] bytes;
  private final List<RecordedMessage> messages = new ArrayList<>();
  private JsonNode taskId = MissingNode.getInstance();
  private JsonNode trial = MissingNode.getInstance();
  private JsonNode reward = MissingNode.getInstance();
  private JsonNode info = MissingNode.getInstance();

  /**
   * A reader of one run.
   *
   * @param where file and run, for messages
   * @param bytes the run's JSON object in UTF-8
   */
  TauBenchRun(String where, byte[] bytes) {
    this.where = where;
    this.bytes = bytes;
  }

  RecordedRun parse() {
    try (JsonParser parser = JSON.createParser(bytes)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "task_id" -> taskId = JSON.readTree(parser);
          case "trial" -> trial = JSON.readTree(parser);
          case "reward" -> reward = JSON.readTree(parser);
          case "info" -> info = JSON.readTree(parser);
          case "traj" -> readMessages(parser);
          default -> parser.skipChildren();
        }
      }
    } catch (IOException malformed) {
      throw new ImportException(where + ": not JSON: " + malformed.getMessage(), malformed);
    }
    return run();
  }

  private RecordedRun run() {
    if (!taskId.isValueNode() || taskId.isNull()) {
      throw malformed("task_id", "expected a number or a text");
    }
    if (!trial.isIntegralNumber()) {
      throw malformed("trial", "expected a whole number");
    }
    if (!reward.isMissingNode() && !reward.isNull() && !reward.isNumber()) {
      throw malformed("reward", "expected a number");
    }
    if (messages.isEmpty()) {
      throw malformed("traj", "expected an array with at least one message");
    }
    String task = taskId.asText();
    JsonNode user = info.path("task").path("user_id");
    return new RecordedRun(
        RunIds.sha256("tau-bench", task, trial.asText(), RunIds.sha256(bytes)),
        "task-" + task + "-trial-" + trial.asText(),
        messages,
        reward.isNumber() ? reward.doubleValue() : null,
        user.isTextual() ? user.textValue() : null,
        Map.of("tau_bench.task_id", task, "tau_bench.trial", trial.asText()));
  }

  private void readMessages(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw malformed("traj", "expected an array");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String field = "traj[" + messages.size() + "]";
      int start = (int) parser.currentTokenLocation().getByteOffset();
      JsonNode message = JSON.readTree(parser);
      int end = (int) parser.currentLocation().getByteOffset();
      if (!message.isObject()) {
        throw malformed(field, "expected an object");
      }
      // The original bytes, not ours: what the model saw is evidence.
      String json = new String(bytes, start, end - start, StandardCharsets.UTF_8);
      messages.add(message(field, message, json));
    }
  }

  private RecordedMessage message(String field, JsonNode message, String json) {
    Role role = role(field, message.path("role"));
    JsonNode content = message.path("content");
    if (!content.isTextual() && !content.isNull() && !content.isMissingNode()) {
      throw malformed(field + ".content", "expected a text or null");
    }
    List<RecordedToolCall> calls = new ArrayList<>();
    JsonNode toolCalls = message.path("tool_calls");
    if (toolCalls.isArray()) {
      for (JsonNode call : toolCalls) {
        String callField = field + ".tool_calls[" + calls.size() + "]";
        calls.add(
            new RecordedToolCall(
                text(callField + ".id", call.path("id")),
                text(callField + ".function.name", call.path("function").path("name")),
                text(callField + ".function.arguments", call.path("function").path("arguments"))));
      }
    } else if (!toolCalls.isNull() && !toolCalls.isMissingNode()) {
      throw malformed(field + ".tool_calls", "expected an array");
    }
    @Nullable String toolCallId =
        role == Role.TOOL ? text(field + ".tool_call_id", message.path("tool_call_id")) : null;
    return new RecordedMessage(
        role,
        content.isTextual() ? content.textValue() : null,
        role == Role.ASSISTANT ? calls : List.of(),
        toolCallId,
        json);
  }

  private Role role(String field, JsonNode value) {
    String name = text(field + ".role", value);
    for (Role role : Role.values()) {
      if (role.name().toLowerCase(Locale.ROOT).equals(name)) {
        return role;
      }
    }
    throw malformed(
        field + ".role", "expected system, user, assistant or tool, found '" + name + "'");
  }

  private String text(String field, JsonNode value) {
    if (!value.isTextual()) {
      throw malformed(field, "expected a text");
    }
    return value.textValue();
  }

  private ImportException malformed(String field, String problem) {
    return new ImportException(where + ", field " + field + ": " + problem, null);
  }
}
