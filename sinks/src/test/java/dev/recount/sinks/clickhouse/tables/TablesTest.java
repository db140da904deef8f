package dev.recount.sinks.clickhouse.tables;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.avro.Alert;
import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Evaluation;
import dev.recount.avro.FeedbackRecord;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.avro.TraceRecord;
import dev.recount.sinks.clickhouse.TestStack;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.rows.RowBinary;
import dev.recount.sinks.clickhouse.rows.Table;
import dev.recount.sinks.clickhouse.schema.Migrations;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TablesTest {
  private static final Instant BEYOND = Instant.parse("2512-01-01T00:00:00Z");

  static final List<Arguments> MAPPINGS =
      List.of(
          Arguments.of(DecisionsTable.TABLE, DecisionRecord.class),
          Arguments.of(TracesTable.TABLE, TraceRecord.class),
          Arguments.of(ContextSnapshotsTable.TABLE, SnapshotRecord.class),
          Arguments.of(FeedbackTable.TABLE, FeedbackRecord.class),
          Arguments.of(EvaluationsTable.TABLE, Evaluation.class),
          Arguments.of(AlertsTable.TABLE, Alert.class));

  private final ClickHouseTarget target = TestStack.newTarget();
  private final ClickHouseConnection connection = TestStack.connect(target);

  @BeforeAll
  void migrate() {
    Migrations.apply(connection, SchemaOptions.of(target.database()));
  }

  @AfterAll
  void close() {
    connection.execute("DROP DATABASE " + target.database());
    connection.close();
  }

  static Stream<Table<?>> tables() {
    return Routes.tables().stream();
  }

  private <T> void insert(Table<T> table, List<T> records) {
    RowBinary rows = new RowBinary(64);
    records.forEach(record -> table.write(rows, record));
    connection.insert(table.name(), table.columnNames(), rows.slice(0, rows.length()));
  }

  private List<JsonNode> read(Table<?> table) {
    return TestStack.json(
        "SELECT "
            + String.join(", ", table.columnNames())
            + " FROM "
            + target.database()
            + "."
            + table.name()
            + " FINAL");
  }

  @ParameterizedTest
  @MethodSource("tables")
  void anInsertNamesEveryColumnThatHasNoDefault(Table<?> table) {
    List<String> columns =
        connection
            .query(
                "SELECT name FROM system.columns WHERE database = '"
                    + target.database()
                    + "' AND table = '"
                    + table.name()
                    + "' ORDER BY position")
            .stream()
            .map(row -> row.get(0))
            .toList();
    assertThat(table.columnNames()).doesNotHaveDuplicates();
    if (table.name().equals("dead_letters")) {
      assertThat(columns).containsAll(table.columnNames());
    } else {
      assertThat(table.columnNames()).isEqualTo(columns);
    }
  }

  @ParameterizedTest
  @FieldSource("MAPPINGS")
  <T extends SpecificRecordBase> void everyFieldReachesTheColumnOfItsName(
      Table<T> table, Class<T> type) {
    connection.execute("TRUNCATE TABLE " + target.database() + "." + table.name());
    T full = Samples.full(type);
    T minimal = Samples.minimal(type);
    insert(table, List.of(full, minimal));
    assertThat(read(table))
        .containsExactlyInAnyOrder(
            ExpectedRow.of(full, table.columnNames()),
            ExpectedRow.of(minimal, table.columnNames()));
  }

  @Test
  void everyFieldOfASpanReachesItsColumn() {
    Span full = Samples.full(Span.class);
    Span minimal = Samples.minimal(Span.class);
    minimal.setKeyTime(full.getKeyTime());
    insert(SpansTable.TABLE, List.of(full, minimal));
    assertThat(read(SpansTable.TABLE)).containsExactlyInAnyOrder(expected(full), expected(minimal));
  }

  private static JsonNode expected(Span span) {
    List<String> sameNames =
        List.of(
            "trace_id",
            "span_id",
            "parent_span_id",
            "trace_state",
            "name",
            "kind",
            "status_message",
            "scope_name",
            "scope_version",
            "resource_attributes",
            "attributes",
            "revision");
    ObjectNode row = (ObjectNode) ExpectedRow.of(span, sameNames);
    row.put("trace_flags", span.getFlags());
    row.put("started_at", nanos(span.getStartTimeUnixNano()));
    row.put("ended_at", span.getEndTimeUnixNano() == 0 ? null : nanos(span.getEndTimeUnixNano()));
    row.put("status", span.getStatusCode().name().toLowerCase(Locale.ROOT));
    row.put("service", span.getServiceName() == null ? "" : span.getServiceName());
    var events = row.putArray("events");
    span.getEvents()
        .forEach(
            event -> {
              ObjectNode node = events.addObject();
              node.put("occurred_at", nanos(event.getTimeUnixNano()));
              node.setAll((ObjectNode) ExpectedRow.of(event, List.of("name", "attributes")));
            });
    var links = row.putArray("links");
    span.getLinks()
        .forEach(
            link -> links.add(ExpectedRow.of(link, List.of("trace_id", "span_id", "attributes"))));
    row.put("key_time", ExpectedRow.time(span.getKeyTime(), 3));
    row.put("deleted", 0);
    return TestStack.parse(row.toString());
  }

  private static String nanos(long unixNanos) {
    return ExpectedRow.time(
        Instant.ofEpochSecond(unixNanos / 1_000_000_000, unixNanos % 1_000_000_000), 9);
  }

  @Test
  void timesThatNoColumnCanHoldDoNotStopARow() {
    TraceRecord wild = Samples.minimal(TraceRecord.class);
    wild.setTraceId("wild");
    wild.setStartedAt(Instant.ofEpochSecond(-1));
    wild.setEndedAt(BEYOND);
    wild.setKeyTime(BEYOND);
    insert(TracesTable.TABLE, List.of(wild));
    Span late = Samples.minimal(Span.class);
    late.setTraceId("wild");
    late.setEndTimeUnixNano(-1);
    late.setKeyTime(Instant.EPOCH.plusSeconds(1));
    insert(SpansTable.TABLE, List.of(late));
    assertThat(
            connection.query(
                "SELECT started_at, ended_at FROM "
                    + target.database()
                    + ".traces_latest WHERE trace_id = 'wild'"))
        .containsExactly(List.of("1970-01-01 00:00:00.000000", "2299-12-31 23:59:59.999999"));
  }
}
