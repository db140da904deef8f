package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.tool;
import static dev.recount.topology.Spans.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.EvaluationOutcome;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.Phase;
import dev.recount.avro.TraceRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts of evaluators, from the event that calls for one to the rows that it is part of. */
@SuppressWarnings("NullAway.Init")
class VerdictsTest {
  private static final String POLICY = "policy_violation.refund_needs_approval";
  private static final String EVALUATORS =
      """
      evaluators:
        policy_violation:
          policies:
            - name: refund_needs_approval
              tool: refund
              where: {amount: "> 500"}
              requires_before: {tool: approve}
      """;

  @TempDir Path stateDirectory;
  private Pipeline pipeline;

  @BeforeEach
  void start() {
    pipeline =
        new Pipeline(
            stateDirectory,
            TopologySettings.fromMap(
                Map.of("evaluators", EVALUATORS, "state.retention.ms", "60000")));
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private static Span call(int id, String name, String arguments, long start) {
    return with(
            Spans.span(TRACE, id, 1, "execute_tool " + name, start, start + 10),
            "gen_ai.operation.name",
            "execute_tool",
            "gen_ai.tool.name",
            name,
            "gen_ai.tool.call.id",
            "call-" + id,
            "gen_ai.tool.call.arguments",
            arguments,
            "gen_ai.tool.call.result",
            "ok")
        .build();
  }

  /** Evaluation rows that have come since the last look. */
  private List<Evaluation> evaluations(String name) {
    return pipeline.read(pipeline.topics.evaluations(), pipeline.codecs.evaluations()).stream()
        // A row that is withdrawn has no name any more.
        .filter(row -> row.getName().equals(name) || row.getDeleted())
        .toList();
  }

  @Test
  void aViolationIsOutWithinASecondOfItsEvent() {
    pipeline.send(tool(2, 1, "stock", 0, 5).build());
    pipeline.pass(Duration.ofSeconds(2));
    assertThat(pipeline.traceRecords()).isEmpty();
    pipeline.send(call(3, "refund", "{\"amount\":900}", 100));
    pipeline.pass(Duration.ofSeconds(1));
    List<Evaluation> verdicts = evaluations(POLICY);
    assertThat(verdicts).hasSize(2).allMatch(row -> Boolean.FALSE.equals(row.getPassed()));
    assertThat(verdicts).allMatch(row -> row.getPhase() == Phase.provisional);
    assertThat(verdicts).extracting(Evaluation::getEvaluator).contains("policy_violation@1");
    assertThat(verdicts.stream().filter(row -> row.getDecisionId() != null))
        .singleElement()
        .satisfies(row -> assertThat(row.getSpanId()).isEqualTo(Spans.spanId(3)));
  }

  @Test
  void aVerdictThatLateEvidenceRefutesIsWithdrawn() {
    pipeline.send(call(3, "refund", "{\"amount\":900}", 100));
    pipeline.pass(Duration.ofSeconds(1));
    List<Evaluation> before = evaluations(POLICY);
    pipeline.send(call(2, "approve", "{}", 50), agent(1, 0, 500).build());
    pipeline.pass(Duration.ofSeconds(15));
    List<Evaluation> after = evaluations(POLICY);
    Evaluation ofDecision =
        before.stream().filter(row -> row.getDecisionId() != null).findFirst().orElseThrow();
    Evaluation ofTrace =
        before.stream().filter(row -> row.getDecisionId() == null).findFirst().orElseThrow();
    assertThat(after).hasSize(2);
    assertThat(after)
        .filteredOn(Evaluation::getDeleted)
        .extracting(Evaluation::getEvaluationId)
        .containsExactly(ofDecision.getEvaluationId());
    assertThat(after)
        .filteredOn(row -> !row.getDeleted())
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.getEvaluationId()).isEqualTo(ofTrace.getEvaluationId());
              assertThat(row.getPassed()).isTrue();
              assertThat(row.getPhase()).isEqualTo(Phase.settled);
            });
  }

  @Test
  void verdictsArePartOfTheRows() {
    pipeline.send(call(3, "refund", "{\"amount\":900}", 100), agent(1, 0, 500).build());
    pipeline.pass(Duration.ofSeconds(15));
    TraceRecord trace = last(pipeline.traceRecords());
    assertThat(trace.getEvaluationMinScore()).isZero();
    assertThat(trace.getEvaluations())
        .extracting(EvaluationOutcome::getName)
        .containsOnlyOnce(POLICY)
        .contains("repeated_tool_loop", "runaway");
    List<DecisionRecord> decisions =
        Pipeline.latest(pipeline.decisionRecords(), DecisionRecord::getDecisionId);
    assertThat(decisions)
        .filteredOn(row -> "refund".equals(row.getToolName()))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row.getEvaluations())
                    .extracting(EvaluationOutcome::getName, EvaluationOutcome::getPassed)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(POLICY, false)));
  }

  @Test
  void verdictsOutliveTheSpansThatTheyRestOn() {
    pipeline.send(call(3, "refund", "{\"amount\":900}", 100), agent(1, 0, 500).build());
    pipeline.pass(Duration.ofSeconds(120));
    List<EvaluationOutcome> before = last(pipeline.traceRecords()).getEvaluations();
    evaluations(POLICY);
    pipeline.send(
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-1")
            .setTraceId(TRACE)
            .setKind(FeedbackKind.RATING)
            .setScore(0.2)
            .setOccurredAt(Pipeline.START)
            .build());
    pipeline.pass(Duration.ofSeconds(5));
    TraceRecord trace = last(pipeline.traceRecords());
    assertThat(trace.getFeedbackScore()).isEqualTo(0.2);
    assertThat(trace.getEvaluations()).isEqualTo(before).isNotEmpty();
    assertThat(evaluations(POLICY)).noneMatch(Evaluation::getDeleted);
    pipeline.pass(Duration.ofSeconds(120));
    assertThat(evaluations(POLICY)).noneMatch(Evaluation::getDeleted);
  }

  @Test
  void anAgentThatSaysItIsUnsureIsHeardAtOnce() {
    pipeline.send(
        DecisionEvent.newBuilder()
            .setDecisionId("d-1")
            .setTraceId(TRACE)
            .setOccurredAt(Pipeline.START)
            .setKind(DecisionKind.TOOL_CALL)
            .setToolName("refund")
            .setToolArguments("{\"amount\":20}")
            .setConfidence(0.2)
            .build());
    pipeline.pass(Duration.ofSeconds(1));
    assertThat(evaluations("low_confidence"))
        .extracting(Evaluation::getDecisionId, Evaluation::getScore)
        .contains(org.assertj.core.groups.Tuple.tuple("d-1", 0.2));
  }

  @Test
  void manySuspectEventsDoNotFoldTheTraceEachTime() {
    for (int i = 0; i < 200; i++) {
      pipeline.send(call(10 + i, "refund", "{\"amount\":900}", 1000L * i));
      pipeline.pass(Duration.ofSeconds(1));
    }
    assertThat(pipeline.traceRecords().size()).isBetween(2, 30);
  }

  private static <T> T last(List<T> rows) {
    return rows.get(rows.size() - 1);
  }
}
