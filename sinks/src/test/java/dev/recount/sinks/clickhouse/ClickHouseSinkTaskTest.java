package dev.recount.sinks.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.recount.avro.Phase;
import dev.recount.avro.Span;
import dev.recount.avro.TraceRecord;
import dev.recount.local.clickhouse.ClickHouseProcess;
import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.tables.Samples;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClickHouseSinkTaskTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Topics topics = Topics.withPrefix(TestStack.newName() + ".");
  private final Connection kafka =
      new Connection(
          TestStack.get().kafka().bootstrapServers(),
          TestStack.get().registryUrl(),
          topics,
          Map.of(),
          Map.of());
  private final ClickHouseTarget target = TestStack.newTarget();
  private final ClickHouseConnection database = TestStack.connect(target);
  private final TopicPartition traces = new TopicPartition(topics.traceRecords().name(), 0);
  private final AvroCodec<TraceRecord> codec =
      AvroCodec.of(TraceRecord.class, topics.traceRecords().subject(), kafka.newRegistryClient());
  private final TopicPartition spans = new TopicPartition(topics.retainedSpans().name(), 0);
  private final AvroCodec<Span> spanCodec =
      AvroCodec.of(Span.class, topics.retainedSpans().subject(), kafka.newRegistryClient());
  private final TaskContext context = new TaskContext();
  private final ClickHouseSinkTask task = new ClickHouseSinkTask();
  private long nextOffset;

  @AfterEach
  void stop() {
    task.stop();
    database.execute("DROP DATABASE IF EXISTS " + target.database());
    database.close();
  }

  private void start(ClickHouseTarget to, Map<String, String> changes) {
    Map<String, String> config = new HashMap<>(SinkConfigurations.clickHouse(kafka, to));
    config.put(ClickHouseSinkConfig.RETRY_BACKOFF_MAX_MS_CONFIG, "300");
    config.putAll(changes);
    task.initialize(context);
    task.start(config);
  }

  private SinkRecord record(byte[] value) {
    return new SinkRecord(topics.traceRecords().name(), 0, null, null, null, value, nextOffset++);
  }

  private SinkRecord trace(String traceId, long revision, boolean deleted) {
    TraceRecord record = Samples.minimal(TraceRecord.class);
    record.setTraceId(traceId);
    record.setRevision(revision);
    record.setDeleted(deleted);
    record.setPhase(revision == 1 ? Phase.provisional : Phase.settled);
    return record(codec.encode(record));
  }

  private Map<TopicPartition, OffsetAndMetadata> commit() {
    return task.preCommit(Map.of(traces, new OffsetAndMetadata(nextOffset)));
  }

  private List<String> latest(ClickHouseConnection from) {
    return from
        .query(
            "SELECT concat(trace_id, ' ', phase, ' ', toString(revision)) FROM "
                + target.database()
                + ".traces_latest ORDER BY trace_id")
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  @Test
  void theDatabaseIsReadyBeforeTheFirstRecord() {
    start(target, Map.of());
    assertThat(latest(database)).isEmpty();
  }

  @Test
  void rowsWaitForTheirIntervalAndOffsetsForTheirRows() {
    start(target, Map.of(ClickHouseSinkConfig.FLUSH_INTERVAL_MS_CONFIG, "200"));
    task.put(List.of(trace("a", 1, false), trace("b", 1, false)));
    assertThat(context.timeout()).isBetween(1L, 200L);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              task.put(List.of());
              assertThat(latest(database)).containsExactly("a provisional 1", "b provisional 1");
            });
    assertThat(context.commitRequests()).isEqualTo(1);
    assertThat(commit()).containsEntry(traces, new OffsetAndMetadata(2));
    assertThat(task.counters().records()).isEqualTo(2);
    assertThat(task.counters().batches()).isEqualTo(1);
  }

  @Test
  void aCommitWritesWhatIsWaiting() {
    start(target, Map.of(ClickHouseSinkConfig.FLUSH_INTERVAL_MS_CONFIG, "600000"));
    task.put(List.of(trace("a", 1, false)));
    assertThat(latest(database)).isEmpty();
    assertThat(commit()).containsEntry(traces, new OffsetAndMetadata(1));
    assertThat(latest(database)).containsExactly("a provisional 1");
  }

  @Test
  void aLargeDeliveryIsWrittenInBatches() {
    start(target, Map.of(ClickHouseSinkConfig.BATCH_ROWS_CONFIG, "100"));
    List<SinkRecord> records = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      records.add(trace("trace-" + i, 1, false));
    }
    task.put(records);
    assertThat(task.counters().batches()).isEqualTo(2);
    assertThat(commit()).as("up to the last batch").isNotEmpty();
    commit();
    assertThat(latest(database)).hasSize(250);
  }

  @Test
  void whatIsDeliveredAgainReplacesItselfAndTheHighestRevisionHolds() {
    start(target, Map.of());
    List<SinkRecord> delivered =
        List.of(
            trace("a", 1, false),
            trace("b", 1, false),
            trace("a", 3, false),
            trace("a", 2, false),
            trace("b", 2, true));
    task.put(delivered);
    commit();
    task.put(delivered);
    task.preCommit(Map.of());
    commit();
    assertThat(latest(database)).containsExactly("a settled 3");
  }

  @Test
  void aTombstoneIsNoRowAndIsPassed() {
    start(target, Map.of());
    task.put(List.of(new SinkRecord(traces.topic(), 0, null, null, null, null, nextOffset++)));
    assertThat(commit()).containsEntry(traces, new OffsetAndMetadata(1));
    assertThat(latest(database)).isEmpty();
    assertThat(context.reported()).isEmpty();
  }

  @Test
  void spansOfAForgottenTraceAreDeletedWithThoseThatCameBeforeInTheSameDelivery() {
    start(target, Map.of(ClickHouseSinkConfig.FLUSH_INTERVAL_MS_CONFIG, "60000"));
    String forgotten = "4bf92f3577b34da6a3ce929d0e0e4736";
    String kept = "00000000000000000000000000000001";
    task.put(List.of(span(forgotten, "a"), span(kept, "b")));
    task.put(
        List.of(span(forgotten, "c"), forget(forgotten), forget("no' OR 1 = 1"), span(kept, "d")));
    assertThat(spans()).containsExactly(kept + " b", kept + " d");
    assertThat(task.preCommit(Map.of(spans, new OffsetAndMetadata(nextOffset))))
        .containsEntry(spans, new OffsetAndMetadata(6));
  }

  private SinkRecord span(String traceId, String spanId) {
    Span span = Samples.minimal(Span.class);
    span.setTraceId(traceId);
    span.setSpanId(spanId);
    span.setRevision(1L);
    span.setKeyTime(Instant.now());
    return new SinkRecord(
        spans.topic(), 0, null, bytes(traceId), null, spanCodec.encode(span), nextOffset++);
  }

  private SinkRecord forget(String traceId) {
    return new SinkRecord(spans.topic(), 0, null, bytes(traceId), null, null, nextOffset++);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> spans() {
    return database
        .query(
            "SELECT concat(trace_id, ' ', span_id) FROM "
                + target.database()
                + ".spans_latest ORDER BY span_id")
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  @Test
  void aPoisonRecordIsReportedAndTheOthersAreWritten() {
    start(target, Map.of());
    SinkRecord poison = record(new byte[] {42});
    task.put(List.of(trace("a", 1, false), poison, trace("b", 1, false)));
    assertThat(commit()).containsEntry(traces, new OffsetAndMetadata(3));
    assertThat(context.reported()).containsExactly(poison);
    assertThat(latest(database)).containsExactly("a provisional 1", "b provisional 1");
    assertThat(task.counters().rejectedRecords()).isEqualTo(1);
  }

  @Test
  void aRowThatClickHouseRefusesIsIsolated() {
    start(target, Map.of());
    database.execute(
        "ALTER TABLE "
            + target.database()
            + ".traces ADD CONSTRAINT no_bad_ones CHECK trace_id != 'bad'");
    List<SinkRecord> records = new ArrayList<>();
    for (int i = 10; i < 20; i++) {
      records.add(trace(i == 13 ? "bad" : "t" + i, 1, false));
    }
    task.put(records);
    assertThat(commit()).containsEntry(traces, new OffsetAndMetadata(10));
    assertThat(context.reported()).containsExactly(records.get(3));
    assertThat(latest(database)).hasSize(9).noneMatch(row -> row.startsWith("bad"));
  }

  @Test
  void aTopicOutsideTheCatalogueStopsTheTask() {
    start(target, Map.of());
    List<SinkRecord> strange =
        List.of(new SinkRecord("elsewhere", 0, null, null, null, new byte[] {1}, 0));
    assertThatThrownBy(() -> task.put(strange))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("elsewhere")
        .hasMessageContaining(topics.traceRecords().name());
  }

  @Test
  void anotherConverterStopsTheTaskAndPutsNothingAside() {
    start(target, Map.of());
    List<SinkRecord> converted =
        List.of(new SinkRecord(traces.topic(), 0, null, null, null, "text", nextOffset++));
    assertThatThrownBy(() -> task.put(converted))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("ByteArrayConverter");
    assertThat(context.reported()).isEmpty();
  }

  @Test
  void whileTheRegistryIsAwayNothingIsTaken() {
    start(target, Map.of(ClickHouseSinkConfig.REGISTRY_URL_CONFIG, "http://127.0.0.1:1"));
    List<SinkRecord> records = List.of(trace("a", 1, false));
    assertThatThrownBy(() -> task.put(records)).isInstanceOf(RetriableException.class);
    assertThat(context.timeout()).isPositive();
    assertThat(commit()).isEmpty();
    assertThat(context.reported()).isEmpty();
  }

  @Test
  void whileClickHouseIsAwayMemoryStaysFlatAndAllArrivesLater(@TempDir Path folder) {
    Installation installation = Installation.ofThisUser(InstallationListener.SILENT);
    ClickHouseProcess first = ClickHouseProcess.start(installation, folder, 0);
    ClickHouseTarget own = ClickHouseTarget.plain(first.url()).withDatabase(target.database());
    start(own, Map.of(ClickHouseSinkConfig.BATCH_ROWS_CONFIG, "10"));
    first.kill();

    List<SinkRecord> held = List.of();
    int delivered = 0;
    while (held.isEmpty()) {
      List<SinkRecord> next = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        next.add(trace("t" + (100 + delivered + i), 1, false));
      }
      if (taken(next)) {
        delivered += 5;
      } else {
        held = next;
      }
    }
    assertThat(delivered).as("held back at the limit of a batch").isLessThanOrEqualTo(15);
    assertThat(commit()).isEmpty();

    try (ClickHouseProcess second = ClickHouseProcess.start(installation, folder, first.port());
        ClickHouseConnection check = TestStack.connect(own)) {
      List<SinkRecord> again = held;
      await().atMost(PATIENCE).until(() -> taken(again));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                task.put(List.of());
                assertThat(commit()).containsEntry(traces, new OffsetAndMetadata(nextOffset));
              });
      assertThat(latest(check)).hasSize((int) nextOffset);
      assertThat(task.counters().retries()).isPositive();
      assertThat(second.failure()).isEmpty();
    }
  }

  /** What Connect does: it delivers the same records again when the task could not take them. */
  private boolean taken(Collection<SinkRecord> records) {
    try {
      task.put(records);
      return true;
    } catch (RetriableException notNow) {
      return false;
    }
  }

  @Test
  void aDatabaseOfAnotherVersionStopsTheTaskAtStart() {
    start(target, Map.of());
    task.stop();
    database.execute(
        "INSERT INTO "
            + target.database()
            + ".schema_migrations (name, checksum, revision) SELECT '0002-traces.sql', 'other', 2");
    assertThatThrownBy(() -> start(target, Map.of()))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("0002-traces.sql");
  }
}
