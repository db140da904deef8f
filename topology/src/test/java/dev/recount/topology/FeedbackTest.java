package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static dev.recount.topology.Spans.tool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.TraceRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Feedback is joined to what its latest edition is about, and to nothing else. */
@SuppressWarnings("NullAway.Init")
class FeedbackTest {
  private static final String OTHER = "11111111111111111111111111111111";

  @TempDir Path stateDirectory;
  private Pipeline pipeline;
  private final Map<String, TraceRecord> traces = new HashMap<>();
  private final List<FeedbackRecord> rows = new ArrayList<>();

  @BeforeEach
  void start() {
    pipeline = new Pipeline(stateDirectory);
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private void restartWith(Map<String, String> settings) {
    pipeline.close();
    Map<String, String> all = new HashMap<>(settings);
    all.put("evaluators", "none");
    pipeline = new Pipeline(stateDirectory, TopologySettings.fromMap(all));
  }

  private void sendTwoTraces() {
    pipeline.send(chat(2, 1, 100, 900).build(), agent(1, 0, 1100).build());
    pipeline.send(
        chat(7, 6, 100, 900).setTraceId(Pipeline.id(OTHER)).build(),
        agent(6, 0, 1100).setTraceId(Pipeline.id(OTHER)).build());
    pipeline.pass(Duration.ofSeconds(12));
  }

  /** An edition of one piece of feedback, so many seconds after the start. */
  private void send(int second, double score, Consumer<FeedbackEvent> about) {
    FeedbackEvent feedback =
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-1")
            .setKind(FeedbackKind.EVALUATION)
            .setName("helpful")
            .setScore(score)
            .setOccurredAt(Pipeline.START.plusSeconds(second))
            .build();
    about.accept(feedback);
    pipeline.send(feedback);
    pipeline.pass(Duration.ofSeconds(3));
  }

  private TraceRecord trace(String id) {
    pipeline.traceRecords().forEach(row -> traces.put(row.getTraceId(), row));
    return Objects.requireNonNull(traces.get(id));
  }

  /** The row of the feedback as the table shows it: one key time, the highest revision. */
  private FeedbackRecord row() {
    rows.addAll(pipeline.feedbackRecords());
    assertThat(rows).extracting(FeedbackRecord::getKeyTime).containsOnly(rows.get(0).getKeyTime());
    assertThat(rows).extracting(FeedbackRecord::getRevision).doesNotHaveDuplicates();
    return rows.stream().max(Comparator.comparingLong(FeedbackRecord::getRevision)).orElseThrow();
  }

  @Test
  void anEditThatNamesAnotherTraceTakesTheFeedbackThere() {
    sendTwoTraces();
    send(20, 0.25, feedback -> feedback.setTraceId(TRACE));
    assertThat(trace(TRACE).getEvaluationMinScore()).isEqualTo(0.25);

    send(21, 0.5, feedback -> feedback.setTraceId(OTHER));
    assertThat(trace(TRACE).getEvaluations()).isEmpty();
    assertThat(trace(OTHER).getEvaluationMinScore()).isEqualTo(0.5);
    assertThat(row().getTraceId()).isEqualTo(OTHER);
    Map<String, Evaluation> evaluations = new HashMap<>();
    pipeline
        .read(pipeline.topics.evaluations(), pipeline.codecs.evaluations())
        .forEach(evaluation -> evaluations.put(evaluation.getTraceId(), evaluation));
    assertThat(Objects.requireNonNull(evaluations.get(TRACE)).getDeleted()).isTrue();
    assertThat(Objects.requireNonNull(evaluations.get(OTHER)).getDeleted()).isFalse();

    send(22, 0.75, feedback -> feedback.setTraceId(TRACE));
    assertThat(trace(TRACE).getEvaluationMinScore()).isEqualTo(0.75);
    assertThat(trace(OTHER).getEvaluations()).isEmpty();
    assertThat(row().getTraceId()).isEqualTo(TRACE);
  }

  @Test
  void anEarlierEditionThatComesLaterChangesNothing() {
    sendTwoTraces();
    send(21, 0.5, feedback -> feedback.setTraceId(OTHER));
    send(20, 0.25, feedback -> feedback.setTraceId(TRACE));
    assertThat(trace(TRACE).getEvaluations()).isEmpty();
    assertThat(trace(OTHER).getEvaluationMinScore()).isEqualTo(0.5);
    assertThat(row().getTraceId()).isEqualTo(OTHER);
  }

  @Test
  void anEditMayNameAnAliasATraceOrASessionInTurn() {
    sendTwoTraces();
    send(20, 0.1, feedback -> feedback.setResponseId("response-2"));
    assertThat(trace(TRACE).getEvaluationMinScore()).isEqualTo(0.1);
    assertThat(row().getMatch()).isEqualTo(FeedbackMatch.RESPONSE_ID);

    send(21, 0.2, feedback -> feedback.setTraceId(TRACE));
    assertThat(trace(TRACE).getEvaluationMinScore()).isEqualTo(0.2);
    assertThat(trace(TRACE).getEvaluations()).hasSize(1);
    assertThat(row().getMatch()).isEqualTo(FeedbackMatch.TRACE);

    send(22, 0.3, feedback -> feedback.setResponseId("response-7"));
    assertThat(trace(TRACE).getEvaluations()).isEmpty();
    assertThat(trace(OTHER).getEvaluationMinScore()).isEqualTo(0.3);

    send(23, 0.4, feedback -> feedback.setSessionId("session-1"));
    assertThat(trace(OTHER).getEvaluations()).isEmpty();
    assertThat(row().getMatch()).isEqualTo(FeedbackMatch.SESSION);
    assertThat(row().getTraceId()).isNull();

    send(24, 0.5, feedback -> feedback.setResponseId("response-7"));
    assertThat(trace(OTHER).getEvaluationMinScore()).isEqualTo(0.5);
    assertThat(row().getTraceId()).isEqualTo(OTHER);
  }

  @Test
  void anEditLeavesATraceThatNeverCameForOneThatDid() {
    send(20, 0.1, feedback -> feedback.setTraceId("22222222222222222222222222222222"));
    send(21, 0.2, feedback -> feedback.setResponseId("response-of-nobody"));
    sendTwoTraces();
    send(22, 0.3, feedback -> feedback.setTraceId(TRACE));
    pipeline.pass(Duration.ofMinutes(20));
    assertThat(row().getMatch()).isEqualTo(FeedbackMatch.TRACE);
    assertThat(pipeline.read(pipeline.topics.unmatchedFeedback())).isEmpty();
  }

  @Test
  void anEditLeavesAnAliasThatTurnsOutToNameTwoTraces() {
    sendTwoTraces();
    send(20, 0.1, feedback -> feedback.setResponseId("response-2"));
    pipeline.send(chat(2, 0, 100, 900).setTraceId(Pipeline.id(OTHER)).build());
    pipeline.pass(Duration.ofSeconds(3));
    assertThat(row().getReason()).isEqualTo("ambiguous");

    send(21, 0.2, feedback -> feedback.setTraceId(OTHER));
    assertThat(row().getTraceId()).isEqualTo(OTHER);
    assertThat(trace(TRACE).getEvaluations()).isEmpty();
  }

  @Test
  void anEditLeavesATraceOfWhichOnlyTheAnchorIsLeft() {
    restartWith(Map.of("state.retention.ms", "60000"));
    sendTwoTraces();
    send(20, 0.25, feedback -> feedback.setTraceId(TRACE));
    pipeline.pass(Duration.ofMinutes(3));
    assertThat(trace(TRACE).getEvaluationMinScore()).isEqualTo(0.25);

    send(21, 0.5, feedback -> feedback.setTraceId(OTHER));
    assertThat(trace(TRACE).getEvaluations()).isEmpty();
    assertThat(trace(OTHER).getEvaluationMinScore()).isEqualTo(0.5);
    assertThat(row().getTraceId()).isEqualTo(OTHER);
    assertThat(trace(TRACE).getSpanCount()).isEqualTo(2);

    // The anchor has forgotten it too.
    pipeline.pass(Duration.ofMinutes(3));
    FeedbackEvent another =
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-2")
            .setKind(FeedbackKind.RATING)
            .setOccurredAt(Pipeline.START)
            .setTraceId(TRACE)
            .build();
    pipeline.send(another);
    pipeline.pass(Duration.ofSeconds(3));
    assertThat(trace(TRACE).getFeedback()).hasSize(1);
    assertThat(trace(TRACE).getEvaluations()).isEmpty();
  }

  @Test
  void aToolCallThatOnlyAnExplicitDecisionNamesIsFound() {
    pipeline.send(
        DecisionEvent.newBuilder()
            .setDecisionId("d-1")
            .setTraceId(TRACE)
            .setOccurredAt(Pipeline.START)
            .setKind(DecisionKind.TOOL_CALL)
            .setToolName("inventory")
            .setToolCallId("call-without-a-span")
            .build());
    send(20, 0.25, feedback -> feedback.setToolCallId("call-without-a-span"));
    pipeline.pass(Duration.ofMinutes(2));
    List<DecisionRecord> decisions =
        Pipeline.latest(pipeline.decisionRecords(), DecisionRecord::getDecisionId);
    assertThat(decisions).hasSize(1);
    assertThat(decisions.get(0).getEvaluations()).hasSize(1);
    assertThat(row().getMatch()).isEqualTo(FeedbackMatch.TOOL_CALL_ID);
    assertThat(row().getDecisionId()).isEqualTo(decisions.get(0).getDecisionId());
  }

  private static String asks(String call) {
    return "{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\""
        + call
        + "\",\"name\":\"inventory\",\"arguments\":{\"a\":2}}]}";
  }

  private void assertJudged(String call) {
    send(20, 0.25, feedback -> feedback.setToolCallId(call));
    pipeline.pass(Duration.ofMinutes(2));
    assertThat(row().getMatch()).isEqualTo(FeedbackMatch.TOOL_CALL_ID);
    List<DecisionRecord> judged =
        Pipeline.latest(pipeline.decisionRecords(), DecisionRecord::getDecisionId).stream()
            .filter(decision -> call.equals(decision.getToolCallId()))
            .toList();
    assertThat(judged).hasSize(1);
    assertThat(judged.get(0).getEvaluations()).hasSize(1);
    assertThat(row().getDecisionId()).isEqualTo(judged.get(0).getDecisionId());
  }

  @Test
  void aToolCallThatOnlyAnAnswerAsksForIsFound() {
    pipeline.send(
        Spans.with(chat(2, 1, 100, 900), "gen_ai.output.messages", "[" + asks("call-told") + "]")
            .build());
    assertJudged("call-told");
  }

  @Test
  void aToolCallThatOnlyTheNextConversationTellsOfIsFound() {
    String user = "{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"hello\"}]}";
    String answer =
        "{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"call-repeated\","
            + "\"response\":\"42\"}]}";
    pipeline.send(
        Spans.with(chat(2, 1, 100, 200), "gen_ai.input.messages", "[" + user + "]").build(),
        Spans.with(
                chat(3, 1, 300, 400),
                "gen_ai.input.messages",
                "[" + String.join(",", user, asks("call-repeated"), answer) + "]")
            .build());
    assertJudged("call-repeated");
  }

  @Test
  void feedbackOnASpanReachesItsDecisionAndTheTrace() {
    pipeline.send(
        agent(1, 0, 1100).build(),
        tool(3, 1, "inventory", 100, 900).build(),
        Spans.span(TRACE, 4, 3, "POST /stock", 200, 300).build());
    pipeline.pass(Duration.ofSeconds(12));
    send(
        20,
        0.25,
        feedback -> {
          feedback.setTraceId(TRACE);
          // A span inside the tool call: what is judged is the decision around it.
          feedback.setSpanId(Spans.spanId(4));
        });
    List<DecisionRecord> decisions =
        Pipeline.latest(pipeline.decisionRecords(), DecisionRecord::getDecisionId);
    assertThat(decisions.get(0).getEvaluations()).hasSize(1);
    assertThat(trace(TRACE).getEvaluations()).hasSize(1);
    assertThat(row().getDecisionId()).isEqualTo(decisions.get(0).getDecisionId());
  }

  @Test
  void feedbackOnASessionTouchesNoneOfItsTraces() {
    sendTwoTraces();
    trace(TRACE);
    send(20, 0.25, feedback -> feedback.setSessionId("session-1"));
    assertThat(pipeline.traceRecords()).isEmpty();
    assertThat(row().getMatch()).isEqualTo(FeedbackMatch.SESSION);
    assertThat(row().getFeedback().getSessionId()).isEqualTo("session-1");
  }
}
