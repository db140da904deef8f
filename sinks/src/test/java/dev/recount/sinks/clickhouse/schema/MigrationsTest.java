package dev.recount.sinks.clickhouse.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.sinks.clickhouse.TestStack;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MigrationsTest {
  private final ClickHouseTarget target = TestStack.newTarget();
  private final ClickHouseConnection connection = TestStack.connect(target);
  private final SchemaOptions options = SchemaOptions.of(target.database());

  @AfterEach
  void close() {
    connection.execute("DROP DATABASE IF EXISTS " + target.database());
    connection.close();
  }

  private List<String> column(String query) {
    return connection.query(query).stream().map(row -> row.get(0)).toList();
  }

  private List<String> history() {
    return column(
        "SELECT name FROM " + target.database() + ".schema_migrations FINAL ORDER BY name");
  }

  @Test
  void anEmptyServerGetsEveryTableAndAViewForEach() {
    Migrations.apply(connection, options);
    List<String> tables =
        List.of(
            "alerts",
            "context_snapshots",
            "dead_letters",
            "decisions",
            "evaluations",
            "feedback",
            "spans",
            "traces");
    assertThat(column("SHOW TABLES FROM " + target.database()))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.of(
                        "schema_migrations",
                        "sessions_latest",
                        "session_feedback_latest",
                        "session_story",
                        "weighted_decisions",
                        "weighted_traces"),
                    tables.stream().flatMap(name -> Stream.of(name, name + "_latest")))
                .toList());
    assertThat(history()).isEqualTo(Migration.all().stream().map(Migration::name).toList());
  }

  @Test
  void applyingThemAgainChangesNothing() {
    Migrations.apply(connection, options);
    String applied =
        "SELECT name, applied_at FROM " + target.database() + ".schema_migrations ORDER BY name";
    List<List<String>> before = connection.query(applied);
    Migrations.apply(connection, options);
    assertThat(connection.query(applied)).isEqualTo(before);
  }

  @Test
  void aMigrationThatWasInterruptedIsContinued() {
    Migrations.apply(connection, options, Migration.all().subList(0, 2));
    Migrations.apply(connection, options);
    assertThat(history()).hasSameSizeAs(Migration.all());
  }

  @Test
  void instancesThatStartTogetherAgree() {
    List<CompletableFuture<Void>> starts =
        IntStream.range(0, 4)
            .mapToObj(i -> CompletableFuture.runAsync(() -> Migrations.apply(connection, options)))
            .toList();
    starts.forEach(CompletableFuture::join);
    assertThat(history()).isEqualTo(Migration.all().stream().map(Migration::name).toList());
  }

  @Test
  void aChangedMigrationIsAnErrorThatNamesIt() {
    Migration first =
        Migration.of("0001-first.sql", "CREATE TABLE ${database}.a (x UInt8) ENGINE = Memory;\n");
    Migrations.apply(connection, options, List.of(first));
    Migration changed =
        Migration.of("0001-first.sql", "CREATE TABLE ${database}.a (x UInt16) ENGINE = Memory;\n");
    assertThatThrownBy(() -> Migrations.apply(connection, options, List.of(changed)))
        .isInstanceOf(SchemaDriftException.class)
        .hasMessageContaining("0001-first.sql")
        .hasMessageContaining(first.checksum())
        .hasMessageContaining(changed.checksum());
  }

  @Test
  void anotherRetentionIsNoDriftAndReachesExistingTables() {
    Migrations.apply(connection, options);
    Migrations.apply(
        connection, new SchemaOptions(target.database(), Duration.ofDays(7), Optional.empty()));
    assertThat(
            column(
                "SELECT DISTINCT extract(engine_full, 'toIntervalDay\\\\(([0-9]+)\\\\)') FROM"
                    + " system.tables WHERE database = '"
                    + target.database()
                    + "' AND engine LIKE '%MergeTree' AND name != 'schema_migrations'"))
        .containsExactly("7");
  }

  @Test
  void onAClusterTablesAreReplicated() {
    SchemaOptions clustered =
        new SchemaOptions("recount", Duration.ofDays(90), Optional.of("telemetry"));
    assertThat(
            Migration.all().stream()
                .flatMap(migration -> migration.statements().stream())
                .map(clustered::render))
        .allMatch(statement -> statement.contains(" ON CLUSTER telemetry"))
        .noneMatch(statement -> statement.contains("${"))
        .filteredOn(statement -> statement.startsWith("CREATE TABLE"))
        .hasSize(8)
        .allMatch(
            statement -> statement.contains("ReplicatedReplacingMergeTree(revision, deleted)"));
  }

  @Test
  void theIndexNamesEveryMigration() throws IOException, URISyntaxException {
    Path folder =
        Path.of(
                Migrations.class
                    .getResource("/dev/recount/sinks/clickhouse/migrations/index")
                    .toURI())
            .getParent();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".sql"))
                  .sorted())
          .isEqualTo(Migration.all().stream().map(Migration::name).toList());
    }
  }
}
