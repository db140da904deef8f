package dev.recount.benchmarks;

import dev.recount.benchmarks.GeneratedDecisions.Revision;
import dev.recount.local.clickhouse.ClickHouseProcess;
import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.schema.Migrations;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tables as the migrations make them, filled with generated decisions, in a folder that the engine
 * can be started on.
 *
 * @param folder where they are
 * @param temporary whether they go afterwards
 * @param generated what is in them
 */
record GeneratedData(Path folder, boolean temporary, GeneratedDecisions generated)
    implements AutoCloseable {
  /** Rows do not expire while they are measured, whenever that is. */
  static final SchemaOptions SCHEMA =
      new SchemaOptions(ClickHouseTarget.DEFAULT_DATABASE, Duration.ofDays(3650), Optional.empty());

  private static final int BLOCKS_OF_AN_INSERT = 1000;

  /** Data in a folder, or in one that goes afterwards when there is none. */
  static GeneratedData in(@Nullable Path folder, GeneratedDecisions generated) throws IOException {
    return folder == null
        ? new GeneratedData(Files.createTempDirectory("recount-queries-"), true, generated)
        : new GeneratedData(folder, false, generated);
  }

  /** An engine on them. */
  ClickHouseProcess start() {
    return ClickHouseProcess.start(
        Installation.ofThisUser(InstallationListener.SILENT), folder.resolve("clickhouse"), 0);
  }

  /** Fills the tables, unless they are. */
  void fill() throws IOException, InterruptedException {
    try (ClickHouseProcess clickHouse = start();
        ClickHouseConnection connection =
            ClickHouseConnection.open(
                ClickHouseTarget.plain(clickHouse.url()), Duration.ofMinutes(10))) {
      Migrations.apply(connection, SCHEMA);
      if (!connection.query("SELECT 1 FROM recount.traces LIMIT 1").isEmpty()) {
        return;
      }
      long began = System.nanoTime();
      long blocks = generated.decisions() / GeneratedDecisions.BLOCK;
      for (long from = 0; from < blocks; from += BLOCKS_OF_AN_INSERT) {
        long to = Math.min(blocks, from + BLOCKS_OF_AN_INSERT);
        for (Revision revision : Revision.values()) {
          connection.execute(generated.insertDecisions(revision, from, to));
          connection.execute(generated.insertTraces(revision, from, to));
        }
        System.err.printf("\r%,d decisions written", to * GeneratedDecisions.BLOCK);
      }
      System.err.println();
      System.out.printf(
          Locale.ROOT,
          "Wrote %,d decisions of %,d traces in %d s%n",
          generated.decisions(),
          generated.traces(),
          Duration.ofNanos(System.nanoTime() - began).toSeconds());
      awaitMerges(connection);
      mergeWhatIsOver(connection);
    }
  }

  /**
   * What the tables have done after three days (migration 0022): weeks to which nothing is added
   * are one part each. The last week is left as it is.
   */
  private static void mergeWhatIsOver(ClickHouseConnection connection) {
    for (String table : List.of("decisions", "traces")) {
      for (List<String> partition :
          connection.query(
              "SELECT DISTINCT partition_id FROM system.parts WHERE active AND database = 'recount'"
                  + " AND table = '"
                  + table
                  + "' ORDER BY partition_id DESC LIMIT 1000 OFFSET 1")) {
        connection.execute(
            "OPTIMIZE TABLE recount." + table + " PARTITION ID '" + partition.get(0) + "' FINAL");
      }
    }
  }

  /** Until the parts are as they would be after a quiet hour. */
  private static void awaitMerges(ClickHouseConnection connection) throws InterruptedException {
    for (int quiet = 0; quiet < 5; ) {
      boolean merging = !connection.query("SELECT 1 FROM system.merges LIMIT 1").isEmpty();
      quiet = merging ? 0 : quiet + 1;
      Thread.sleep(1000);
    }
  }

  @Override
  public void close() throws IOException {
    if (temporary) {
      TemporaryFolders.delete(folder);
    }
  }
}
