package dev.recount.sinks.clickhouse.delivery;

import org.apache.kafka.connect.sink.SinkRecord;

/** Takes records that can never become rows. */
@FunctionalInterface
public interface Rejections {
  /**
   * Takes a record, durably, before it returns.
   *
   * @param reason what is wrong with it
   * @throws org.apache.kafka.connect.errors.ConnectException when it cannot be put aside, and the
   *     task must not go past it
   */
  void reject(SinkRecord record, RuntimeException reason);
}
