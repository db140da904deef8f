package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static dev.recount.topology.Spans.tool;
import static dev.recount.topology.Spans.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.Evaluation;
import dev.recount.avro.Phase;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.avro.Versions;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts on single events, however much has come for their trace before. */
@SuppressWarnings("NullAway.Init")
class EarlyVerdictsTest {
  private static final String POLICY = "policy_violation.refund_needs_approval";
  private static final String EVALUATORS =
      """
      evaluators:
        policy_violation:
          policies:
            - name: refund_needs_approval
              tool: refund
              where: {amount: "> 500"}
              requires_before: {tool: approve, same: [order]}
            - {name: not_to_the_risky, tool: refund, never_after: {tool: check, result: {risk: high}}}
            - {name: few_mails, tool: send_mail, at_most: 2}
            - {name: no_mail_after_secrets, tool: send_mail, never_after: {tool: read_secret}}
      """;

  @TempDir Path stateDirectory;
  private Pipeline pipeline;

  @BeforeEach
  void start() {
    pipeline =
        new Pipeline(
            stateDirectory,
            TopologySettings.fromMap(Map.of("evaluators", EVALUATORS, "span.cap", "2000")));
    pipeline.pass(Duration.ofSeconds(2));
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
            arguments)
        .build();
  }

  private static Span refund(int id, String order, long start) {
    return call(id, "refund", "{\"order\":\"" + order + "\",\"amount\":900}", start);
  }

  /** Verdicts since the last look that fault a decision, by the policy's or evaluation's name. */
  private List<Evaluation> faults(String name) {
    List<Evaluation> faults = new ArrayList<>();
    for (Evaluation row :
        pipeline.read(pipeline.topics.evaluations(), pipeline.codecs.evaluations())) {
      if (row.getDecisionId() != null && row.getName().equals(name)) {
        assertThat(row.getPassed()).isFalse();
        faults.add(row);
      }
    }
    return faults;
  }

  private double folds() {
    return pipeline.metric("evaluator-traces-total", "evaluator", "runaway");
  }

  @Test
  void everyOneOfManyIsOutWithinASecondAndTheTraceIsNotFoldedForIt() {
    for (int i = 0; i < 20; i++) {
      pipeline.send(tool(1000 + i, 1, "stock", 30_000L * i, 30_000L * i + 5).build());
      pipeline.pass(Duration.ofSeconds(30));
    }
    double before = folds();
    for (int i = 0; i < 300; i++) {
      pipeline.send(refund(10 + i, "order-" + i, 600_000 + 1000L * i));
      pipeline.pass(Duration.ofSeconds(1));
      assertThat(faults(POLICY))
          .as("refund %s", i)
          .extracting(Evaluation::getSpanId)
          .contains(Spans.spanId(10 + i));
    }
    assertThat(folds() - before).isBetween(2.0, 30.0);
  }

  @Test
  void whatHasComeBeforeIsRememberedAndNotReadAgain() {
    pipeline.send(refund(2, "A", 0));
    pipeline.pass(Duration.ofSeconds(1));
    assertThat(faults(POLICY)).hasSize(1);
    pipeline.send(call(3, "approve", "{\"order\":\"B\"}", 500));
    pipeline.send(refund(4, "B", 600), refund(5, "C", 700));
    assertThat(faults(POLICY)).extracting(Evaluation::getSpanId).containsExactly(Spans.spanId(5));

    for (int i = 0; i < 4; i++) {
      pipeline.send(call(10 + i, "send_mail", "{}", 800 + i));
    }
    assertThat(faults("policy_violation.few_mails"))
        .extracting(Evaluation::getSpanId)
        .containsExactly(Spans.spanId(12), Spans.spanId(13));
    pipeline.send(call(20, "read_secret", "{}", 900), call(21, "send_mail", "{}", 950));
    assertThat(faults("policy_violation.no_mail_after_secrets"))
        .extracting(Evaluation::getSpanId)
        .containsExactly(Spans.spanId(21));
    assertThat(pipeline.traceRecords()).as("folded once, for the first refund").hasSize(1);
  }

  @Test
  void whatAToolReturnedIsRemembered() {
    pipeline.send(refund(2, "A", 0));
    pipeline.pass(Duration.ofSeconds(1));
    pipeline.send(returning(3, "check", "{\"risk\":\"low\"}", 500), refund(4, "A", 600));
    assertThat(faults("policy_violation.not_to_the_risky")).isEmpty();
    pipeline.send(returning(5, "check", "{\"risk\":\"high\"}", 700), refund(6, "A", 800));
    assertThat(faults("policy_violation.not_to_the_risky"))
        .extracting(Evaluation::getSpanId)
        .containsExactly(Spans.spanId(6));
  }

  private static Span returning(int id, String name, String result, long start) {
    return with(call(id, name, "{}", start).toBuilder(), "gen_ai.tool.call.result", result).build();
  }

  @Test
  void theFoldConfirmsWithdrawsAndCompletesWhatWasSaid() {
    pipeline.send(refund(2, "A", 0));
    pipeline.pass(Duration.ofSeconds(1));
    faults(POLICY);
    pipeline.send(refund(3, "B", 500), refund(4, "C", 600));
    List<Evaluation> early = faults(POLICY);
    assertThat(early).hasSize(2).allMatch(row -> row.getPhase() == Phase.provisional);
    // The approval was given in time, and told of late.
    pipeline.send(call(5, "approve", "{\"order\":\"B\"}", 450), agent(1, 0, 2000).build());
    pipeline.pass(Duration.ofSeconds(15));
    List<Evaluation> after =
        pipeline.read(pipeline.topics.evaluations(), pipeline.codecs.evaluations());
    assertThat(after)
        .filteredOn(Evaluation::getDeleted)
        .extracting(Evaluation::getEvaluationId)
        .containsExactly(early.get(0).getEvaluationId());
    assertThat(after)
        .filteredOn(row -> row.getEvaluationId().equals(early.get(1).getEvaluationId()))
        .last()
        .satisfies(
            row -> {
              assertThat(row.getPhase()).isEqualTo(Phase.settled);
              assertThat(row.getRevision()).isGreaterThan(early.get(1).getRevision());
              assertThat(row.getKeyTime()).isEqualTo(early.get(1).getKeyTime());
              assertThat(row.getVersions().getAgentName()).isEqualTo("shop");
            });
  }

  @Test
  void aTraceOverItsCapIsHeardTooAtTheCostOfTheEventAlone() {
    for (int i = 0; i < 50; i++) {
      Span[] spans = new Span[50];
      for (int j = 0; j < 50; j++) {
        int id = 1000 + 50 * i + j;
        spans[j] = tool(id, 1, "stock", id, id + 5).build();
      }
      pipeline.send(spans);
    }
    pipeline.pass(Duration.ofMinutes(20));
    double before = folds();
    for (int i = 0; i < 100; i++) {
      pipeline.send(refund(10_000 + i, "order-" + i, 10_000 + i));
      assertThat(faults(POLICY)).extracting(Evaluation::getSpanId).hasSize(1);
      pipeline.pass(Duration.ofSeconds(1));
    }
    assertThat(folds() - before).isLessThanOrEqualTo(3);
  }

  /** What a model answers, as a log record of its span. */
  private void answered(int span, String callId, String order) {
    String arguments = "{\"order\":\"" + order + "\",\"amount\":900}";
    AnyValue function = object("name", text("refund"), "arguments", text(arguments));
    AnyValue toolCall = object("id", text(callId), "type", text("function"), "function", function);
    AnyValue calls =
        AnyValue.newBuilder()
            .setArrayValue(
                io.opentelemetry.proto.common.v1.ArrayValue.newBuilder().addValues(toolCall))
            .build();
    AnyValue message = object("role", text("assistant"), "tool_calls", calls);
    LogRecord record =
        LogRecord.newBuilder()
            .setTraceId(Pipeline.id(TRACE))
            .setSpanId(Pipeline.id(Spans.spanId(span)))
            .setTimeUnixNano(Spans.nano(100))
            .setEventName("gen_ai.choice")
            .setBody(
                object("index", AnyValue.newBuilder().setIntValue(0).build(), "message", message))
            .build();
    pipeline.send(
        pipeline.topics.otlpLogs(),
        LogsData.newBuilder()
            .addResourceLogs(
                ResourceLogs.newBuilder()
                    .addScopeLogs(ScopeLogs.newBuilder().addLogRecords(record)))
            .build()
            .toByteArray());
  }

  private static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  private static AnyValue object(Object... namesAndValues) {
    KeyValueList.Builder object = KeyValueList.newBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.addValues(
          KeyValue.newBuilder()
              .setKey((String) namesAndValues[i])
              .setValue((AnyValue) namesAndValues[i + 1]));
    }
    return AnyValue.newBuilder().setKvlistValue(object).build();
  }

  @Test
  void anAnswerInALogRecordIsHeardBeforeItsSpanHasCome() {
    answered(2, "call-9", "A");
    List<Evaluation> early = faults(POLICY);
    assertThat(early).hasSize(1);

    pipeline.pass(Duration.ofSeconds(3));
    pipeline.send(chat(2, 1, 100, 400).build());
    pipeline.pass(Duration.ofSeconds(40));
    assertThat(pipeline.traceRecords()).isNotEmpty();
    pipeline.send(agent(1, 0, 2000).build());
    pipeline.pass(Duration.ofSeconds(15));
    List<Evaluation> settled = faults(POLICY);
    assertThat(settled)
        .allMatch(row -> row.getEvaluationId().equals(early.get(0).getEvaluationId()))
        .allMatch(row -> row.getKeyTime().equals(early.get(0).getKeyTime()));
    assertThat(settled.get(settled.size() - 1).getPhase()).isEqualTo(Phase.settled);
    assertThat(pipeline.traceRecords())
        .allMatch(row -> row.getKeyTime().equals(early.get(0).getKeyTime()));
  }

  @Test
  void anAnswerInALogRecordStandsWhileItsSpanIsAwaited() {
    pipeline.send(tool(5, 1, "stock", 0, 5).build());
    answered(2, "call-9", "A");
    List<Evaluation> early = faults(POLICY);
    assertThat(early).hasSize(1);
    // Something else has the trace folded.
    pipeline.send(refund(7, "B", 200));
    pipeline.pass(Duration.ofSeconds(2));
    assertThat(pipeline.traceRecords()).isNotEmpty();
    assertThat(withdrawn()).isEmpty();
    pipeline.send(agent(1, 0, 2000).build());
    pipeline.pass(Duration.ofSeconds(15));
    assertThat(withdrawn())
        .as("its span never came")
        .containsExactly(early.get(0).getEvaluationId());
  }

  private List<String> withdrawn() {
    return pipeline.read(pipeline.topics.evaluations(), pipeline.codecs.evaluations()).stream()
        .filter(Evaluation::getDeleted)
        .map(Evaluation::getEvaluationId)
        .toList();
  }

  @Test
  void anAnswerWhoseSpanIsThereAlreadyHasTheTraceFolded() {
    pipeline.send(chat(2, 1, 100, 400).build());
    answered(2, "call-9", "A");
    pipeline.pass(Duration.ofSeconds(1));
    assertThat(faults(POLICY)).hasSize(1);
    assertThat(pipeline.traceRecords()).hasSize(1);
  }

  @Test
  void aFullWindowIsHeardBeforeItsModelCallHasEnded() {
    pipeline.send(tool(5, 1, "stock", 0, 5).build());
    ContextSegment segment =
        ContextSegment.newBuilder()
            .setKind(SegmentKind.USER)
            .setTokenCount(9_500L)
            .setContent("much")
            .build();
    pipeline.send(
        ContextSnapshot.newBuilder()
            .setSnapshotId("s-1")
            .setTraceId(TRACE)
            .setSpanId(Spans.spanId(2))
            .setCapturedAt(Pipeline.START)
            .setBoundary(SnapshotBoundary.MODEL_CALL)
            .setTokenLimit(10_000L)
            .setSegments(List.of(segment))
            .setVersions(new Versions())
            .build());
    assertThat(faults("context_pressure"))
        .extracting(row -> Objects.requireNonNull(row.getSpanId()))
        .containsExactly(Spans.spanId(2));
  }
}
