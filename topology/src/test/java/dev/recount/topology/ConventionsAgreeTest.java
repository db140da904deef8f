package dev.recount.topology;

import static java.util.Comparator.comparing;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same run, told in each convention, yields the same decision rows in every field that both
 * conventions can express. Names of models and agents are left out: some providers and frameworks
 * do not let an agent or a model be named as the others are.
 */
@SuppressWarnings("NullAway.Init")
class ConventionsAgreeTest {
  @TempDir Path stateDirectory;

  @Test
  void theSameRunIsTheSameRowsInEveryConvention() {
    Map<String, Map<String, String>> told = new LinkedHashMap<>();
    for (Recording recording : Recording.all()) {
      told.put(recording.name(), rows(recording));
    }
    SoftAssertions softly = new SoftAssertions();
    told.forEach(
        (one, rows) ->
            told.forEach(
                (other, others) -> {
                  if (one.compareTo(other) < 0) {
                    compare(softly, one + " and " + other, rows, others);
                  }
                }));
    softly.assertAll();
  }

  private static void compare(
      SoftAssertions softly, String pair, Map<String, String> one, Map<String, String> other) {
    assertThat(one.keySet()).as(pair).containsAnyElementsOf(other.keySet());
    one.forEach(
        (field, value) -> {
          String others = other.get(field);
          if (others != null) {
            softly.assertThat(value).as(pair + ": " + field).isEqualTo(others);
          }
        });
  }

  /** The fields that the recording's instrumentation can express, by place in the run. */
  private Map<String, String> rows(Recording recording) {
    JsonNode run = recording.run();
    Map<String, String> fields = new LinkedHashMap<>();
    try (Pipeline pipeline = new Pipeline(stateDirectory.resolve(recording.name()))) {
      recording
          .requests()
          .forEach(request -> pipeline.send(request.topic(pipeline.topics), request.bytes()));
      pipeline.pass(Duration.ofMinutes(10));
      List<DecisionRecord> decisions =
          Pipeline.latest(
                  pipeline.decisionRecords(), row -> row.getTraceId() + "/" + row.getDecisionId())
              .stream()
              .filter(row -> !row.getDeleted())
              .sorted(
                  comparing(DecisionRecord::getStartedAt).thenComparing(DecisionRecord::getStep))
              .toList();
      int models = 0;
      int tools = 0;
      for (DecisionRecord row : decisions) {
        if (row.getKind() == DecisionKind.MODEL_CALL) {
          model(fields, "model call " + ++models + " ", row);
        } else if (row.getKind() == DecisionKind.TOOL_CALL && tools < 2) {
          tool(fields, "tool call " + (tools + 1) + " ", run.get("tool_calls").get(tools), row);
          tools++;
        }
        identity(fields, row.getKind() + " ", run, row);
      }
    }
    return fields;
  }

  private static void model(Map<String, String> fields, String call, DecisionRecord row) {
    fields.put(call + "input tokens", String.valueOf(row.getInputTokens()));
    fields.put(call + "output tokens", String.valueOf(row.getOutputTokens()));
    fields.put(call + "failed", String.valueOf(row.getStatus() == Status.error));
  }

  private static void tool(
      Map<String, String> fields, String call, JsonNode expected, DecisionRecord row) {
    if (expected.path("name_conveyed").asBoolean(true)) {
      fields.put(call + "name", String.valueOf(row.getToolName()));
      fields.put(call + "chosen", String.valueOf(row.getChosen()));
    }
    if (expected.has("call_id")) {
      fields.put(call + "call ID", String.valueOf(row.getToolCallId()));
    }
    if (expected.has("arguments")) {
      fields.put(call + "arguments", json(row.getToolArguments()));
    }
    if (expected.has("result")) {
      fields.put(call + "result", json(row.getToolResult()));
    }
    if (expected.has("failed")) {
      fields.put(call + "failed", String.valueOf(row.getStatus() == Status.error));
    }
  }

  private static void identity(
      Map<String, String> fields, String kind, JsonNode run, DecisionRecord row) {
    if (run.has("session_id")) {
      fields.put(kind + "session", String.valueOf(row.getSessionId()));
    }
    if (run.has("user_id")) {
      fields.put(kind + "user", String.valueOf(row.getUserId()));
    }
    if (run.has("agent_version")) {
      fields.put(kind + "agent version", String.valueOf(row.getVersions().getAgentVersion()));
    }
    if (run.has("prompt_name") && row.getKind() == DecisionKind.MODEL_CALL) {
      fields.put(kind + "prompt", String.valueOf(row.getVersions().getPromptName()));
    }
  }

  /** JSON without the white space that an SDK chose. */
  private static String json(@Nullable String text) {
    try {
      return Recording.JSON.readTree(Objects.requireNonNullElse(text, "null")).toString();
    } catch (JsonProcessingException plain) {
      return String.valueOf(text);
    }
  }
}
