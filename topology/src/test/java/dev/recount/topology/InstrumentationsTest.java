package dev.recount.topology;

import static java.util.Comparator.comparing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.recount.avro.Alternative;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Phase;
import dev.recount.avro.Status;
import dev.recount.avro.TraceRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.avro.specific.SpecificRecordBase;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What real instrumentations send becomes the decisions that were made. The runs are alike: a tool
 * is called, then another that fails, then the agent answers. Each recording holds what its
 * instrumentation can say and nothing else.
 */
@SuppressWarnings("NullAway.Init")
class InstrumentationsTest {
  @TempDir Path stateDirectory;

  static Stream<Recording> recordings() {
    return Recording.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recordings")
  void decisionsAreThoseOfTheRun(Recording recording) {
    try (Pipeline pipeline = new Pipeline(stateDirectory)) {
      recording
          .requests()
          .forEach(request -> pipeline.send(request.topic(pipeline.topics), request.bytes()));
      pipeline.pass(Duration.ofMinutes(10));
      SoftAssertions.assertSoftly(softly -> compare(softly, recording.run(), pipeline));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recordings")
  void theOrderOfArrivalDoesNotMatter(Recording recording) {
    List<Recording.Request> backwards = recording.backwards();
    assertThat(backwards).hasSizeGreaterThanOrEqualTo(recording.requests().size());
    assertThat(rows("backwards", backwards))
        .isNotEmpty()
        .isEqualTo(rows("forwards", recording.requests()));
  }

  /** Rows by key, without what alone may depend on arrival. */
  private Map<String, SpecificRecordBase> rows(String run, List<Recording.Request> requests) {
    Map<String, SpecificRecordBase> rows = new TreeMap<>();
    try (Pipeline pipeline = new Pipeline(stateDirectory.resolve(run))) {
      requests.forEach(request -> pipeline.send(request.topic(pipeline.topics), request.bytes()));
      pipeline.pass(Duration.ofMinutes(10));
      for (TraceRecord row : pipeline.traceRecords()) {
        row.setRevision(0);
        row.setPhase(Phase.settled);
        row.setKeyTime(Instant.EPOCH);
        rows.put(row.getTraceId(), row);
      }
      for (DecisionRecord row : pipeline.decisionRecords()) {
        String key = row.getTraceId() + "/" + row.getDecisionId();
        row.setRevision(0);
        row.setPhase(Phase.settled);
        row.setKeyTime(Instant.EPOCH);
        if (row.getDeleted()) {
          rows.remove(key);
        } else {
          rows.put(key, row);
        }
      }
    }
    return rows;
  }

  private static void compare(SoftAssertions softly, JsonNode run, Pipeline pipeline) {
    List<DecisionRecord> decisions =
        Pipeline.latest(
                pipeline.decisionRecords(), row -> row.getTraceId() + "/" + row.getDecisionId())
            .stream()
            .filter(row -> !row.getDeleted())
            .sorted(comparing(DecisionRecord::getStartedAt).thenComparing(DecisionRecord::getStep))
            .toList();
    List<TraceRecord> traces = Pipeline.latest(pipeline.traceRecords(), TraceRecord::getTraceId);
    List<DecisionRecord> models = ofKind(decisions, DecisionKind.MODEL_CALL);
    List<DecisionRecord> tools = ofKind(decisions, DecisionKind.TOOL_CALL);

    softly.assertThat(traces).as("traces").hasSize(run.get("traces").intValue());
    softly.assertThat(models).as("model calls").hasSize(run.get("model_calls").size());
    softly
        .assertThat(tools.stream().map(DecisionRecord::getToolName))
        .as("tools")
        .hasSize(run.get("tool_calls").size());
    for (int i = 0; i < Math.min(models.size(), run.get("model_calls").size()); i++) {
      modelCall(softly, "model call " + (i + 1), run.get("model_calls").get(i), models.get(i));
    }
    for (int i = 0; i < Math.min(tools.size(), run.get("tool_calls").size()); i++) {
      toolCall(softly, "tool call " + (i + 1), run.get("tool_calls").get(i), tools.get(i));
    }
    if (run.has("errors")) {
      softly
          .assertThat(traces.stream().mapToLong(TraceRecord::getErrorCount).sum())
          .as("errors")
          .isEqualTo(run.get("errors").longValue());
    }
    softly
        .assertThat(traces.stream().mapToLong(row -> orZero(row.getInputTokens())).sum())
        .as("input tokens")
        .isEqualTo(run.get("input_tokens").longValue());
    softly
        .assertThat(traces.stream().mapToLong(row -> orZero(row.getOutputTokens())).sum())
        .as("output tokens")
        .isEqualTo(run.get("output_tokens").longValue());
    for (DecisionRecord decision : decisions) {
      identity(softly, decision.getKind() + " " + decision.getName() + ": ", run, decision);
    }
  }

  private static List<DecisionRecord> ofKind(List<DecisionRecord> decisions, DecisionKind kind) {
    return decisions.stream().filter(row -> row.getKind() == kind).toList();
  }

  private static void modelCall(
      SoftAssertions softly, String what, JsonNode expected, DecisionRecord row) {
    text(softly, what + " model", expected.get("model"), row.getVersions().getModel());
    text(
        softly,
        what + " response model",
        expected.get("response_model"),
        row.getVersions().getResponseModel());
    text(softly, what + " response ID", expected.get("response_id"), row.getResponseId());
    number(softly, what + " input tokens", expected.get("input_tokens"), row.getInputTokens());
    number(softly, what + " output tokens", expected.get("output_tokens"), row.getOutputTokens());
    softly.assertThat(row.getStatus()).as(what + " status").isNotEqualTo(Status.error);
  }

  private static void toolCall(
      SoftAssertions softly, String what, JsonNode expected, DecisionRecord row) {
    if (expected.path("name_conveyed").asBoolean(true)) {
      text(softly, what + " name", expected.get("name"), row.getToolName());
    }
    text(softly, what + " call ID", expected.get("call_id"), row.getToolCallId());
    json(softly, what + " arguments", expected.get("arguments"), row.getToolArguments());
    json(softly, what + " result", expected.get("result"), row.getToolResult());
    text(softly, what + " rationale", expected.get("rationale"), row.getRationale());
    explicit(softly, what, expected, row);
    if (expected.has("failed")) {
      softly
          .assertThat(row.getStatus() == Status.error)
          .as(what + " failed")
          .isEqualTo(expected.get("failed").booleanValue());
    }
    if (expected.has("error")) {
      softly
          .assertThat(row.getErrorMessage() + " " + row.getToolResult())
          .as(what + " error")
          .contains(expected.get("error").textValue());
    }
  }

  /** What {@code recount.*} attributes add. */
  private static void explicit(
      SoftAssertions softly, String what, JsonNode expected, DecisionRecord row) {
    text(
        softly,
        what + " expected outcome",
        expected.get("expected_outcome"),
        row.getExpectedOutcome());
    text(
        softly,
        what + " tool schema",
        expected.get("tool_schema_version"),
        row.getVersions().getToolSchemaVersion());
    if (expected.has("confidence")) {
      softly
          .assertThat(row.getConfidence())
          .as(what + " confidence")
          .isEqualTo(expected.get("confidence").doubleValue());
    }
    for (JsonNode constraint : expected.path("constraints")) {
      softly.assertThat(row.getConstraints()).as(what).containsExactly(constraint.textValue());
    }
    if (expected.has("considered")) {
      softly
          .assertThat(row.getConsidered())
          .as(what + " considered")
          .extracting(Alternative::getName, Alternative::getScore, Alternative::getRejectedBecause)
          .containsExactlyElementsOf(
              StreamSupport.stream(expected.get("considered").spliterator(), false)
                  .map(
                      each ->
                          tuple(
                              each.get("name").textValue(),
                              each.get("score").doubleValue(),
                              each.path("rejected_because").textValue()))
                  .toList());
    }
  }

  private static void identity(
      SoftAssertions softly, String what, JsonNode run, DecisionRecord row) {
    text(softly, what + "session", run.get("session_id"), row.getSessionId());
    text(softly, what + "user", run.get("user_id"), row.getUserId());
    text(softly, what + "agent", run.get("agent_name"), row.getVersions().getAgentName());
    text(
        softly,
        what + "agent version",
        run.get("agent_version"),
        row.getVersions().getAgentVersion());
    // A prompt belongs to model calls, and instrumentations state it there only.
    if (row.getKind() == DecisionKind.MODEL_CALL) {
      text(softly, what + "prompt", run.get("prompt_name"), row.getVersions().getPromptName());
      text(
          softly,
          what + "prompt version",
          run.get("prompt_version"),
          row.getVersions().getPromptVersion());
    }
  }

  private static void text(
      SoftAssertions softly, String what, @Nullable JsonNode expected, @Nullable String actual) {
    if (expected != null) {
      softly.assertThat(actual).as(what).isEqualTo(expected.textValue());
    }
  }

  private static void number(
      SoftAssertions softly, String what, @Nullable JsonNode expected, @Nullable Long actual) {
    if (expected != null) {
      softly.assertThat(actual).as(what).isEqualTo(expected.longValue());
    }
  }

  private static void json(
      SoftAssertions softly, String what, @Nullable JsonNode expected, @Nullable String actual) {
    if (expected != null) {
      softly.assertThat(parse(actual)).as(what).isEqualTo(expected);
    }
  }

  /** JSON where it is, the text otherwise. */
  private static JsonNode parse(@Nullable String text) {
    if (text == null) {
      return NullNode.getInstance();
    }
    try {
      return Recording.JSON.readTree(text);
    } catch (JsonProcessingException plain) {
      return TextNode.valueOf(text);
    }
  }

  private static long orZero(@Nullable Long number) {
    return Objects.requireNonNullElse(number, 0L);
  }
}
