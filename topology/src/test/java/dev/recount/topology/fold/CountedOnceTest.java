package dev.recount.topology.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.avro.TraceRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tokens, cost and tool calls that several spans tell of. */
class CountedOnceTest {
  private static Span chat(int id, int parent, long start, Object... more) {
    List<Object> attributes =
        new ArrayList<>(
            List.of(
                "gen_ai.operation.name",
                "chat",
                "gen_ai.request.model",
                "gpt-4o",
                "gen_ai.usage.input_tokens",
                1000L,
                "gen_ai.usage.output_tokens",
                100L));
    Collections.addAll(attributes, more);
    return Plain.span(id, parent, "chat gpt-4o", start, start + 8, attributes.toArray());
  }

  private static Span agent(int id, int parent, long start, long end, Object... attributes) {
    List<Object> all =
        new ArrayList<>(
            List.of("gen_ai.operation.name", "invoke_agent", "gen_ai.agent.name", "agent-" + id));
    Collections.addAll(all, attributes);
    return Plain.span(id, parent, "invoke_agent", start, end, all.toArray());
  }

  private static TraceRecord trace(List<Span> spans) {
    TraceRecord row = Plain.fold(spans).trace();
    List<Span> shuffled = new ArrayList<>(spans);
    Collections.shuffle(shuffled, new Random(7));
    assertThat(Plain.fold(shuffled).trace()).isEqualTo(row);
    return row;
  }

  private static DecisionEvent said(String id) {
    DecisionEvent event = new DecisionEvent();
    event.setDecisionId(id);
    event.setTraceId(Plain.TRACE);
    event.setSpanId(String.format("%016x", 2));
    event.setOccurredAt(Instant.ofEpochMilli(Plain.nano(12) / 1_000_000));
    event.setKind(DecisionKind.MODEL_CALL);
    event.setConsidered(List.of());
    event.setConstraints(List.of());
    event.setAttributes(Map.of());
    return event;
  }

  @Test
  void aModelCallOfWhichTwoDecisionsTellHasOneWindow() {
    String shown = "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"hello\"}]}]";
    List<Span> spans = List.of(agent(1, 0, 0, 100), chat(2, 1, 10, "gen_ai.input.messages", shown));
    TraceRows rows = Plain.fold(spans, List.of(said("dec-1"), said("dec-2")));
    assertThat(rows.decisions())
        .extracting(DecisionRecord::getDecisionId)
        .contains("dec-1", "dec-2");
    assertThat(rows.snapshots()).hasSize(1);
    assertThat(rows.trace().getSnapshotCount()).isEqualTo(1);
    SnapshotRecord window = rows.snapshots().iterator().next();
    assertThat(window.getBaseSnapshotId()).isNull();
    assertThat(window.getSegments()).hasSize(1);
  }

  @Test
  void aModelCallThatIsCalledAPlanStillTakesTokens() {
    TraceRecord row =
        trace(
            List.of(
                agent(1, 0, 0, 100),
                chat(2, 1, 10, "recount.decision.kind", "PLAN"),
                chat(3, 1, 20)));
    assertThat(row.getInputTokens()).isEqualTo(2000);
    assertThat(row.getOutputTokens()).isEqualTo(200);
    TraceRecord plain = trace(List.of(agent(1, 0, 0, 100), chat(2, 1, 10), chat(3, 1, 20)));
    assertThat(row.getCostNanoUsd()).isEqualTo(plain.getCostNanoUsd());
  }

  @Test
  void aWrapperAroundAModelCallThatIsCalledAPlanIsAWrapperStill() {
    TraceRecord row =
        trace(
            List.of(
                agent(1, 0, 0, 100),
                chat(2, 1, 10),
                Plain.span(
                    4,
                    2,
                    "chat",
                    11,
                    12,
                    "gen_ai.operation.name",
                    "chat",
                    "gen_ai.request.model",
                    "gpt-4o",
                    "gen_ai.usage.input_tokens",
                    1000L,
                    "gen_ai.usage.output_tokens",
                    100L,
                    "recount.decision.kind",
                    "PLAN"),
                chat(3, 1, 20)));
    assertThat(row.getInputTokens()).isEqualTo(2000);
  }

  @Test
  void toolCallsThatAPlanAskedForFollowFromIt() {
    TraceRows rows =
        Plain.fold(
            List.of(
                agent(1, 0, 0, 100),
                chat(
                    2,
                    1,
                    10,
                    "recount.decision.kind",
                    "PLAN",
                    "gen_ai.output.messages",
                    "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Look.\"},"
                        + "{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"look\","
                        + "\"arguments\":{\"a\":1}}]}]"),
                Plain.span(
                    3,
                    1,
                    "execute_tool look",
                    20,
                    30,
                    "gen_ai.operation.name",
                    "execute_tool",
                    "gen_ai.tool.name",
                    "look",
                    "gen_ai.tool.call.id",
                    "c1",
                    "gen_ai.tool.call.arguments",
                    "{\"a\":1}")));
    assertThat(rows.decisions())
        .filteredOn(row -> row.getKind() == DecisionKind.TOOL_CALL)
        .singleElement()
        .satisfies(row -> assertThat(row.getRationale()).isEqualTo("Look."));
  }

  @Test
  void totalsOfStepsSideBySideAddUp() {
    TraceRecord row =
        trace(
            List.of(
                Plain.span(1, 0, "workflow", 0, 100),
                agent(
                    2,
                    1,
                    1,
                    40,
                    "gen_ai.usage.input_tokens",
                    100L,
                    "gen_ai.usage.output_tokens",
                    10L,
                    "gen_ai.usage.cost",
                    0.5),
                agent(3, 2, 2, 30, "gen_ai.usage.input_tokens", 60L),
                agent(
                    4,
                    1,
                    41,
                    90,
                    "gen_ai.usage.input_tokens",
                    50L,
                    "gen_ai.usage.output_tokens",
                    5L,
                    "gen_ai.usage.cost",
                    0.25)));
    assertThat(row.getInputTokens()).isEqualTo(150);
    assertThat(row.getOutputTokens()).isEqualTo(15);
    assertThat(row.getCostNanoUsd()).isEqualTo(750_000_000L);
  }

  @Test
  void aToolOfAServerIsOneCallByWhateverNameTheFrameworkGivesIt() {
    for (String name : List.of("mcp__github__search", "github_search", "github.search")) {
      TraceRows rows =
          Plain.fold(
              List.of(
                  agent(1, 0, 0, 100),
                  Plain.span(
                      2,
                      1,
                      "execute_tool " + name,
                      10,
                      30,
                      "gen_ai.operation.name",
                      "execute_tool",
                      "gen_ai.tool.name",
                      name,
                      "gen_ai.tool.call.id",
                      "c1",
                      "gen_ai.tool.call.arguments",
                      "{\"q\":\"x\"}"),
                  Plain.span(
                      3,
                      2,
                      "tools/call search",
                      11,
                      29,
                      "mcp.method.name",
                      "tools/call",
                      "gen_ai.operation.name",
                      "execute_tool",
                      "gen_ai.tool.name",
                      "search",
                      "gen_ai.tool.call.arguments",
                      "{\"q\":\"x\"}",
                      "gen_ai.tool.call.result",
                      "found")));
      assertThat(rows.decisions())
          .filteredOn(row -> row.getKind() == DecisionKind.TOOL_CALL)
          .singleElement()
          .satisfies(
              row -> {
                assertThat(row.getToolName()).isEqualTo(name);
                assertThat(row.getToolResult()).isEqualTo("found");
              });
    }
  }

  @Test
  void anAnswerThatTheProviderSearchedForIsAnAnswer() {
    TraceRows rows =
        Plain.fold(
            List.of(
                agent(1, 0, 0, 100),
                chat(
                    2,
                    1,
                    10,
                    "gen_ai.output.messages",
                    "[{\"role\":\"assistant\",\"content\":[{\"type\":\"server_tool_use\","
                        + "\"id\":\"s1\",\"name\":\"web_search\",\"input\":{\"q\":\"x\"}},"
                        + "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"s1\","
                        + "\"content\":[{\"type\":\"web_search_result\",\"url\":\"u\"}]},"
                        + "{\"type\":\"text\",\"text\":\"It is y.\"}]}]")));
    assertThat(rows.decisions())
        .extracting(row -> row.getKind())
        .containsExactlyInAnyOrder(
            DecisionKind.MODEL_CALL, DecisionKind.TOOL_CALL, DecisionKind.RESPONSE);
  }
}
