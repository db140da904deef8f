package dev.recount.topology;

import static dev.recount.topology.Spans.TRACE;
import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.chat;
import static dev.recount.topology.Spans.tool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.Phase;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.TraceRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One time that is wrong harms nobody else, and is told as it is. */
@SuppressWarnings("NullAway.Init")
class WrongClockTest {
  private static final String WRONG = "22222222222222222222222222222222";

  /** What the tables can hold. */
  private static final Instant LATEST = Instant.parse("2299-12-31T23:59:59Z");

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

  private static Span.Builder stamped(Span.Builder span, Instant start) {
    long length = span.getEndTimeUnixNano() - span.getStartTimeUnixNano();
    long nanos = Math.multiplyExact(start.toEpochMilli(), 1_000_000L);
    return span.setStartTimeUnixNano(nanos).setEndTimeUnixNano(nanos + length);
  }

  private void sendStampedWrongly(Instant time) {
    pipeline.send(
        stamped(agent(1, 0, 1100).setTraceId(Pipeline.id(WRONG)), time).build(),
        stamped(tool(3, 1, "inventory", 100, 900).setTraceId(Pipeline.id(WRONG)), time).build());
    pipeline.send(
        ContextSnapshot.newBuilder()
            .setSnapshotId("s-1")
            .setTraceId(WRONG)
            .setCapturedAt(time)
            .build());
    pipeline.send(
        DecisionEvent.newBuilder()
            .setDecisionId("d-1")
            .setTraceId(WRONG)
            .setKind(DecisionKind.PLAN)
            .setOccurredAt(time)
            .build());
    pipeline.send(
        FeedbackEvent.newBuilder()
            .setFeedbackId("f-1")
            .setTraceId(WRONG)
            .setKind(FeedbackKind.RATING)
            .setOccurredAt(time)
            .build());
  }

  private void sendStampedRightly() {
    pipeline.send(
        chat(2, 1, 100, 900).build(),
        tool(3, 1, "inventory", 900, 1000).build(),
        agent(1, 0, 1100).build());
  }

  /** All rows of a trace so far, with phases, revisions and key times. */
  private List<Object> rowsOf(String trace, List<TraceRecord> traces) {
    List<Object> rows = new ArrayList<>();
    traces.stream().filter(row -> row.getTraceId().equals(trace)).forEach(rows::add);
    pipeline.decisionRecords().stream()
        .filter(row -> row.getTraceId().equals(trace))
        .forEach(rows::add);
    return rows;
  }

  /** OTLP's times are unsigned. */
  @Test
  void aTimeBeyondWhatALongHoldsIsOfTheFarFutureAndNotBeforeAllOthers() {
    sendStampedRightly();
    pipeline.send(
        tool(4, 1, "search", 0, 1).setStartTimeUnixNano(-1).setEndTimeUnixNano(-1).build());
    pipeline.pass(Duration.ofSeconds(90));
    TraceRecord row =
        Pipeline.latest(pipeline.traceRecords(), TraceRecord::getTraceId).stream()
            .filter(trace -> trace.getTraceId().equals(TRACE))
            .findFirst()
            .orElseThrow();
    assertThat(row.getStartedAt()).isBefore(Instant.parse("2100-01-01T00:00:00Z"));
    DecisionRecord late =
        Pipeline.latest(pipeline.decisionRecords(), DecisionRecord::getDecisionId).stream()
            .filter(decision -> "search".equals(decision.getToolName()))
            .findFirst()
            .orElseThrow();
    assertThat(late.getStep()).as("the last one").isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1970-01-01T00:00:00Z",
        "2026-03-01T11:00:00Z",
        "2026-03-01T13:00:00Z",
        "2100-01-01T00:00:00Z",
        "2262-04-11T00:00:00Z"
      })
  void whatIsStampedWronglyChangesNoRowOfOthers(String time) {
    sendStampedRightly();
    pipeline.pass(Duration.ofMinutes(2));
    List<Object> alone = rowsOf(TRACE, pipeline.traceRecords());
    assertThat(alone).hasSize(3);

    pipeline.close();
    pipeline = new Pipeline(stateDirectory);
    sendStampedWrongly(Instant.parse(time));
    sendStampedRightly();
    pipeline.pass(Duration.ofMinutes(2));
    List<TraceRecord> traces = pipeline.traceRecords();
    assertThat(rowsOf(TRACE, traces)).isEqualTo(alone);
    assertThat(traces)
        .filteredOn(row -> row.getTraceId().equals(WRONG))
        .allSatisfy(
            row -> {
              assertThat(row.getPhase()).isEqualTo(Phase.settled);
              assertThat(row.getStartedAt()).isEqualTo(Instant.parse(time));
              assertThat(row.getKeyTime()).isEqualTo(Pipeline.START);
            })
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2262-04-11T00:00:00Z"})
  void itsOwnRowsHoldTheTimeAndSayThatItIsImplausible(String time) {
    sendStampedWrongly(Instant.parse(time));
    pipeline.pass(Duration.ofMinutes(2));
    TraceRecord trace = pipeline.traceRecords().get(0);
    assertThat(trace.getFlags()).contains("implausible_time");
    assertThat(trace.getStartedAt()).isBetween(Instant.EPOCH, LATEST);
    assertThat(pipeline.decisionRecords())
        .extracting(DecisionRecord::getStartedAt)
        .allSatisfy(start -> assertThat(start).isBetween(Instant.EPOCH, LATEST));
    assertThat(pipeline.snapshotRecords())
        .extracting(SnapshotRecord::getCapturedAt)
        .allSatisfy(captured -> assertThat(captured).isBetween(Instant.EPOCH, LATEST));
  }

  @Test
  void aTimeThatNoLongHoldsStaysInTheFuture() {
    pipeline.send(agent(1, 0, 1100).setStartTimeUnixNano(-2).setEndTimeUnixNano(-1).build());
    pipeline.pass(Duration.ofSeconds(12));
    TraceRecord trace = pipeline.traceRecords().get(0);
    assertThat(trace.getStartedAt()).isBetween(Instant.parse("2262-01-01T00:00:00Z"), LATEST);
    assertThat(trace.getFlags()).contains("implausible_time");
  }

  @Test
  void flagsAreTheSameHoweverLateTheTelemetryArrives() {
    sendStampedRightly();
    pipeline.pass(Duration.ofMinutes(2));
    List<String> flags = pipeline.traceRecords().get(0).getFlags();
    List<List<String>> ofDecisions =
        pipeline.decisionRecords().stream().map(DecisionRecord::getFlags).toList();

    pipeline.close();
    pipeline = new Pipeline(stateDirectory);
    pipeline.pass(Duration.ofHours(200));
    sendStampedRightly();
    pipeline.pass(Duration.ofMinutes(2));
    assertThat(pipeline.traceRecords().get(0).getFlags()).isEqualTo(flags);
    assertThat(pipeline.decisionRecords().stream().map(DecisionRecord::getFlags).toList())
        .isEqualTo(ofDecisions);
  }
}
