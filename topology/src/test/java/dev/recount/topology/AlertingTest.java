package dev.recount.topology;

import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static dev.recount.topology.Spans.failed;
import static dev.recount.topology.Spans.span;
import static dev.recount.topology.Spans.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertState;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.TraceRecord;
import dev.recount.schemas.DeadLetters;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From telemetry to alerts. */
@SuppressWarnings("NullAway.Init")
class AlertingTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration WINDOW = Duration.ofMinutes(1);

  /** From the end of a trace until its rows have settled. */
  private static final Duration SETTLING = Duration.ofSeconds(12);

  private static final Duration TICK = SECOND;

  private static final String SCORE_DROP =
      """
      rules:
        - name: score_drop
          on: evaluations
          where: {name: helpful}
          measure: mean of score
          by: [agent_name, agent_version]
          falls_by: 10%
          against: previous_window
          window: 1m
      """;

  private static final String ROLLBACK =
      """
      rules:
        - name: rollback
          severity: critical
          on: traces
          where: {rolled_back: true}
          measure: event
          by: [agent_name, agent_version]
          window: 1m
      """;

  private static final String POLICY =
      """
      evaluators:
        policy_violation:
          policies:
            - name: refund_needs_approval
              tool: refund
              where: {amount: "> 500"}
              requires_before: {tool: approve}
      """;

  private static final String FAILURES =
      """
      rules:
        - name: many_failures
          on: decisions
          where: {kind: MODEL_CALL}
          measure: failure_share
          above: 0.5
          minimum_sample: 5
          significance: 1
          window: 1m
        - name: all_traces_fail
          on: traces
          measure: failure_share
          above: 0.5
          minimum_sample: 5
          significance: 1
          window: 1m
        - name: low_scores
          on: evaluations
          where: {name: helpful}
          measure: mean of score
          below: 0.5
          window: 1m
      """;

  private static final String KEEPS_ONLY_WHAT_FAILED =
      """
      unretained: {trace: false, decisions: false}
      rules:
        - name: errors
          when: {error: true}
          decision: keep
        - name: rest
          decision: drop
      """;

  @TempDir Path stateDirectory;
  private Pipeline pipeline;
  private final List<Alert> alerts = new ArrayList<>();
  private final Random random = new Random(1);
  private int traces;

  @BeforeEach
  void start() {
    pipeline = started(SCORE_DROP);
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private Pipeline started(String rules) {
    return new Pipeline(stateDirectory, TopologySettings.fromMap(Map.of("alerts", rules)));
  }

  private void startAgainWith(String rules) {
    pipeline.close();
    pipeline = started(rules);
  }

  /** A finished trace, judged by an evaluator. */
  private String judgedTrace(double score) {
    String trace = unjudgedTrace();
    send(trace, FeedbackKind.EVALUATION, score);
    return trace;
  }

  private String unjudgedTrace() {
    String trace = String.format("%032x", ++traces);
    pipeline.send(
        chat(2, 1, 100, 900).setTraceId(Pipeline.id(trace)).build(),
        agent(1, 0, 1100).setTraceId(Pipeline.id(trace)).build());
    return trace;
  }

  private void send(String trace, FeedbackKind kind, double score) {
    pipeline.send(
        FeedbackEvent.newBuilder()
            .setFeedbackId(kind + "-" + trace)
            .setKind(kind)
            .setName("helpful")
            .setScore(score)
            .setOccurredAt(pipeline.now())
            .setTraceId(trace)
            .build());
  }

  private void run(Duration duration, double meanScore) {
    for (int second = 0; second < duration.toSeconds(); second++) {
      judgedTrace(meanScore + 0.1 * random.nextGaussian());
      pass(SECOND);
    }
  }

  private void pass(Duration duration) {
    pipeline.pass(duration);
    alerts.addAll(pipeline.read(pipeline.topics.alerts(), pipeline.codecs.alerts()));
  }

  private List<Alert> fired() {
    return alerts.stream().filter(alert -> alert.getRevision() == 1).toList();
  }

  private List<Alert> resolved() {
    return alerts.stream().filter(alert -> alert.getState() == AlertState.resolved).toList();
  }

  @Test
  void aVersionWhoseScoresDropByAFifthFiresOnceAndResolvesAfterTheFix() {
    run(Duration.ofMinutes(3), 0.8);
    assertThat(alerts).isEmpty();
    Instant dropped = pipeline.now();
    run(Duration.ofMinutes(3), 0.64);
    assertThat(fired()).hasSize(1);
    Alert fired = fired().get(0);
    assertThat(fired.getFiredAt())
        .isBetween(dropped, dropped.plus(SETTLING).plus(WINDOW).plus(TICK.multipliedBy(2)));
    assertThat(fired.getRule()).isEqualTo("score_drop");
    assertThat(fired.getLabels()).isEqualTo(Map.of("agent_name", "shop", "agent_version", "2.4.1"));
    assertThat(fired.getExampleTraceIds()).hasSize(5).allMatch(trace -> trace.length() == 32);
    assertThat(resolved()).isEmpty();

    run(Duration.ofMinutes(4), 0.8);
    assertThat(fired()).hasSize(1);
    assertThat(resolved()).extracting(Alert::getAlertId).containsExactly(fired.getAlertId());
  }

  @Test
  void whatFiresResolvesWhenTrafficStops() {
    run(Duration.ofMinutes(3), 0.8);
    run(Duration.ofMinutes(2), 0.5);
    assertThat(fired()).hasSize(1);

    pass(Duration.ofMinutes(5));
    assertThat(resolved())
        .as("ticks move the clock where no record does")
        .extracting(Alert::getAlertId)
        .containsExactly(fired().get(0).getAlertId());
  }

  @Test
  void aRollbackFiresAsSoonAsTheTraceSaysSo() {
    startAgainWith(ROLLBACK);
    String trace = unjudgedTrace();
    pass(Duration.ofSeconds(20));
    assertThat(alerts).isEmpty();
    send(trace, FeedbackKind.ROLLBACK, 0);
    pass(Duration.ofSeconds(4));
    assertThat(fired()).hasSize(1);
    assertThat(fired().get(0).getExampleTraceIds()).containsExactly(trace);
    assertThat(fired().get(0).getSeverity()).isEqualTo("critical");
    pass(Duration.ofMinutes(2));
    assertThat(resolved()).hasSize(1);
  }

  private void startJudgedWith(String rules, String evaluators) {
    pipeline.close();
    pipeline =
        new Pipeline(
            stateDirectory,
            TopologySettings.fromMap(Map.of("alerts", rules, "evaluators", evaluators)));
    pass(Duration.ofSeconds(2));
  }

  /** A finished trace of so many decisions, each of the same confidence. */
  private void decidedTrace(int decisions, double confidence) {
    String trace = unjudgedTrace();
    for (int i = 0; i < decisions; i++) {
      pipeline.send(
          DecisionEvent.newBuilder()
              .setDecisionId("d-" + i)
              .setTraceId(trace)
              .setOccurredAt(pipeline.now())
              .setKind(DecisionKind.TOOL_CALL)
              .setToolName("refund")
              .setConfidence(confidence)
              .build());
    }
  }

  @Test
  void aTraceCountsOnceHoweverManyOfItsDecisionsAreFaulted() {
    // One trace in five is faulted: 20 %. Of the rows it would be 11 in 15.
    startJudgedWith(
        """
        rules:
          - name: unsure
            on: evaluations
            where: {name: low_confidence}
            measure: failure_share
            above: 0.5
            minimum_sample: 2
            significance: 1
            window: 1m
        """,
        "default");
    decidedTrace(10, 0.1);
    for (int i = 0; i < 4; i++) {
      decidedTrace(1, 0.9);
    }
    pass(Duration.ofMinutes(2));
    assertThat(alerts).isEmpty();
    for (int i = 0; i < 5; i++) {
      decidedTrace(1, 0.1);
    }
    pass(Duration.ofMinutes(1));
    assertThat(fired()).hasSize(1);
    assertThat(fired().get(0).getValue()).isEqualTo(1);
  }

  @Test
  void aPolicyThatIsViolatedFiresTheRuleThatComesWithRecount() {
    startJudgedWith(
        "default",
        """
        evaluators:
          policy_violation:
            policies:
              - {name: no_refunds, tool: refund, forbidden: on}
        """);
    decidedTrace(3, 0.9);
    pass(Duration.ofSeconds(20));
    assertThat(fired()).hasSize(1);
    assertThat(fired().get(0).getRule()).isEqualTo("policy_violation");
    assertThat(fired().get(0).getLabels())
        .containsEntry("name", "policy_violation.no_refunds")
        .containsEntry("agent_version", "2.4.1");
  }

  @Test
  void aViolationOfAPolicyFiresByTheRulesThatComeWithRecount() {
    pipeline.close();
    pipeline =
        new Pipeline(
            stateDirectory,
            TopologySettings.fromMap(Map.of("alerts", "default", "evaluators", POLICY)));
    String trace = String.format("%032x", ++traces);
    pipeline.send(
        with(
                span(trace, 2, 1, "execute_tool refund", 100, 900),
                "gen_ai.operation.name",
                "execute_tool",
                "gen_ai.tool.name",
                "refund",
                "gen_ai.tool.call.arguments",
                "{\"amount\":900}")
            .build(),
        agent(1, 0, 1100).setTraceId(Pipeline.id(trace)).build());
    pass(Duration.ofSeconds(20));
    assertThat(fired()).hasSize(1);
    assertThat(fired().get(0).getRule()).isEqualTo("policy_violation");
    assertThat(fired().get(0).getLabels())
        .containsEntry("name", "policy_violation.refund_needs_approval");
    assertThat(fired().get(0).getExampleTraceIds()).containsExactly(trace);
    assertThat(fired().get(0).getValue())
        .as("the verdict on the decision says what that on the trace says")
        .isEqualTo(1);
  }

  @Test
  void tracesThatAreNotKeptCountThoughTheyHaveNoRows() {
    pipeline.close();
    pipeline =
        new Pipeline(
            stateDirectory,
            TopologySettings.fromMap(
                Map.of(
                    "alerts", FAILURES, TopologySettings.SAMPLING_RULES, KEEPS_ONLY_WHAT_FAILED)));
    pass(Duration.ofSeconds(5));
    for (int i = 0; i < 60; i++) {
      // One in ten fails: all failures are kept, and none of the rest has a row.
      String trace = String.format("%032x", ++traces);
      Span.Builder call = chat(2, 1, 100, 900).setTraceId(Pipeline.id(trace));
      pipeline.send(
          (i % 10 == 0 ? failed(call, "no") : call).build(),
          agent(1, 0, 1100).setTraceId(Pipeline.id(trace)).build());
      send(trace, FeedbackKind.EVALUATION, 0.4);
    }
    pass(Duration.ofMinutes(1));
    assertThat(Pipeline.latest(pipeline.traceRecords(), TraceRecord::getTraceId)).hasSize(6);
    assertThat(fired())
        .extracting(Alert::getRule)
        .as("of ten calls one failed; scores are low of all traces")
        .containsExactly("low_scores");
  }

  @Test
  void provisionalRowsDoNotCount() {
    startAgainWith(ROLLBACK);
    String trace = String.format("%032x", ++traces);
    // Its root has not come: it is shown, but has not settled.
    pipeline.send(chat(2, 1, 100, 900).setTraceId(Pipeline.id(trace)).build());
    send(trace, FeedbackKind.ROLLBACK, 0);
    pass(Duration.ofSeconds(40));
    assertThat(pipeline.traceRecords()).isNotEmpty();
    assertThat(alerts).isEmpty();
    pass(Duration.ofSeconds(40));
    assertThat(fired()).hasSize(1);
  }

  @Test
  void aRowThatCannotBeReadIsADeadLetterAndTheRestGoesOn() {
    startAgainWith(ROLLBACK);
    pipeline.send(
        pipeline.topics.traceRecords(),
        "key".getBytes(StandardCharsets.UTF_8),
        "poison".getBytes(StandardCharsets.UTF_8));
    assertThat(pipeline.read(pipeline.topics.deadLetters()))
        .singleElement()
        .satisfies(
            letter ->
                assertThat(DeadLetters.read(letter.headers(), DeadLetters.STAGE))
                    .contains("alerting"));
    send(unjudgedTrace(), FeedbackKind.ROLLBACK, 0);
    pass(Duration.ofSeconds(20));
    assertThat(fired()).hasSize(1);
  }
}
