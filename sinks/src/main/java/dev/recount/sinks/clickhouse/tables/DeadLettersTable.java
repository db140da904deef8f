package dev.recount.sinks.clickhouse.tables;

import dev.recount.sinks.clickhouse.rows.Table;
import dev.recount.sinks.clickhouse.rows.Values;
import java.time.Instant;

/** One row per record, or part of one, that was refused. */
final class DeadLettersTable {
  // key_time is left to the table's default, the time of writing: see its migration.
  static final Table<DeadLetter> TABLE =
      Table.<DeadLetter>named("dead_letters")
          .text("topic", DeadLetter::topic)
          .smallNumber("partition", DeadLetter::partition)
          .number("offset", DeadLetter::offset)
          .column(
              "timestamp",
              (row, letter) -> {
                Long timestamp = letter.timestamp();
                if (timestamp == null) {
                  row.absent();
                } else {
                  row.present();
                  Values.millis(row, Instant.ofEpochMilli(timestamp));
                }
              })
          .text("stage", DeadLetter::stage)
          .text("error", DeadLetter::error)
          .column("key", (row, letter) -> row.binary(letter.key()))
          .column("value", (row, letter) -> row.binary(letter.value()))
          .map("headers", DeadLetter::headers)
          .number("revision", letter -> 1)
          .build();

  private DeadLettersTable() {}
}
