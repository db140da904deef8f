package dev.recount.topology.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Alternative;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Span;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Plans, thoughts, branches and judgements, from the spans of frameworks alone. */
class StepsTest {
  private static List<DecisionRecord> step(String name, Object... attributes) {
    Span root = Plain.span(1, 0, "run", 0, 100);
    return Plain.fold(List.of(root, Plain.span(2, 1, name, 1, 9, attributes))).decisions();
  }

  static Stream<Arguments> steps() {
    String said =
        "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"First look.\"}]}]";
    return Stream.of(
        Arguments.of(
            DecisionKind.PLAN,
            "First look.",
            null,
            "plan",
            new Object[] {"gen_ai.operation.name", "plan", "gen_ai.output.messages", said}),
        Arguments.of(
            DecisionKind.BRANCH,
            "tools",
            null,
            "RunnableBranch",
            new Object[] {"openinference.span.kind", "CHAIN", "output.value", "tools"}),
        Arguments.of(
            DecisionKind.BRANCH,
            null,
            null,
            "haystack.component.run",
            new Object[] {"haystack.component.type", "ConditionalRouter"}),
        Arguments.of(
            DecisionKind.BRANCH,
            null,
            null,
            "workflow conditional",
            new Object[] {
              "mastra.span.type",
              "workflow_conditional",
              "gen_ai.operation.name",
              "workflow_conditional"
            }),
        Arguments.of(
            DecisionKind.REASONING,
            null,
            "It may be late.",
            "thinking",
            new Object[] {"traceloop.span.kind", "thinking", "output.value", "It may be late."}),
        Arguments.of(
            DecisionKind.SELF_EVALUATION,
            "passed",
            null,
            "guardrail",
            new Object[] {"openinference.span.kind", "GUARDRAIL", "output.value", "passed"}),
        Arguments.of(
            DecisionKind.SELF_EVALUATION,
            null,
            null,
            "guardrail_check",
            new Object[] {"gen_ai.operation.name", "guardrail_check"}));
  }

  @ParameterizedTest
  @MethodSource("steps")
  void aStepIsADecisionAndSaysWhatWasDecided(
      DecisionKind kind,
      @Nullable String chosen,
      @Nullable String rationale,
      String name,
      Object[] attributes) {
    List<DecisionRecord> rows = step(name, attributes);
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).getKind()).isEqualTo(kind);
    assertThat(rows.get(0).getChosen()).isEqualTo(chosen);
    assertThat(rows.get(0).getRationale()).isEqualTo(rationale);
  }

  @Test
  void whatTheSenderSaysOfAStepHolds() {
    List<DecisionRecord> rows =
        step(
            "plan",
            "gen_ai.operation.name",
            "plan",
            "recount.decision.chosen",
            "look",
            "output.value",
            "something else");
    assertThat(rows.get(0).getChosen()).isEqualTo("look");
  }

  @Test
  void aModelThatOnlyThinksIsFollowedByAStepOfReasoning() {
    Span root =
        Plain.span(
            1, 0, "run", 0, 100, "gen_ai.operation.name", "invoke_agent", "gen_ai.agent.name", "a");
    Span thinks =
        Plain.span(
            2,
            1,
            "chat",
            1,
            9,
            "gen_ai.operation.name",
            "chat",
            "gen_ai.output.messages",
            "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"reasoning\",\"content\":\"Hm.\"}]}]");
    Span answers =
        Plain.span(
            3,
            1,
            "chat",
            10,
            20,
            "gen_ai.operation.name",
            "chat",
            "gen_ai.output.messages",
            "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"reasoning\",\"content\":\"Ah.\"},"
                + "{\"type\":\"text\",\"content\":\"Three.\"}]}]");
    List<DecisionRecord> rows = Plain.fold(List.of(answers, root, thinks)).decisions();
    assertThat(rows.stream().map(DecisionRecord::getKind))
        .containsExactly(
            DecisionKind.MODEL_CALL,
            DecisionKind.REASONING,
            DecisionKind.MODEL_CALL,
            DecisionKind.RESPONSE);
    assertThat(rows.get(1).getRationale()).isEqualTo("Hm.");
    assertThat(rows.get(1).getParentId()).isEqualTo(rows.get(0).getDecisionId());
    assertThat(rows.get(3).getRationale()).isEqualTo("Ah.");
  }

  static Stream<Arguments> retrievals() {
    String documents =
        "[{\"id\":\"d1\",\"score\":0.9,\"content\":\"a\"},{\"id\":\"d2\",\"content\":\"b\"}]";
    String langChain =
        "{\"documents\":[{\"id\":\"d1\",\"score\":0.9,\"page_content\":\"a\"},"
            + "{\"id\":\"d2\",\"page_content\":\"b\"}]}";
    return Stream.of(
        Arguments.of(
            "OpenTelemetry",
            new Object[] {
              "gen_ai.operation.name", "retrieval", "gen_ai.retrieval.documents", documents
            }),
        Arguments.of(
            "OpenInference",
            new Object[] {
              "openinference.span.kind",
              "RETRIEVER",
              "retrieval.documents.0.document.id",
              "d1",
              "retrieval.documents.0.document.score",
              0.9,
              "retrieval.documents.1.document.id",
              "d2"
            }),
        Arguments.of(
            "Langfuse",
            new Object[] {
              "langfuse.observation.type", "retriever", "langfuse.observation.output", documents
            }),
        Arguments.of(
            "LangSmith",
            new Object[] {"langsmith.span.kind", "retriever", "gen_ai.completion", langChain}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("retrievals")
  void aRetrievalSaysWhatItBroughtAndHowWellItFits(String convention, Object[] attributes) {
    DecisionRecord row = step("retrieve", attributes).get(0);
    assertThat(row.getKind()).isEqualTo(DecisionKind.MEMORY);
    assertThat(row.getMemoryChunkIds()).containsExactly("d1", "d2");
    assertThat(row.getConsidered().stream().map(Alternative::getName)).containsExactly("d1", "d2");
    assertThat(row.getConsidered().get(0).getScore()).isEqualTo(0.9);
    assertThat(row.getConsidered().get(1).getScore()).isNull();
  }
}
