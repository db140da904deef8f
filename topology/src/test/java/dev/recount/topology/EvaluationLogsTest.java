package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static dev.recount.topology.Spans.tool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackMatch;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.TraceRecord;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluations that arrive as OTLP log records are feedback, in every shape that senders use. */
@SuppressWarnings("NullAway.Init")
class EvaluationLogsTest {
  private static final String EVENT = "gen_ai.evaluation.result";

  @TempDir Path stateDirectory;
  private Pipeline pipeline;

  @BeforeEach
  void start() {
    pipeline = new Pipeline(stateDirectory);
    pipeline.send(
        agent(1, 0, 1000).build(),
        chat(2, 1, 0, 400).build(),
        tool(3, 1, "inventory", 400, 500).build());
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private static AnyValue text(String value) {
    return AnyValue.newBuilder().setStringValue(value).build();
  }

  private static AnyValue number(double value) {
    return AnyValue.newBuilder().setDoubleValue(value).build();
  }

  private static AnyValue members(Object... namesAndValues) {
    KeyValueList.Builder list = KeyValueList.newBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      list.addValues(
          KeyValue.newBuilder()
              .setKey((String) namesAndValues[i])
              .setValue((AnyValue) namesAndValues[i + 1]));
    }
    return AnyValue.newBuilder().setKvlistValue(list).build();
  }

  private static LogRecord.Builder with(LogRecord.Builder record, Object... namesAndValues) {
    return record.addAllAttributes(members(namesAndValues).getKvlistValue().getValuesList());
  }

  private static LogRecord.Builder relevance() {
    return with(
        LogRecord.newBuilder().setTimeUnixNano(Spans.nano(600)),
        "gen_ai.evaluation.name",
        text("relevance"),
        "gen_ai.evaluation.score.value",
        number(0.25),
        "gen_ai.evaluation.score.label",
        text("fail"),
        "gen_ai.evaluation.explanation",
        text("off the point"));
  }

  private static LogRecord.Builder onSpan(LogRecord.Builder record, int span) {
    return record.setTraceId(Pipeline.id(TRACE)).setSpanId(Pipeline.id(Spans.spanId(span)));
  }

  private void send(LogRecord.Builder... records) {
    ScopeLogs.Builder logs = ScopeLogs.newBuilder();
    for (LogRecord.Builder record : records) {
      logs.addLogRecords(record);
    }
    pipeline.send(
        pipeline.topics.otlpLogs(),
        LogsData.newBuilder()
            .addResourceLogs(ResourceLogs.newBuilder().addScopeLogs(logs))
            .build()
            .toByteArray());
    pipeline.pass(Duration.ofSeconds(12));
  }

  private DecisionRecord decision(DecisionKind kind) {
    return Pipeline.latest(pipeline.decisionRecords(), DecisionRecord::getDecisionId).stream()
        .filter(row -> row.getKind() == kind)
        .findFirst()
        .orElseThrow();
  }

  private void assertJoinedTo(DecisionKind kind) {
    assertThat(pipeline.read(pipeline.topics.deadLetters())).isEmpty();
    DecisionRecord judged = decision(kind);
    assertThat(judged.getEvaluations()).hasSize(1);
    assertThat(judged.getEvaluations().get(0).getName()).isEqualTo("relevance");
    assertThat(judged.getEvaluations().get(0).getScore()).isEqualTo(0.25);
    assertThat(judged.getEvaluations().get(0).getLabel()).isEqualTo("fail");
    assertThat(judged.getEvaluations().get(0).getPassed()).isFalse();
    List<Evaluation> rows =
        pipeline.read(pipeline.topics.evaluations(), pipeline.codecs.evaluations());
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).getDecisionId()).isEqualTo(judged.getDecisionId());
    assertThat(rows.get(0).getExplanation()).isEqualTo("off the point");
    assertThat(rows.get(0).getEvaluatedAt()).isEqualTo(Pipeline.START.plusMillis(600));
    List<TraceRecord> traces = pipeline.traceRecords();
    assertThat(traces.get(traces.size() - 1).getEvaluationMinScore()).isEqualTo(0.25);
  }

  @Test
  void namedInItsFieldAndParentedToTheSpan() {
    send(onSpan(relevance().setEventName(EVENT), 3));
    assertJoinedTo(DecisionKind.TOOL_CALL);
  }

  @Test
  void namedInAnAttribute() {
    send(with(onSpan(relevance(), 3), "event.name", text(EVENT)));
    assertJoinedTo(DecisionKind.TOOL_CALL);
  }

  @Test
  void namedInBoth() {
    send(with(onSpan(relevance().setEventName(EVENT), 3), "event.name", text(EVENT)));
    assertJoinedTo(DecisionKind.TOOL_CALL);
  }

  @Test
  void withNothingButTheResponseId() {
    send(with(relevance().setEventName(EVENT), "gen_ai.response.id", text("response-2")));
    assertJoinedTo(DecisionKind.MODEL_CALL);
    List<FeedbackRecord> rows = pipeline.feedbackRecords();
    assertThat(rows).extracting(FeedbackRecord::getMatch).containsOnly(FeedbackMatch.RESPONSE_ID);
  }

  @Test
  void inABodyThatNamesItsMembersLikeAttributes() {
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .setEventName(EVENT)
            .setTimeUnixNano(Spans.nano(600))
            .setBody(
                members(
                    "gen_ai.evaluation.name",
                    text("relevance"),
                    "gen_ai.evaluation.score.value",
                    number(0.25),
                    "gen_ai.evaluation.score.label",
                    text("fail"),
                    "gen_ai.evaluation.explanation",
                    text("off the point")));
    send(onSpan(record, 3));
    assertJoinedTo(DecisionKind.TOOL_CALL);
  }

  @Test
  void inABodyThatNestsItsMembers() {
    AnyValue evaluation =
        members(
            "name",
            text("relevance"),
            "score",
            members("value", number(0.25), "label", text("fail")),
            "explanation",
            text("off the point"));
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .setEventName(EVENT)
            .setTimeUnixNano(Spans.nano(600))
            .setBody(
                members(
                    "gen_ai",
                    members(
                        "evaluation", evaluation, "response", members("id", text("response-2")))));
    send(record);
    assertJoinedTo(DecisionKind.MODEL_CALL);
  }

  @Test
  void withAScoreThatIsTextAndATimeThatWasOnlyObserved() {
    LogRecord.Builder record =
        with(
            LogRecord.newBuilder().setEventName(EVENT).setObservedTimeUnixNano(Spans.nano(600)),
            "gen_ai.evaluation.name",
            text("relevance"),
            "gen_ai.evaluation.score.value",
            text("0.25"),
            "gen_ai.evaluation.score.label",
            text("fail"),
            "gen_ai.evaluation.explanation",
            text("off the point"));
    send(onSpan(record, 3));
    assertJoinedTo(DecisionKind.TOOL_CALL);
  }

  @Test
  void sentTwiceItCountsOnce() {
    LogRecord.Builder record = onSpan(relevance().setEventName(EVENT), 3);
    send(record, record);
    send(record);
    assertJoinedTo(DecisionKind.TOOL_CALL);
  }

  @Test
  void twoThatDifferInAnythingAreTwo() {
    LogRecord.Builder record = onSpan(relevance().setEventName(EVENT), 3);
    LogRecord.Builder other =
        with(record.clone(), "gen_ai.evaluation.reviewer", text("somebody else"));
    send(record, other, record.clone().setObservedTimeUnixNano(Spans.nano(601)));
    send(other);
    assertThat(decision(DecisionKind.TOOL_CALL).getEvaluations()).hasSize(3);
  }

  @Test
  void onAConversationItBelongsToTheSession() {
    send(with(relevance().setEventName(EVENT), "gen_ai.conversation.id", text("session-1")));
    FeedbackRecord row = pipeline.feedbackRecords().get(0);
    assertThat(row.getMatch()).isEqualTo(FeedbackMatch.SESSION);
    assertThat(row.getFeedback().getSessionId()).isEqualTo("session-1");
    assertThat(pipeline.traceRecords().get(0).getEvaluations()).isEmpty();
  }

  @Test
  void onNothingItIsADeadLetter() {
    send(relevance().setEventName(EVENT));
    assertThat(pipeline.read(pipeline.topics.deadLetters())).hasSize(1);
  }

  @Test
  void stampedBeyondTheTimesThatALongHolds() {
    send(onSpan(relevance().setEventName(EVENT).setTimeUnixNano(-1), 3));
    FeedbackRecord row = pipeline.feedbackRecords().get(0);
    assertThat(row.getFeedback().getOccurredAt()).isAfter(Instant.parse("2262-01-01T00:00:00Z"));
  }
}
