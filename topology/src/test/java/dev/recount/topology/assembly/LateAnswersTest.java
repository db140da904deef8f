package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionRecord;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A call that one trace asks for and another answers, both of which live on for long. */
class LateAnswersTest extends AssemblerTestBase {
  private static final String CALL =
      "{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"call-x\","
          + "\"name\":\"inventory\",\"arguments\":{\"n\":1}}]}";

  private void session(String trace) {
    span(
        trace,
        1,
        0,
        1_000,
        false,
        "gen_ai.operation.name",
        "invoke_agent",
        "gen_ai.conversation.id",
        "s-1");
  }

  private void chat(String trace, int id, int length, String attribute, String messages) {
    span(
        trace,
        id,
        1,
        length,
        false,
        "gen_ai.operation.name",
        "chat",
        "gen_ai.request.model",
        "m",
        attribute,
        messages);
  }

  private void ask() {
    session(T1);
    chat(T1, 20, 10, "gen_ai.output.messages", "[" + CALL + "]");
  }

  private void answer(String text, int length) {
    session(T2);
    chat(
        T2,
        500,
        length,
        "gen_ai.input.messages",
        "["
            + CALL
            + ",{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"call-x\","
            + "\"response\":\""
            + text
            + "\"}]}]");
  }

  private void live(String... traces) {
    for (int i = 0; i < 6; i++) {
      harness.pass(RETENTION / 2);
      for (String trace : traces) {
        span(trace, 900 + i, 1, false);
      }
    }
    harness.pass(30_000);
  }

  private List<String> results() {
    return harness.rows.values().stream()
        .filter(DecisionRecord.class::isInstance)
        .map(DecisionRecord.class::cast)
        .filter(row -> row.getTraceId().equals(T1) && "call-x".equals(row.getToolCallId()))
        .map(row -> Objects.requireNonNullElse(row.getToolResult(), "none"))
        .toList();
  }

  @Test
  void anAnswerIsFoundByATraceThatLivesLongerThanWhatIsKnownOfACall() {
    ask();
    live(T1);
    answer("three", 10);
    harness.pass(60_000);
    assertThat(results()).containsExactly("three");
  }

  @Test
  void anAnswerThatIsEditedAfterThatHolds() {
    ask();
    for (int edit = 1; edit <= 3; edit++) {
      answer("edit " + edit, 10 + edit);
      harness.pass(30_000);
    }
    live(T1, T2);
    answer("edit 4", 50);
    chat(T1, 20, 12, "gen_ai.output.messages", "[" + CALL + "]");
    harness.pass(60_000);
    assertThat(results()).containsExactly("edit 4");
  }
}
