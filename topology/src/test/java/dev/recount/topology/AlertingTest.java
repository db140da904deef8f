package dev.recount.topology;

import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertState;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.schemas.DeadLetters;
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

  @TempDir Path stateDirectory;
  private Pipeline pipeline;
  private final List<Alert> alerts = new ArrayList<>();
  private final Random random = new Random(1);
  private int traces;

  @BeforeEach
  void start() {
    pipeline = with(SCORE_DROP);
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private Pipeline with(String rules) {
    return new Pipeline(stateDirectory, TopologySettings.fromMap(Map.of("alerts", rules)));
  }

  private void startAgainWith(String rules) {
    pipeline.close();
    pipeline = with(rules);
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
