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
   * @throws dev.recount.schemas.RegistryUnavailableException when it is not readable now; never
   *     after it was prepared
   */
  T read(SinkRecord record);

  /**
   * Gets what it takes to read a record, if that is not there yet.
   *
   * @throws dev.recount.schemas.UndecodableException when it will never be readable
   * @throws dev.recount.schemas.RegistryUnavailableException when it is not to be had now
   */
  default void prepare(SinkRecord record) {}
}
