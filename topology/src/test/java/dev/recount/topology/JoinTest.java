package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static dev.recount.topology.Spans.tool;
import static dev.recount.topology.Spans.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.Versions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which decision a snapshot, an explicit decision and feedback belong to. */
@SuppressWarnings("NullAway.Init")
class JoinTest {
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

  private void snapshot(String id, long millis, @Nullable String agent, int span) {
    ContextSnapshot snapshot =
        ContextSnapshot.newBuilder()
            .setSnapshotId(id)
            .setTraceId(TRACE)
            .setSpanId(span == 0 ? null : Spans.spanId(span))
            .setCapturedAt(Pipeline.START.plusMillis(millis))
            .build();
    if (agent != null) {
      snapshot.setVersions(Versions.newBuilder().setAgentName(agent).build());
    }
    pipeline.send(snapshot);
  }

  private void feedback(String id, @Nullable String snapshotId, @Nullable String decisionId) {
    pipeline.send(
        FeedbackEvent.newBuilder()
            .setFeedbackId(id)
            .setTraceId(TRACE)
            .setKind(FeedbackKind.RATING)
            .setOccurredAt(Pipeline.START.plusSeconds(5))
            .setSnapshotId(snapshotId)
            .setDecisionId(decisionId)
            .build());
  }

  private List<DecisionRecord> decisions() {
    pipeline.pass(Duration.ofSeconds(12));
    return Pipeline.latest(pipeline.decisionRecords(), DecisionRecord::getDecisionId);
  }

  private static DecisionRecord ofSpan(List<DecisionRecord> decisions, int span) {
    return decisions.stream()
        .filter(row -> Spans.spanId(span).equals(row.getSpanId()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aSnapshotThatNamesNoSpanIsThatOfTheNearestPrecedingOneOfItsAgent() {
    snapshot("of orders, first", 110, "orders", 0);
    snapshot("of orders, second", 410, "orders", 0);
    snapshot("of returns", 420, "returns", 0);
    pipeline.send(
        with(chat(2, 1, 100, 300), "gen_ai.agent.name", "orders").build(),
        with(chat(3, 1, 400, 500), "gen_ai.agent.name", "orders").build(),
        // It began before the last one of orders did, yet is the last one of its own agent.
        with(chat(4, 1, 350, 700), "gen_ai.agent.name", "returns").build(),
        agent(1, 0, 1100).build());
    List<DecisionRecord> decisions = decisions();
    assertThat(ofSpan(decisions, 2).getSnapshotId()).isEqualTo("of orders, first");
    assertThat(ofSpan(decisions, 3).getSnapshotId()).isEqualTo("of orders, second");
    assertThat(ofSpan(decisions, 4).getSnapshotId()).isEqualTo("of returns");
  }

  @Test
  void anAgentWithoutSnapshotsDoesNotTakeThoseOfAnotherOne() {
    snapshot("of nobody in particular", 90, null, 0);
    snapshot("of orders", 110, "orders", 0);
    pipeline.send(
        with(chat(2, 1, 120, 300), "gen_ai.agent.name", "orders").build(),
        // Side by side with the other one, and led to by nothing.
        with(chat(3, 1, 200, 500), "gen_ai.agent.name", "returns").build(),
        agent(1, 0, 1100).build());
    List<DecisionRecord> decisions = decisions();
    assertThat(ofSpan(decisions, 2).getSnapshotId()).isEqualTo("of orders");
    assertThat(ofSpan(decisions, 3).getSnapshotId()).isEqualTo("of nobody in particular");
  }

  @Test
  void aSnapshotThatNamesASpanIsThatOfItsDecisionAndOfTheToolCallsThatItLedTo() {
    pipeline.send(
        chat(2, 1, 100, 300).build(),
        chat(3, 1, 400, 500).build(),
        tool(4, 1, "inventory", 500, 600).build());
    snapshot("s-2", 350, null, 2);
    snapshot("s-3", 50, null, 3);
    pipeline.send(agent(1, 0, 1100).build());
    List<DecisionRecord> decisions = decisions();
    assertThat(ofSpan(decisions, 2).getSnapshotId()).isEqualTo("s-2");
    assertThat(ofSpan(decisions, 3).getSnapshotId()).isEqualTo("s-3");
    assertThat(ofSpan(decisions, 4).getSnapshotId()).isEqualTo("s-3");
  }

  @Test
  void feedbackOnASnapshotReachesTheDecisionThatWasMadeOnIt() {
    snapshot("s-1", 90, null, 2);
    feedback("f-1", "s-1", null);
    pipeline.send(chat(2, 1, 100, 300).build(), agent(1, 0, 1100).build());
    assertThat(ofSpan(decisions(), 2).getFeedback()).hasSize(1);
  }

  @Test
  void callIdsThatRepeatAreToldApartByNameArgumentsAndOccurrence() {
    pipeline.send(
        toolCall(2, "inventory", "{\"a\": 1, \"b\": 2}", 100),
        toolCall(3, "inventory", "{\"b\":2,\"a\":1}", 300),
        toolCall(4, "inventory", "{\"a\": 2}", 500),
        toolCall(5, "refund", "{\"a\": 1, \"b\": 2}", 700),
        agent(1, 0, 1100).build());
    explicit("d-refund", "refund", null, 650);
    explicit("d-second", "inventory", "{ \"a\":1, \"b\":2 }", 250);
    List<DecisionRecord> decisions = decisions();
    assertThat(decisions)
        .filteredOn(row -> row.getKind() == DecisionKind.TOOL_CALL)
        .extracting(DecisionRecord::getDecisionId)
        .hasSize(4)
        .doesNotHaveDuplicates();
    assertThat(ofSpan(decisions, 5).getRationale()).isEqualTo("d-refund");
    assertThat(ofSpan(decisions, 3).getRationale()).isEqualTo("d-second");
    assertThat(ofSpan(decisions, 2).getRationale()).isNull();
  }

  private static io.opentelemetry.proto.trace.v1.Span toolCall(
      int id, String tool, String arguments, long start) {
    return with(
            Spans.span(TRACE, id, 1, "execute_tool " + tool, start, start + 100),
            "gen_ai.operation.name",
            "execute_tool",
            "gen_ai.tool.name",
            tool,
            "gen_ai.tool.call.id",
            "call-1",
            "gen_ai.tool.call.arguments",
            arguments)
        .build();
  }

  private void explicit(String id, String tool, @Nullable String arguments, long millis) {
    pipeline.send(
        DecisionEvent.newBuilder()
            .setDecisionId(id)
            .setTraceId(TRACE)
            .setKind(DecisionKind.TOOL_CALL)
            .setOccurredAt(Pipeline.START.plusMillis(millis))
            .setToolCallId("call-1")
            .setToolName(tool)
            .setToolArguments(arguments)
            .setRationale(id)
            .build());
  }

  @Test
  void feedbackOnAnExplicitDecisionReachesIt() {
    pipeline.send(
        DecisionEvent.newBuilder()
            .setDecisionId("d-1")
            .setTraceId(TRACE)
            .setKind(DecisionKind.PLAN)
            .setOccurredAt(Pipeline.START)
            .build());
    feedback("f-1", null, "d-1");
    pipeline.send(agent(1, 0, 1100).build());
    assertThat(decisions())
        .filteredOn(row -> row.getKind() == DecisionKind.PLAN)
        .first()
        .satisfies(row -> assertThat(row.getFeedback()).hasSize(1));
  }

  @Test
  void feedbackOnAnAliasThatCameTooLateIsReportedAndThenJoined() {
    pipeline.send(
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-1")
            .setToolCallId("call-3")
            .setKind(FeedbackKind.RATING)
            .setScore(1.0)
            .setOccurredAt(Pipeline.START)
            .build());
    pipeline.pass(Duration.ofMinutes(14));
    assertThat(pipeline.feedbackRecords()).isEmpty();
    pipeline.pass(Duration.ofMinutes(2));
    List<FeedbackRecord> unmatched =
        pipeline.read(pipeline.topics.unmatchedFeedback(), pipeline.codecs.unmatchedFeedback());
    assertThat(unmatched).extracting(FeedbackRecord::getReason).containsExactly("trace_never_came");
    assertThat(pipeline.feedbackRecords())
        .extracting(FeedbackRecord::getMatch)
        .containsExactly(FeedbackMatch.NONE);

    pipeline.pass(Duration.ofHours(24));
    pipeline.send(tool(3, 1, "inventory", 900, 1000).build(), agent(1, 0, 1100).build());
    DecisionRecord judged = ofSpan(decisions(), 3);
    assertThat(judged.getFeedback()).hasSize(1);
    FeedbackRecord joined = pipeline.feedbackRecords().get(0);
    assertThat(joined.getMatch()).isEqualTo(FeedbackMatch.TOOL_CALL_ID);
    assertThat(joined.getDecisionId()).isEqualTo(judged.getDecisionId());
    assertThat(joined.getRevision()).isGreaterThan(unmatched.get(0).getRevision());
    assertThat(Objects.requireNonNull(joined.getKeyTime()))
        .isEqualTo(unmatched.get(0).getKeyTime());
  }

  @Test
  void everyDecisionKnowsItsStepItsParentAndTheChainBeforeIt() {
    pipeline.send(
        chat(2, 1, 100, 200).build(),
        tool(3, 1, "inventory", 200, 300).build(),
        chat(4, 1, 300, 400).build(),
        agent(1, 0, 600).build());
    List<DecisionRecord> steps = decisions();
    assertThat(steps).extracting(DecisionRecord::getStep).containsExactly(1, 2, 3);
    assertThat(steps.get(0).getParentId()).isNull();
    assertThat(steps.get(0).getChain()).isEmpty();
    for (int i = 1; i < steps.size(); i++) {
      assertThat(steps.get(i).getParentId()).isEqualTo(steps.get(i - 1).getDecisionId());
      assertThat(steps.get(i).getChain())
          .isEqualTo(steps.subList(0, i).stream().map(DecisionRecord::getDecisionId).toList());
    }
  }
}
