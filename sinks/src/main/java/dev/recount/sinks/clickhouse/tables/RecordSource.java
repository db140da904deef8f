package dev.recount.sinks.clickhouse.tables;

import org.apache.kafka.connect.sink.SinkRecord;

/**
 * Reads what a Kafka record carries.
 *
 * @param <T> what it carries
 */
@FunctionalInterface
interface RecordSource<T> {
  /**
   * What the record carries.
   *
   * @throws dev.recount.schemas.UndecodableException when it will never be readable
   * @throws dev.recount.schemas.RegistryUnavailableException when it is not readable now
   */
  T read(SinkRecord record);
}
