package dev.recount.topology.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Span;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a trace holds, it is folded in time and memory that go with its size. */
class HostileTraceTest {
  private static final String TEXT = "{\"type\":\"text\",\"content\":\"Let me see that again.\"}";

  private static String call(int number) {
    return "{\"type\":\"tool_call\",\"id\":\"c"
        + number
        + "\",\"name\":\"t\",\"arguments\":{\"n\":"
        + number
        + "}}";
  }

  private static TraceRows answering(String parts, Object... attributes) {
    Span chat =
        Plain.span(
            1,
            0,
            "chat",
            0,
            10,
            "gen_ai.operation.name",
            "chat",
            "gen_ai.output.messages",
            "[{\"role\":\"assistant\",\"parts\":[" + parts + "]}]");
    for (int i = 0; i < attributes.length; i += 2) {
      chat.getAttributes().put((String) attributes[i], attributes[i + 1]);
    }
    return Plain.fold(List.of(chat));
  }

  @Test
  @Timeout(30)
  void manyCallsInOneAnswerDoNotMultiplyWhatWasSaid() {
    String before =
        IntStream.range(0, 20_000)
            .mapToObj(i -> TEXT + "," + call(i))
            .collect(Collectors.joining(","));
    List<DecisionRecord> rows = answering(before).decisions();
    assertThat(rows).hasSize(20_001);
    assertThat(rows.get(20_000).getRationale()).isEqualTo("Let me see that again.");
    String after =
        IntStream.range(0, 20_000).mapToObj(HostileTraceTest::call).collect(Collectors.joining(","))
            + ","
            + TEXT.replace("again", "again, ".repeat(10_000));
    rows = answering(after).decisions();
    assertThat(rows).hasSize(20_001);
    assertThat(rows.get(1).getRationale()).isSameAs(rows.get(20_000).getRationale());
  }

  @Test
  @Timeout(30)
  void manyCallsAndManyToolsDoNotMultiply() {
    String tools =
        IntStream.range(0, 5_000)
            .mapToObj(i -> "{\"name\":\"tool" + i + "\"}")
            .collect(Collectors.joining(",", "[", "]"));
    String calls =
        IntStream.range(0, 5_000).mapToObj(HostileTraceTest::call).collect(Collectors.joining(","));
    List<DecisionRecord> rows = answering(calls, "gen_ai.tool.definitions", tools).decisions();
    assertThat(rows).hasSize(5_001);
    assertThat(rows.get(5_000).getConsidered()).isSameAs(rows.get(1).getConsidered());
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE})
  void noTimeIsTooEarlyOrTooLate(long time) {
    for (long other : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
      Span chat =
          Plain.span(
              2,
              1,
              "chat",
              0,
              10,
              "gen_ai.operation.name",
              "chat",
              "gen_ai.input.messages",
              "[{\"role\":\"user\",\"content\":\"Hi\"}]",
              "gen_ai.output.messages",
              "[{\"role\":\"assistant\",\"parts\":[" + call(1) + "]}]");
      chat.setStartTimeUnixNano(time);
      chat.setEndTimeUnixNano(other);
      Span tool =
          Plain.span(
              3, 1, "t", 0, 1, "gen_ai.operation.name", "execute_tool", "gen_ai.tool.name", "t");
      tool.setStartTimeUnixNano(other);
      tool.setEndTimeUnixNano(time);
      TraceRows rows = Plain.fold(List.of(Plain.span(1, 0, "run", 0, 100), chat, tool));
      assertThat(rows.trace().getSpanCount()).isEqualTo(3);
      assertThat(rows.decisions().stream().map(DecisionRecord::getKind))
          .contains(DecisionKind.MODEL_CALL, DecisionKind.TOOL_CALL);
    }
  }

  @Test
  @Timeout(30)
  void manyAttributesAreRead() {
    Map<String, Object> attributes = new TreeMap<>();
    for (int i = 0; i < 100_000; i++) {
      attributes.put("llm.input_messages." + i + ".message.role", "user");
      attributes.put("llm.input_messages." + i + ".message.content", "said " + i);
    }
    attributes.put("openinference.span.kind", "LLM");
    attributes.put("llm.token_count.prompt", "99999999999999999999999");
    attributes.put("llm.token_count.completion", 1e300);
    Span chat = Plain.span(1, 0, "chat", 0, 10);
    chat.setAttributes(attributes);
    TraceRows rows = Plain.fold(List.of(chat));
    assertThat(rows.snapshots().iterator().next().getSegments()).hasSize(100_000);
    assertThat(rows.decisions().get(0).getInputTokens()).isNull();
    assertThat(rows.decisions().get(0).getOutputTokens()).isNull();
  }
}
