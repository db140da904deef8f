package dev.recount.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Status;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every model call is a trace of its own: a call is asked for in one and answered in the next. */
@SuppressWarnings("NullAway.Init")
class CallsAcrossTracesTest {
  @TempDir Path stateDirectory;

  private Pipeline pipeline;

  @BeforeEach
  void open() {
    pipeline = new Pipeline(stateDirectory);
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private static Span chat(int trace, long start, String session, String input, String output) {
    String traceId = String.format("%032x", trace);
    Span.Builder span =
        Spans.with(
            Spans.span(traceId, trace, 0, "chat", start, start + 50),
            "gen_ai.operation.name",
            "chat",
            "gen_ai.request.model",
            "gpt-4o",
            "session.id",
            session,
            "gen_ai.input.messages",
            "[" + input + "]",
            "gen_ai.output.messages",
            "[" + output + "]");
    return span.build();
  }

  private static String user() {
    return "{\"role\":\"user\",\"content\":\"Is A1 in stock?\"}";
  }

  private static String asking(String item) {
    return "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call-1\",\"function\":"
        + "{\"name\":\"stock\",\"arguments\":\"{\\\"item\\\":\\\""
        + item
        + "\\\"}\"}}]}";
  }

  private static String answer(String result) {
    return "{\"role\":\"tool\",\"tool_call_id\":\"call-1\",\"content\":\"" + result + "\"}";
  }

  private static String done() {
    return "{\"role\":\"assistant\",\"content\":\"Three.\"}";
  }

  private List<DecisionRecord> toolCalls() {
    return Pipeline.latest(
            pipeline.decisionRecords(), row -> row.getTraceId() + row.getDecisionId())
        .stream()
        .filter(row -> row.getKind() == DecisionKind.TOOL_CALL && !row.getDeleted())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theAnswerIsFoundInTheNextTraceWhicheverComesFirst(boolean reversed) {
    List<Span> spans =
        new java.util.ArrayList<>(
            List.of(
                chat(1, 0, "s", user(), asking("A1")),
                chat(2, 100, "s", user() + "," + asking("A1") + "," + answer("three"), done())));
    if (reversed) {
      Collections.reverse(spans);
    }
    for (Span span : spans) {
      pipeline.send(span);
      pipeline.pass(Duration.ofSeconds(90));
    }
    List<DecisionRecord> calls = toolCalls();
    assertThat(calls).hasSize(1);
    DecisionRecord call = calls.get(0);
    assertThat(call.getTraceId()).isEqualTo(String.format("%032x", 1));
    assertThat(call.getToolResult()).isEqualTo("three");
    assertThat(call.getStatus()).isEqualTo(Status.ok);
    assertThat(call.getEndedAt()).isEqualTo(Pipeline.START.plusMillis(100));
  }

  @Test
  void anAnswerThatTellsOfAnErrorIsOne() {
    pipeline.send(chat(1, 0, "s", user(), asking("A1")));
    pipeline.send(
        chat(2, 100, "s", user() + "," + asking("A1") + "," + answer("Error: gone"), done()));
    pipeline.pass(Duration.ofSeconds(90));
    assertThat(toolCalls().get(0).getStatus()).isEqualTo(Status.error);
    assertThat(toolCalls()).isEmpty();
  }

  @Test
  void sessionAndArgumentsMustAgree() {
    pipeline.send(chat(1, 0, "s", user(), asking("A1")));
    pipeline.send(
        chat(2, 100, "other", user() + "," + asking("A1") + "," + answer("three"), done()));
    pipeline.send(chat(3, 200, "s", user() + "," + asking("B2") + "," + answer("two"), done()));
    pipeline.pass(Duration.ofSeconds(90));
    List<DecisionRecord> calls = toolCalls();
    assertThat(calls).hasSize(1);
    assertThat(calls.get(0).getToolResult()).isNull();
    assertThat(calls.get(0).getStatus()).isEqualTo(Status.unset);
  }

  @Test
  void callsThatRepeatAreToldApartByTheirTime() {
    String first = user() + "," + asking("A1") + "," + answer("three");
    pipeline.send(chat(4, 300, "s", first + "," + asking("A1") + "," + answer("two"), done()));
    pipeline.send(chat(1, 0, "s", user(), asking("A1")));
    // Asks for the same once more.
    pipeline.send(chat(2, 100, "s", first, asking("A1")));
    pipeline.pass(Duration.ofSeconds(90));
    assertThat(toolCalls())
        .extracting(DecisionRecord::getTraceId, DecisionRecord::getToolResult)
        .containsExactlyInAnyOrder(
            org.assertj.core.api.Assertions.tuple(String.format("%032x", 1), "three"),
            org.assertj.core.api.Assertions.tuple(String.format("%032x", 2), "two"));
  }
}
