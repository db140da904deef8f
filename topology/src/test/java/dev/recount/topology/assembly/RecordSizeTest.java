package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.schemas.Topics;
import org.junit.jupiter.api.Test;

/** A record that its topic refuses would stop the whole topology: none may be as large. */
class RecordSizeTest extends AssemblerTestBase {
  private static final int TRACES = 40;

  private void chat(int trace, String... messages) {
    span(
        TelemetryPlan.traceId(trace),
        100 * trace,
        0,
        false,
        "gen_ai.operation.name",
        "chat",
        "session.id",
        "s",
        "gen_ai.input.messages",
        "[" + String.join(",", messages) + "]",
        "gen_ai.output.messages",
        "[{\"role\":\"assistant\",\"content\":\"Three.\"}]");
  }

  private static String asking() {
    return "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call-1\","
        + "\"function\":{\"name\":\"stock\",\"arguments\":\"{}\"}}]}";
  }

  private static String answer(String result) {
    return "{\"role\":\"tool\",\"tool_call_id\":\"call-1\",\"content\":\"" + result + "\"}";
  }

  @Test
  void aCallWhoseLargeAnswerManyTracesShowIsRemembered() {
    harness = with("state.retention.ms", "86400000", "evaluators", "none");
    String large = "x".repeat(1 << 20);
    for (int trace = 1; trace <= TRACES; trace++) {
      chat(trace, asking(), answer(large));
      harness.pass(90_000);
    }
    assertThat(harness.largest(Stores.LINKS)).isBetween(1L << 20, Topics.RECORD_MAXIMUM_BYTES / 2L);
  }

  /** JSON escapes each of its characters by six. */
  @Test
  void aBodyThatIsLargerThanARecordIsLeftOut() {
    harness = with("evaluators", "none");
    model(1, "\0".repeat(3_000_000));
    model(2, "A short one.");
    harness.pass(90_000);
    assertThat(harness.largestRecord).isBetween(3_000_000, RowSize.LARGEST_ROW);
    assertThat(trace(T1).getSpanCount()).isEqualTo(1);
    assertThat(trace(T2).getSpanCount()).isEqualTo(1);
  }

  private void model(int trace, String content) {
    span(
        TelemetryPlan.traceId(trace),
        trace,
        0,
        false,
        "openinference.span.kind",
        "LLM",
        "llm.input_messages.0.message.role",
        "user",
        "llm.input_messages.0.message.content",
        content);
  }
}
