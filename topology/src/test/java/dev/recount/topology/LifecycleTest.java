package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static dev.recount.topology.Spans.failed;
import static dev.recount.topology.Spans.span;
import static dev.recount.topology.Spans.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Phase;
import dev.recount.avro.Span;
import dev.recount.avro.Status;
import dev.recount.avro.TraceRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When rows appear, and how final they are. */
@SuppressWarnings("NullAway.Init")
class LifecycleTest {
  @TempDir Path stateDirectory;
  private Pipeline pipeline;

  @BeforeEach
  void start() {
    pipeline = new Pipeline(stateDirectory);
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private static FeedbackEvent feedback(String id, FeedbackKind kind, double score) {
    return FeedbackEvent.newBuilder()
        .setFeedbackId(id)
        .setKind(kind)
        .setScore(score)
        .setOccurredAt(Pipeline.START.plusSeconds(20))
        .build();
  }

  private static FeedbackEvent onTrace(String id, FeedbackKind kind, double score) {
    FeedbackEvent feedback = feedback(id, kind, score);
    feedback.setTraceId(TRACE);
    return feedback;
  }

  private void sendShortTrace() {
    pipeline.send(chat(2, 1, 100, 900).build(), tool(3, 1, "inventory", 900, 1000).build());
    pipeline.send(agent(1, 0, 1100).build());
  }

  @Test
  void aTraceSettlesOnceItsRootHasEndedAndItWasQuiet() {
    sendShortTrace();
    pipeline.pass(Duration.ofSeconds(9));
    assertThat(pipeline.traceRecords()).isEmpty();

    pipeline.pass(Duration.ofSeconds(3));
    List<TraceRecord> traces = pipeline.traceRecords();
    assertThat(traces).hasSize(1);
    TraceRecord trace = traces.get(0);
    assertThat(trace.getPhase()).isEqualTo(Phase.settled);
    assertThat(trace.getRevision()).isEqualTo(1);
    assertThat(trace.getTraceId()).isEqualTo(TRACE);
    assertThat(trace.getSpanCount()).isEqualTo(3);
    assertThat(trace.getDecisionCount()).isEqualTo(2);
    assertThat(trace.getTools()).containsExactly("inventory");
    assertThat(trace.getSessionId()).isEqualTo("session-1");
    assertThat(trace.getVersions().getAgentVersion()).isEqualTo("2.4.1");
    assertThat(trace.getVersions().getPromptVersion()).isEqualTo("v17");
    assertThat(trace.getInputTokens()).isEqualTo(100);
    assertThat(trace.getStatus()).isEqualTo(Status.ok);
    assertThat(trace.getKeyTime()).isEqualTo(Pipeline.START);
  }

  @Test
  void decisionsCarryTheirPlaceAndTheVersionsOfTheirTrace() {
    sendShortTrace();
    pipeline.pass(Duration.ofSeconds(12));
    List<DecisionRecord> decisions = pipeline.decisionRecords();
    assertThat(decisions)
        .extracting(DecisionRecord::getKind)
        .containsExactly(DecisionKind.MODEL_CALL, DecisionKind.TOOL_CALL);
    DecisionRecord tool = decisions.get(1);
    assertThat(tool.getStep()).isEqualTo(2);
    assertThat(tool.getParentId()).isEqualTo(decisions.get(0).getDecisionId());
    assertThat(tool.getToolName()).isEqualTo("inventory");
    assertThat(tool.getToolResult()).isEqualTo("42");
    assertThat(tool.getChosen()).isEqualTo("inventory");
    assertThat(tool.getVersions().getAgentVersion()).isEqualTo("2.4.1");
    assertThat(tool.getVersions().getModel()).isEqualTo("gpt-4o");
    assertThat(tool.getSessionId()).isEqualTo("session-1");
  }

  @Test
  void spansOfASettledTraceAreReleased() {
    sendShortTrace();
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(
            pipeline.read(pipeline.topics.retainedSpans(), pipeline.codecs.retainedSpans()).stream()
                .map(Span::getName))
        .containsExactlyInAnyOrder("invoke_agent shop", "chat gpt-4o", "execute_tool inventory");
  }

  @Test
  void feedbackAfterSettlingAmendsTheTraceOnly() {
    sendShortTrace();
    pipeline.pass(Duration.ofSeconds(12));
    pipeline.traceRecords();
    pipeline.decisionRecords();

    pipeline.pass(Duration.ofHours(24));
    pipeline.send(onTrace("f-1", FeedbackKind.RATING, 0.25));
    pipeline.pass(Duration.ofSeconds(3));
    List<TraceRecord> traces = pipeline.traceRecords();
    assertThat(traces).hasSize(1);
    assertThat(traces.get(0).getPhase()).isEqualTo(Phase.amended);
    assertThat(traces.get(0).getRevision()).isEqualTo(2);
    assertThat(traces.get(0).getFeedbackScore()).isEqualTo(0.25);
    assertThat(pipeline.decisionRecords()).isEmpty();
    FeedbackRecord row = pipeline.feedbackRecords().get(0);
    assertThat(row.getMatch()).isEqualTo(FeedbackMatch.TRACE);
    assertThat(row.getTraceId()).isEqualTo(TRACE);
  }

  @Test
  void duplicatesChangeNothing() {
    sendShortTrace();
    pipeline.send(onTrace("f-1", FeedbackKind.RATING, 1));
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords()).hasSize(1);

    sendShortTrace();
    pipeline.send(onTrace("f-1", FeedbackKind.RATING, 1));
    pipeline.pass(Duration.ofSeconds(70));
    assertThat(pipeline.traceRecords()).isEmpty();
  }

  @Test
  void feedbackThatArrivesBeforeItsTraceIsStillJoined() {
    pipeline.send(onTrace("f-1", FeedbackKind.OUTCOME, 1));
    pipeline.pass(Duration.ofMinutes(5));
    sendShortTrace();
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords().get(0).getFeedbackScore()).isEqualTo(1);
  }

  @Test
  void feedbackWhoseTraceNeverCameIsReportedAndJoinedIfItComesAfterAll() {
    pipeline.send(onTrace("f-1", FeedbackKind.OUTCOME, 1));
    pipeline.pass(Duration.ofMinutes(16));
    List<FeedbackRecord> unmatched =
        pipeline.read(pipeline.topics.unmatchedFeedback(), pipeline.codecs.unmatchedFeedback());
    assertThat(unmatched).hasSize(1);
    assertThat(unmatched.get(0).getReason()).isEqualTo("trace_never_came");
    assertThat(pipeline.feedbackRecords()).hasSize(1);

    sendShortTrace();
    pipeline.pass(Duration.ofSeconds(12));
    FeedbackRecord joined = pipeline.feedbackRecords().get(0);
    assertThat(joined.getMatch()).isEqualTo(FeedbackMatch.TRACE);
    assertThat(joined.getRevision()).isGreaterThan(unmatched.get(0).getRevision());
  }

  @Test
  void feedbackOnATraceThatHasBeenReportedMissingIsReportedToo() {
    pipeline.send(onTrace("f-1", FeedbackKind.OUTCOME, 1));
    pipeline.pass(Duration.ofMinutes(16));
    pipeline.read(pipeline.topics.unmatchedFeedback());

    FeedbackEvent revised = onTrace("f-1", FeedbackKind.OUTCOME, 0);
    revised.setOccurredAt(revised.getOccurredAt().plusSeconds(1));
    pipeline.send(revised);
    pipeline.send(onTrace("f-2", FeedbackKind.RATING, 1));
    pipeline.pass(Duration.ofMinutes(16));
    List<FeedbackRecord> unmatched =
        Pipeline.latest(
            pipeline.read(pipeline.topics.unmatchedFeedback(), pipeline.codecs.unmatchedFeedback()),
            row -> row.getFeedback().getFeedbackId());
    assertThat(unmatched)
        .extracting(row -> row.getFeedback().getFeedbackId(), row -> row.getFeedback().getScore())
        .containsExactlyInAnyOrder(tuple("f-1", 0.0), tuple("f-2", 1.0));
    assertThat(unmatched).extracting(FeedbackRecord::getReason).containsOnly("trace_never_came");
  }

  @Test
  void feedbackOnAResponseIdFindsItsTraceInEitherOrder() {
    FeedbackEvent early = feedback("f-early", FeedbackKind.RATING, 1);
    early.setResponseId("response-2");
    FeedbackEvent late = feedback("f-late", FeedbackKind.RATING, 0);
    late.setResponseId("response-2");
    pipeline.send(early);
    sendShortTrace();
    pipeline.pass(Duration.ofSeconds(12));
    pipeline.send(late);
    pipeline.pass(Duration.ofSeconds(3));
    assertThat(pipeline.feedbackRecords())
        .extracting(FeedbackRecord::getMatch)
        .containsOnly(FeedbackMatch.RESPONSE_ID);
    List<TraceRecord> traces = pipeline.traceRecords();
    assertThat(traces.get(traces.size() - 1).getFeedbackScore()).isEqualTo(0.5);
    List<DecisionRecord> decisions =
        Pipeline.latest(pipeline.decisionRecords(), DecisionRecord::getDecisionId);
    assertThat(decisions.get(0).getFeedback()).hasSize(2);
  }

  @Test
  void anAliasThatOccursInTwoTracesMatchesNoneWhicheverCameFirst() {
    FeedbackEvent feedback = feedback("f-1", FeedbackKind.RATING, 1);
    feedback.setResponseId("response-2");
    pipeline.send(feedback);
    sendShortTrace();
    pipeline.pass(Duration.ofSeconds(12));
    pipeline.send(
        chat(2, 0, 100, 900).setTraceId(Pipeline.id("11111111111111111111111111111111")).build());
    pipeline.pass(Duration.ofSeconds(12));
    List<FeedbackRecord> rows = pipeline.feedbackRecords();
    FeedbackRecord last = rows.get(rows.size() - 1);
    assertThat(last.getMatch()).isEqualTo(FeedbackMatch.NONE);
    assertThat(last.getReason()).isEqualTo("ambiguous");
    List<TraceRecord> traces = pipeline.traceRecords();
    TraceRecord first =
        Pipeline.latest(traces, TraceRecord::getTraceId).stream()
            .filter(trace -> trace.getTraceId().equals(TRACE))
            .findFirst()
            .orElseThrow();
    assertThat(first.getFeedbackScore()).isNull();
  }

  @Test
  void aTraceWithoutARootSettlesWhenItIsIdle() {
    pipeline.send(tool(3, 1, "inventory", 900, 1000).build());
    pipeline.pass(Duration.ofSeconds(31));
    assertThat(pipeline.traceRecords())
        .extracting(TraceRecord::getPhase)
        .containsExactly(Phase.provisional);
    pipeline.pass(Duration.ofSeconds(31));
    TraceRecord trace = pipeline.traceRecords().get(0);
    assertThat(trace.getPhase()).isEqualTo(Phase.settled);
    assertThat(trace.getFlags()).contains("root_missing", "parent_missing");
  }

  @Test
  void anErrorIsVisibleWhileTheAgentStillRuns() {
    pipeline.send(failed(tool(3, 1, "inventory", 900, 1000), "no stock").build());
    pipeline.pass(Duration.ofSeconds(3));
    DecisionRecord decision = pipeline.decisionRecords().get(0);
    assertThat(decision.getPhase()).isEqualTo(Phase.provisional);
    assertThat(decision.getStatus()).isEqualTo(Status.error);
    assertThat(decision.getErrorMessage()).isEqualTo("no stock");
  }

  @Test
  void aRowThatNoLongerHoldsIsWithdrawn() {
    pipeline.send(chat(3, 1, 100, 900).build());
    pipeline.send(agent(1, 0, 1100).build());
    pipeline.pass(Duration.ofSeconds(12));
    String before = pipeline.decisionRecords().get(0).getDecisionId();

    // A model call within it, so that the outer one only sums it up.
    pipeline.send(chat(4, 3, 200, 800).build());
    pipeline.pass(Duration.ofSeconds(3));
    List<DecisionRecord> decisions = pipeline.decisionRecords();
    assertThat(decisions)
        .filteredOn(DecisionRecord::getDeleted)
        .extracting(DecisionRecord::getDecisionId)
        .containsExactly(before);
    assertThat(decisions).filteredOn(row -> !row.getDeleted()).hasSize(1);
  }

  @Test
  void aToolCallThatAnEnclosingSpanTellsTooStaysTheSameDecision() {
    pipeline.send(tool(4, 3, "inventory", 910, 990).build());
    pipeline.send(agent(1, 0, 1100).build());
    pipeline.pass(Duration.ofSeconds(12));
    String before = pipeline.decisionRecords().get(0).getDecisionId();

    pipeline.send(
        Spans.with(
                span(TRACE, 3, 1, "tools/call", 900, 1000),
                "mcp.method.name",
                "tools/call",
                "gen_ai.tool.name",
                "inventory")
            .build());
    pipeline.pass(Duration.ofSeconds(3));
    List<DecisionRecord> decisions = pipeline.decisionRecords();
    assertThat(decisions).hasSize(1);
    DecisionRecord decision = decisions.get(0);
    assertThat(decision.getDecisionId()).isEqualTo(before);
    assertThat(decision.getSpanId()).isEqualTo(Spans.spanId(3));
    assertThat(decision.getToolCallId()).isEqualTo("call-4");
    assertThat(decision.getToolResult()).isEqualTo("42");
  }

  @Test
  void aTimeInTheYear2100HarmsNoOtherTrace() {
    Instant future = Instant.parse("2100-01-01T00:00:00Z");
    pipeline.send(
        agent(9, 0, 10)
            .setTraceId(Pipeline.id("22222222222222222222222222222222"))
            .setEndTimeUnixNano(future.getEpochSecond() * 1_000_000_000L)
            .build());
    sendShortTrace();
    pipeline.pass(Duration.ofSeconds(12));
    assertThat(pipeline.traceRecords())
        .extracting(TraceRecord::getPhase)
        .containsExactly(Phase.settled, Phase.settled);
  }

  private void restartWith(Map<String, String> settings) {
    pipeline.close();
    pipeline = new Pipeline(stateDirectory, TopologySettings.fromMap(settings));
  }

  @Test
  void feedbackAfterTheStateHasExpiredAmendsTheWholeRow() {
    restartWith(Map.of("state.retention.ms", "60000"));
    sendShortTrace();
    pipeline.send(onTrace("f-1", FeedbackKind.RATING, 0));
    pipeline.pass(Duration.ofMinutes(3));
    TraceRecord settled = pipeline.traceRecords().get(0);
    List<DecisionRecord> decisions = pipeline.decisionRecords();

    FeedbackEvent onTool = onTrace("f-2", FeedbackKind.RATING, 1);
    onTool.setDecisionId(decisions.get(1).getDecisionId());
    pipeline.send(onTool);
    pipeline.pass(Duration.ofSeconds(3));
    TraceRecord amended = pipeline.traceRecords().get(0);
    assertThat(amended.getRevision()).isEqualTo(settled.getRevision() + 1);
    assertThat(amended.getKeyTime()).isEqualTo(settled.getKeyTime());
    assertThat(amended.getFeedbackScore()).isEqualTo(0.5);
    assertThat(amended.getTools()).isEqualTo(settled.getTools());
    assertThat(amended.getSpanCount()).isEqualTo(3);
    List<DecisionRecord> changed = pipeline.decisionRecords();
    assertThat(changed).hasSize(1);
    assertThat(changed.get(0).getToolResult()).isEqualTo("42");
    assertThat(changed.get(0).getFeedback()).hasSize(1);
  }

  @Test
  void spansAfterTheStateHasExpiredAreStoredAndCountedNotRefolded() {
    restartWith(Map.of("state.retention.ms", "60000"));
    sendShortTrace();
    pipeline.pass(Duration.ofMinutes(3));
    pipeline.traceRecords();
    pipeline.decisionRecords();
    pipeline.read(pipeline.topics.retainedSpans());

    for (int round = 0; round < 2; round++) {
      pipeline.send(tool(7, 1, "late", 950, 990).build());
      pipeline.pass(Duration.ofMinutes(3));
    }
    List<TraceRecord> traces = pipeline.traceRecords();
    assertThat(traces.get(0).getLateSpanCount()).isEqualTo(1);
    assertThat(traces.get(0).getSpanCount()).isEqualTo(4);
    assertThat(pipeline.decisionRecords()).isEmpty();
    assertThat(pipeline.read(pipeline.topics.retainedSpans())).isNotEmpty();
  }

  @Test
  void pastItsCapATraceSettlesAndGoesOnCounting() {
    restartWith(Map.of("span.cap", "3"));
    for (int id = 2; id < 12; id++) {
      long start = 100L * id;
      pipeline.send(tool(id, 1, "inventory", start, start + 50).build());
    }
    pipeline.pass(Duration.ofSeconds(15));
    pipeline.send(agent(1, 0, 2000).build());
    pipeline.send(onTrace("f-1", FeedbackKind.ESCALATION, 0));
    pipeline.pass(Duration.ofSeconds(15));
    List<TraceRecord> traces = pipeline.traceRecords();
    TraceRecord last = traces.get(traces.size() - 1);
    assertThat(last.getFlags()).contains("span_cap");
    assertThat(last.getSpanCount()).isEqualTo(11);
    assertThat(last.getDecisionCount()).isEqualTo(3);
    assertThat(last.getRootName()).isEqualTo("invoke_agent shop");
    assertThat(last.getEscalated()).isTrue();
    assertThat(pipeline.read(pipeline.topics.retainedSpans())).hasSize(11);
  }

  @Test
  void aClockAnHourBehindKeepsAChildAfterItsParent() {
    long hour = 3_600_000;
    pipeline.send(
        chat(2, 1, 100, 900).build(),
        tool(3, 2, "inventory", 300 - hour, 400 - hour).build(),
        agent(1, 0, 1100).build());
    pipeline.pass(Duration.ofSeconds(12));
    List<DecisionRecord> decisions = pipeline.decisionRecords();
    assertThat(decisions)
        .extracting(DecisionRecord::getKind)
        .containsExactly(DecisionKind.MODEL_CALL, DecisionKind.TOOL_CALL);
    assertThat(decisions.get(1).getFlags()).contains("clock_skew");
    assertThat(decisions.get(1).getParentId()).isEqualTo(decisions.get(0).getDecisionId());
  }

  @Test
  void whatWentWrongInStepSevenLeadsToTheStepThatWentOffFirst() {
    pipeline.send(
        Spans.with(chat(2, 1, 100, 200), "recount.decision.confidence", "0.2").build(),
        tool(3, 1, "inventory", 200, 300).build(),
        chat(4, 1, 300, 400).build(),
        failed(tool(5, 1, "refund", 400, 500), "not allowed").build(),
        agent(1, 0, 600).build());
    pipeline.pass(Duration.ofSeconds(12));
    List<DecisionRecord> decisions = pipeline.decisionRecords();
    assertThat(decisions.get(3).getSuspectDecisionId()).isEqualTo(decisions.get(0).getDecisionId());
    List<TraceRecord> traces = pipeline.traceRecords();
    assertThat(traces.get(traces.size() - 1).getSuspectDecisionId())
        .isEqualTo(decisions.get(0).getDecisionId());
    assertThat(decisions.get(3).getChain()).hasSize(3);
  }

  @Test
  void aRowThatNoTopicWouldTakeIsCutAndSaysSo() {
    String large = "x".repeat(9 << 20);
    pipeline.send(
        Spans.with(
                span(TRACE, 3, 1, "execute_tool export", 900, 1000),
                "gen_ai.operation.name",
                "execute_tool",
                "gen_ai.tool.name",
                "export",
                "gen_ai.tool.call.result",
                large,
                "recount.decision.expected_outcome",
                "rows")
            .build());
    pipeline.send(agent(1, 0, 1100).build());
    pipeline.pass(Duration.ofSeconds(12));
    DecisionRecord decision = pipeline.decisionRecords().get(0);
    assertThat(decision.getFlags()).contains("row_cut");
    assertThat(decision.getToolResult()).hasSize(100_000);
    assertThat(
            pipeline.read(pipeline.topics.retainedSpans(), pipeline.codecs.retainedSpans()).stream()
                .map(kept -> kept.getAttributes().get("gen_ai.tool.call.result")))
        .contains(large);
  }
}
