package dev.recount.topology.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Span;
import dev.recount.avro.StatusCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a trace went wrong is told by what the agent did, not by what its clocks say. */
class SuspectsTest {
  private static final long HOUR = 3_600_000;
  private static final long YEAR_1970 = -Plain.START / 1_000_000;
  private static final long YEAR_2100 = 4_102_444_800_000L + YEAR_1970;

  /** Five tools one after the other, of which the third fails. */
  private static List<Span> tools() {
    List<Span> spans = new ArrayList<>();
    spans.add(Plain.span(1, 0, "run", 0, 100, "gen_ai.operation.name", "invoke_agent"));
    for (int id = 2; id <= 6; id++) {
      spans.add(tool(id, 10L * id, 10L * id + 5));
    }
    spans.get(3).setStatusCode(StatusCode.ERROR);
    return spans;
  }

  private static Span tool(int id, long start, long end) {
    return Plain.span(
        id,
        1,
        "tool",
        start,
        end,
        "gen_ai.operation.name",
        "execute_tool",
        "gen_ai.tool.name",
        "tool-" + id);
  }

  private static DecisionRecord decision(TraceRows rows, int span) {
    for (DecisionRecord row : rows.decisions()) {
      if (Objects.equals(row.getSpanId(), String.format("%016x", span))) {
        return row;
      }
    }
    throw new AssertionError("No decision of span " + span);
  }

  @ParameterizedTest
  @ValueSource(longs = {YEAR_1970, YEAR_1970 + 1, -HOUR, HOUR, YEAR_2100})
  void aStepWithAWrongClockIsAccusedByNobody(long start) {
    List<Span> spans = tools();
    spans.set(4, tool(5, start, start + 5));
    TraceRows rows = Plain.fold(spans);
    assertThat(parentOf(rows, 3)).isEqualTo(decision(rows, 2).getDecisionId());
    assertThat(parentOf(rows, 4)).isEqualTo(decision(rows, 3).getDecisionId());
    assertThat(parentOf(rows, 6)).isEqualTo(decision(rows, 4).getDecisionId());
    assertThat(decision(rows, 4).getSuspectDecisionId()).isNull();
    assertThat(rows.trace().getSuspectDecisionId()).isEqualTo(decision(rows, 4).getDecisionId());
  }

  private static @Nullable String parentOf(TraceRows rows, int span) {
    return decision(rows, span).getParentId();
  }

  @Test
  void aClockThatIsAMillisecondBehindAccusesNobodyAndIsFollowedStill() {
    List<Span> spans = tools();
    spans.set(1, tool(2, -1, 4));
    TraceRows rows = Plain.fold(spans);
    assertThat(decision(rows, 2).getFlags()).containsExactly("clock_skew");
    assertThat(parentOf(rows, 3)).isEqualTo(decision(rows, 2).getDecisionId());
    assertThat(rows.trace().getSuspectDecisionId()).isEqualTo(decision(rows, 4).getDecisionId());
  }

  /**
   * The clock of the run and that of its tools, in milliseconds; the second tool is unsure, the
   * fourth fails.
   */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "3600000, 0",
    "0, -3600000",
    "0, 3600000",
    YEAR_2100 + ", 0",
    YEAR_1970 + ", 0",
    YEAR_1970 + "," + YEAR_1970
  })
  void clocksThatDisagreeAsAWholeChangeNeitherOrderNorSuspects(long run, long tools) {
    List<Span> spans = new ArrayList<>();
    spans.add(Plain.span(1, 0, "run", run, run + 100, "gen_ai.operation.name", "invoke_agent"));
    for (int id = 2; id <= 6; id++) {
      spans.add(tool(id, tools + 10L * id, tools + 10L * id + 5));
    }
    spans.get(2).getAttributes().put("recount.decision.confidence", 0.1);
    spans.get(4).setStatusCode(StatusCode.ERROR);
    TraceRows rows = Plain.fold(spans);
    for (int id = 2; id <= 6; id++) {
      assertThat(decision(rows, id).getStep()).isEqualTo(id - 1);
    }
    assertThat(parentOf(rows, 6)).isEqualTo(decision(rows, 5).getDecisionId());
    assertThat(decision(rows, 5).getSuspectDecisionId())
        .isEqualTo(decision(rows, 3).getDecisionId());
    assertThat(rows.trace().getSuspectDecisionId()).isEqualTo(decision(rows, 3).getDecisionId());
  }

  @Test
  void theStepsOfAnAgentWhoseClockIsBehindItsCallersAreInOrder() {
    List<Span> spans = new ArrayList<>();
    spans.add(Plain.span(1, 0, "POST /chat", 0, 500, "http.request.method", "POST"));
    spans.add(Plain.span(10, 1, "run", -199, 200, "gen_ai.operation.name", "invoke_agent"));
    for (int id = 2; id <= 6; id++) {
      Span tool = tool(id, 10L * id - 200, 10L * id - 195);
      tool.setParentSpanId(String.format("%016x", 10));
      spans.add(tool);
    }
    TraceRows rows = Plain.fold(spans);
    for (int id = 2; id <= 6; id++) {
      assertThat(decision(rows, id).getStep()).isEqualTo(id - 1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"tool_call\",\"id\":\"c\",\"name\":\"other\",\"arguments\":{}}",
        "{\"type\":\"reasoning\",\"content\":\"hm\"}",
        "{\"type\":\"text\",\"content\":\"done\"}"
      })
  void whatAModelCallWithAWrongClockCameToIsFollowedByNobodyEither(String part) {
    List<Span> spans = tools();
    spans.add(
        Plain.span(
            7,
            1,
            "chat",
            -HOUR,
            -HOUR + 5,
            "gen_ai.operation.name",
            "chat",
            "gen_ai.request.model",
            "m",
            "recount.decision.confidence",
            0.1,
            "gen_ai.output.messages",
            "[{\"role\":\"assistant\",\"parts\":[" + part + "]}]"));
    TraceRows rows = Plain.fold(spans);
    assertThat(parentOf(rows, 2)).isNull();
    assertThat(decision(rows, 4).getSuspectDecisionId()).isNull();
  }

  @Test
  void theCallOfAModelWhoseClockIsAtTheEndOfTimeIsNotTheFirstStep() {
    List<Span> spans = tools();
    Span chat =
        Plain.span(
            7,
            1,
            "chat",
            0,
            0,
            "gen_ai.operation.name",
            "chat",
            "gen_ai.output.messages",
            "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"c\","
                + "\"name\":\"tool-6\",\"arguments\":{}}]}]");
    chat.setStartTimeUnixNano(Long.MAX_VALUE);
    chat.setEndTimeUnixNano(Long.MAX_VALUE);
    spans.add(chat);
    spans.get(5).getAttributes().put("gen_ai.tool.call.id", "c");
    TraceRows rows = Plain.fold(spans);
    assertThat(decision(rows, 7).getStep()).isEqualTo(5);
    assertThat(decision(rows, 6).getStep()).isEqualTo(6);
    assertThat(parentOf(rows, 6)).isEqualTo(decision(rows, 7).getDecisionId());
  }
}
