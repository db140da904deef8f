package dev.recount.sinks.clickhouse.schema;

import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a database to the current schema, step by step, and remembers which steps it has taken.
 *
 * <p>ClickHouse has neither transactions nor locks over statements. So every statement can be
 * repeated ({@code IF NOT EXISTS}), a step counts as taken only after its last statement, and
 * instances that start together may each take the same step to the same effect.
 */
public final class Migrations {
  private static final Logger log = LoggerFactory.getLogger(Migrations.class);

  private final SchemaOptions options;
  private final List<Migration> migrations;

  private Migrations(SchemaOptions options, List<Migration> migrations) {
    this.options = options;
    this.migrations = migrations;
  }

  /**
   * Takes the steps that the database lacks, and brings the expiry of its tables in line with the
   * options. Does nothing to a database that is up to date.
   *
   * @throws SchemaDriftException when a step was taken in another version
   * @throws dev.recount.sinks.clickhouse.client.ClickHouseRequestException when ClickHouse fails;
   *     calling again continues
   */
  public static void apply(ClickHouseConnection connection, SchemaOptions options) {
    apply(connection, options, Migration.all());
  }

  static void apply(
      ClickHouseConnection connection, SchemaOptions options, List<Migration> migrations) {
    new Migrations(options, migrations).applyTo(connection);
  }

  private void applyTo(ClickHouseConnection connection) {
    createHistory(connection);
    Map<String, String> taken = history(connection);
    for (Migration migration : migrations) {
      String checksum = taken.get(migration.name());
      if (checksum == null) {
        take(migration, connection);
      } else if (!checksum.equals(migration.checksum())) {
        throw new SchemaDriftException(
            "Migration "
                + migration.name()
                + " of database "
                + options.database()
                + " was applied with checksum "
                + checksum
                + ", but this version of Recount has "
                + migration.checksum()
                + ". Use the version that created the database, or another database and replay"
                + " into it");
      }
    }
    Retention.enforce(connection, options);
  }

  private void createHistory(ClickHouseConnection connection) {
    connection.execute(options.render("CREATE DATABASE IF NOT EXISTS ${database}${on_cluster}"));
    connection.execute(
        options.render(
            """
            CREATE TABLE IF NOT EXISTS ${database}.schema_migrations${on_cluster}
            (
                name String,
                checksum String,
                applied_at DateTime64(3, 'UTC') DEFAULT now64(3),
                revision UInt64 DEFAULT 1,
                deleted UInt8 DEFAULT 0
            )
            ENGINE = ${engine}(revision, deleted)
            ORDER BY name"""));
  }

  private Map<String, String> history(ClickHouseConnection connection) {
    Map<String, String> taken = new HashMap<>();
    for (List<String> row :
        connection.query(
            "SELECT name, checksum FROM " + options.database() + ".schema_migrations FINAL")) {
      taken.put(row.get(0), row.get(1));
    }
    return taken;
  }

  private void take(Migration migration, ClickHouseConnection connection) {
    for (String statement : migration.statements()) {
      connection.execute(options.render(statement));
    }
    // As a query, since drivers and engines treat inline data in different ways.
    connection.execute(
        "INSERT INTO "
            + options.database()
            + ".schema_migrations (name, checksum) SELECT '"
            + migration.name()
            + "', '"
            + migration.checksum()
            + "'");
    log.info("Applied migration {} to database {}", migration.name(), options.database());
  }
}
