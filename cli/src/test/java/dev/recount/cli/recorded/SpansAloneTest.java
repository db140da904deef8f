package dev.recount.cli.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.TraceRecord;
import dev.recount.connectors.importing.ImportOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Who sends spans alone learns of the recorded runs what who sends everything learns. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SpansAloneTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int TRACES = 100;
  private static final int MODEL_CALLS = 1229;
  private static final int TOOL_CALLS = 572;
  private static final int FAILED_TOOL_CALLS = 33;

  private RecordedRuns everything;
  private RecordedRuns spansAlone;

  /** A tool call as far as the recording knows it. */
  private record Call(String name, String id, JsonNode arguments, @Nullable JsonNode result) {}

  /** What a decision says of the window that it was made in. */
  private record Fill(DecisionKind kind, @Nullable Long tokens, @Nullable Long limit) {}

  /** What a decision says of a tool call, and of the window that it was made in. */
  private record Decided(
      @Nullable String tool,
      @Nullable String callId,
      @Nullable String arguments,
      @Nullable String result,
      String status,
      @Nullable String errorType,
      Fill fill) {}

  @BeforeAll
  void importTwice(@TempDir Path withEvents, @TempDir Path withoutEvents) {
    ImportOptions options = ImportOptions.defaults();
    everything = RecordedRuns.of(options, withEvents);
    spansAlone = RecordedRuns.of(options.withEvents(false, false), withoutEvents);
  }

  @Test
  void theTwoImportsDifferInWhatTheySend() {
    assertThat(everything.imported().snapshots()).isEqualTo(MODEL_CALLS);
    assertThat(everything.imported().decisions()).isEqualTo(TOOL_CALLS);
    assertThat(everything.snapshots()).hasSize(MODEL_CALLS).noneMatch(SnapshotRecord::getDerived);
    assertThat(spansAlone.imported().snapshots()).isZero();
    assertThat(spansAlone.imported().decisions()).isZero();
    assertThat(spansAlone.snapshots()).hasSize(MODEL_CALLS).allMatch(SnapshotRecord::getDerived);
  }

  @Test
  void toolDecisionsAreTheSame() {
    Map<String, List<Decided>> expected = toolDecisions(everything);
    Map<String, List<Decided>> found = toolDecisions(spansAlone);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((trace, calls) -> assertThat(found.get(trace)).as(trace).isEqualTo(calls));
    assertThat(found.values().stream().flatMap(List::stream))
        .hasSize(TOOL_CALLS)
        .filteredOn(call -> call.status().equals("error"))
        .hasSize(FAILED_TOOL_CALLS);
  }

  @Test
  void toolDecisionsAreThoseOfTheRecording() throws IOException {
    Map<String, List<Call>> expected = recordedCalls();
    Map<String, List<DecisionRecord>> found = byTrace(spansAlone, DecisionKind.TOOL_CALL);
    for (Map.Entry<String, List<Call>> run : expected.entrySet()) {
      List<Call> calls = new ArrayList<>();
      for (DecisionRecord row : found.getOrDefault(run.getKey(), List.of())) {
        calls.add(
            new Call(
                String.valueOf(row.getToolName()),
                String.valueOf(row.getToolCallId()),
                value(row.getToolArguments()),
                row.getToolResult() == null ? null : value(row.getToolResult())));
      }
      assertThat(calls).as(run.getKey()).isEqualTo(run.getValue());
    }
  }

  @Test
  void windowsAreAsFull() {
    Map<String, List<Fill>> expected = fills(everything);
    Map<String, List<Fill>> found = fills(spansAlone);
    assertThat(found.keySet()).isEqualTo(expected.keySet()).hasSize(TRACES);
    expected.forEach((trace, fills) -> assertThat(found.get(trace)).as(trace).isEqualTo(fills));
    assertThat(found.values().stream().flatMap(List::stream))
        .allSatisfy(
            fill -> {
              assertThat(fill.tokens()).isPositive();
              assertThat(fill.limit()).isPositive();
            })
        .filteredOn(fill -> fill.kind() == DecisionKind.MODEL_CALL)
        .hasSize(MODEL_CALLS);
    assertThat(utilizations(spansAlone)).isEqualTo(utilizations(everything)).hasSize(TRACES);
  }

  private static Map<String, List<Decided>> toolDecisions(RecordedRuns runs) {
    Map<String, List<Decided>> decided = new TreeMap<>();
    byTrace(runs, DecisionKind.TOOL_CALL)
        .forEach(
            (trace, rows) ->
                decided.put(
                    trace,
                    rows.stream()
                        .map(
                            row ->
                                new Decided(
                                    row.getToolName(),
                                    row.getToolCallId(),
                                    row.getToolArguments(),
                                    row.getToolResult(),
                                    row.getStatus().name(),
                                    row.getErrorType(),
                                    fill(row)))
                        .toList()));
    return decided;
  }

  private static Map<String, List<Fill>> fills(RecordedRuns runs) {
    Map<String, List<Fill>> fills = new TreeMap<>();
    byTrace(runs, DecisionKind.TOOL_CALL, DecisionKind.MODEL_CALL)
        .forEach(
            (trace, rows) -> fills.put(trace, rows.stream().map(SpansAloneTest::fill).toList()));
    return fills;
  }

  private static Fill fill(DecisionRecord row) {
    return new Fill(row.getKind(), row.getContextTokens(), row.getContextLimit());
  }

  private static Map<String, Double> utilizations(RecordedRuns runs) {
    Map<String, Double> utilizations = new TreeMap<>();
    for (TraceRecord trace : runs.traces()) {
      utilizations.put(trace.getTraceId(), trace.getMaxContextUtilization());
    }
    return utilizations;
  }

  /** Decisions of some kinds by trace, in order of their steps. */
  private static Map<String, List<DecisionRecord>> byTrace(
      RecordedRuns runs, DecisionKind... kinds) {
    Map<String, List<DecisionRecord>> byTrace = new TreeMap<>();
    for (DecisionRecord row : runs.decisions()) {
      if (List.of(kinds).contains(row.getKind())) {
        byTrace.computeIfAbsent(row.getTraceId(), trace -> new ArrayList<>()).add(row);
      }
    }
    byTrace.values().forEach(rows -> rows.sort((a, b) -> a.getStep() - b.getStep()));
    return byTrace;
  }

  /** The tool calls of each run and what they were answered, read from the file itself. */
  private Map<String, List<Call>> recordedCalls() throws IOException {
    JsonNode runs = JSON.readTree(RecordedRuns.file().toFile());
    List<String> traceIds = spansAlone.imported().traceIds();
    Map<String, List<Call>> recorded = new TreeMap<>();
    for (int run = 0; run < runs.size(); run++) {
      JsonNode messages = runs.get(run).path("traj");
      List<Call> calls = new ArrayList<>();
      for (int i = 0; i < messages.size(); i++) {
        for (JsonNode call : messages.get(i).path("tool_calls")) {
          JsonNode function = call.path("function");
          calls.add(
              new Call(
                  function.path("name").asText(),
                  call.path("id").asText(),
                  value(function.path("arguments").asText()),
                  answer(messages, i, call.path("id").asText())));
        }
      }
      recorded.put(traceIds.get(run), calls);
    }
    return recorded;
  }

  /** What a tool answered before the model's next turn; null when it never did. */
  private static @Nullable JsonNode answer(JsonNode messages, int asked, String callId) {
    for (int i = asked + 1; i < messages.size(); i++) {
      JsonNode message = messages.get(i);
      if (message.path("role").asText().equals("assistant")) {
        return null;
      }
      if (message.path("tool_call_id").asText().equals(callId)) {
        return value(message.path("content").asText());
      }
    }
    return null;
  }

  /** What a text says, whatever the order of its fields and its white space. */
  private static JsonNode value(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException notJson) {
      return TextNode.valueOf(text);
    }
  }
}
