package dev.recount.topology.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Span;
import dev.recount.avro.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One agent hands over to another: told in many ways, it is one decision. */
class HandoffsTest {
  private static final String ASKS =
      "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Refunds know.\"},"
          + "{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"%s\",\"arguments\":%s}]}]";
  private static final String TOLD =
      "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Money back!\"}]},"
          + "{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"c1\","
          + "\"name\":\"%s\",\"arguments\":%s}]},{\"role\":\"tool\",\"parts\":[{\"type\":"
          + "\"tool_call_response\",\"id\":\"c1\",\"response\":%s}]}]";

  /** A triage agent whose model asks for a tool, and the agent that goes on after it. */
  private static List<Span> run(
      String tool, String arguments, String result, @Nullable Span between, String second) {
    List<Span> spans = new ArrayList<>();
    spans.add(Plain.span(1, 0, "workflow", 0, 100));
    spans.add(
        Plain.span(
            2,
            1,
            "Triage",
            1,
            40,
            "gen_ai.operation.name",
            "invoke_agent",
            "gen_ai.agent.name",
            "Triage"));
    spans.add(
        Plain.span(
            3,
            2,
            "chat",
            2,
            10,
            "gen_ai.operation.name",
            "chat",
            "gen_ai.output.messages",
            ASKS.formatted(tool, arguments)));
    if (between != null) {
      spans.add(between);
    }
    spans.add(
        Plain.span(
            5,
            1,
            second,
            41,
            90,
            "gen_ai.operation.name",
            "invoke_agent",
            "gen_ai.agent.name",
            second));
    spans.add(
        Plain.span(
            6,
            5,
            "chat",
            42,
            80,
            "gen_ai.operation.name",
            "chat",
            "gen_ai.input.messages",
            TOLD.formatted(tool, arguments, result),
            "gen_ai.output.messages",
            "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Done.\"}]}]"));
    return spans;
  }

  static Stream<Arguments> tellings() {
    String tool = "transfer_to_refund_agent";
    String result = "\"{\\\"assistant\\\":\\\"Refund Agent\\\"}\"";
    return Stream.of(
        Arguments.of("messages alone", run(tool, "{}", result, null, "Refund Agent")),
        Arguments.of("the answer names the agent", run(tool, "{}", result, null, "Triage")),
        Arguments.of("the agent is at work", run(tool, "{}", "\"ok\"", null, "Refund Agent")),
        Arguments.of(
            "OpenInference on OpenAI Agents",
            run(
                tool,
                "{}",
                result,
                Plain.span(
                    4,
                    2,
                    "handoff to Refund Agent",
                    11,
                    12,
                    "openinference.span.kind",
                    "TOOL",
                    "input.value",
                    "Triage",
                    "output.value",
                    "Refund Agent"),
                "Refund Agent")),
        Arguments.of(
            "Traceloop on OpenAI Agents",
            run(
                tool,
                "{}",
                result,
                Plain.span(
                    4,
                    2,
                    "Triage → Refund Agent.handoff",
                    11,
                    12,
                    "traceloop.span.kind",
                    "handoff",
                    "gen_ai.operation.name",
                    "handoff",
                    "gen_ai.handoff.from_agent",
                    "Triage",
                    "gen_ai.handoff.to_agent",
                    "Refund Agent"),
                "Refund Agent")),
        Arguments.of(
            "OpenTelemetry on OpenAI Agents",
            run(
                tool,
                "{}",
                result,
                Plain.span(
                    4,
                    2,
                    "agent_handoff",
                    11,
                    12,
                    "gen_ai.operation.name",
                    "agent_handoff",
                    "gen_ai.handoff.to_agent",
                    "Refund Agent"),
                "Refund Agent")),
        Arguments.of(
            "Sentry on OpenAI Agents",
            run(
                tool,
                "{}",
                result,
                Plain.span(
                    4,
                    2,
                    "handoff from Triage to Refund Agent",
                    11,
                    12,
                    "gen_ai.operation.name",
                    "handoff"),
                "Refund Agent")),
        Arguments.of(
            "LangGraph",
            run(
                tool,
                "{}",
                "\"Successfully transferred to Refund Agent\"",
                Plain.span(
                    4,
                    2,
                    tool,
                    11,
                    12,
                    "openinference.span.kind",
                    "TOOL",
                    "tool.name",
                    tool,
                    "input.value",
                    "{}",
                    "output.value",
                    "Successfully transferred to Refund Agent"),
                "Triage")),
        Arguments.of(
            "one tool for all agents",
            run("transfer_to_agent", "{\"agent_name\":\"Refund Agent\"}", "null", null, "Triage")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tellings")
  void aHandoffIsOneDecisionHoweverItIsTold(String how, List<Span> spans) {
    List<DecisionRecord> rows = Plain.fold(spans).decisions();
    assertThat(rows.stream().map(DecisionRecord::getKind))
        .containsExactly(
            DecisionKind.MODEL_CALL,
            DecisionKind.HANDOFF,
            DecisionKind.MODEL_CALL,
            DecisionKind.RESPONSE);
    DecisionRecord handoff = rows.get(1);
    assertThat(handoff.getChosen()).isEqualTo("Refund Agent");
    assertThat(handoff.getRationale()).isEqualTo("Refunds know.");
    assertThat(handoff.getToolCallId()).isEqualTo("c1");
    assertThat(handoff.getToolName()).startsWith("transfer_to_");
    assertThat(handoff.getParentId()).isEqualTo(rows.get(0).getDecisionId());
    assertThat(handoff.getStatus()).isEqualTo(Status.ok);
    assertThat(handoff.getVersions().getAgentName()).isEqualTo("Triage");
    assertThat(Plain.fold(spans).trace().getTools()).containsExactly(handoff.getToolName());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tellings")
  void theOrderOfArrivalDoesNotMatter(String how, List<Span> spans) {
    List<DecisionRecord> rows = Plain.fold(spans).decisions();
    List<Span> shuffled = new ArrayList<>(spans);
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(shuffled, new Random(seed));
      assertThat(Plain.fold(shuffled).decisions()).isEqualTo(rows);
    }
  }

  @Test
  void aHandoffThatNoMessageTellsOfIsOneToo() {
    Span span =
        Plain.span(2, 1, "handoff to Refund Agent", 11, 12, "openinference.span.kind", "TOOL");
    List<DecisionRecord> rows =
        Plain.fold(List.of(Plain.span(1, 0, "workflow", 0, 100), span)).decisions();
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).getKind()).isEqualTo(DecisionKind.HANDOFF);
    assertThat(rows.get(0).getChosen()).isEqualTo("Refund Agent");
  }

  @Test
  void aToolThatIsOnlyNamedLikeAHandoffIsATool() {
    for (String tool : List.of("transfer_to_savings", "transfer_to_human_agents")) {
      List<DecisionRecord> rows =
          Plain.fold(run(tool, "{}", "\"Transfer successful\"", null, "Triage")).decisions();
      assertThat(rows.get(1).getKind()).as(tool).isEqualTo(DecisionKind.TOOL_CALL);
      assertThat(rows.get(1).getChosen()).isEqualTo(tool);
    }
  }

  @Test
  void whatTheSenderSaysOfTheKindHolds() {
    Span stated =
        Plain.span(
            4,
            2,
            "execute_tool transfer_to_refund_agent",
            11,
            12,
            "gen_ai.operation.name",
            "execute_tool",
            "gen_ai.tool.name",
            "transfer_to_refund_agent",
            "gen_ai.tool.call.id",
            "c1",
            "recount.decision.kind",
            "TOOL_CALL");
    assertThat(
            Plain.fold(run("transfer_to_refund_agent", "{}", "\"ok\"", stated, "Refund Agent"))
                .decisions()
                .get(1)
                .getKind())
        .isEqualTo(DecisionKind.TOOL_CALL);
  }

  @Test
  void anExplicitHandoffIsTheSameDecision() {
    DecisionEvent event = new DecisionEvent();
    event.setDecisionId("mine");
    event.setTraceId(Plain.TRACE);
    event.setOccurredAt(Instant.ofEpochSecond(0, Plain.nano(10)));
    event.setKind(DecisionKind.HANDOFF);
    event.setToolCallId("c1");
    event.setConfidence(0.75);
    event.setConsidered(List.of());
    event.setConstraints(List.of());
    event.setAttributes(Map.of());
    List<DecisionRecord> rows =
        Plain.fold(
                run("transfer_to_refund_agent", "{}", "\"ok\"", null, "Refund Agent"),
                List.of(event))
            .decisions();
    assertThat(rows.stream().filter(row -> row.getKind() == DecisionKind.HANDOFF)).hasSize(1);
    assertThat(rows.get(1).getConfidence()).isEqualTo(0.75);
    assertThat(rows.get(1).getChosen()).isEqualTo("Refund Agent");
  }
}
