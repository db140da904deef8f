package dev.recount.topology.alerting;

import dev.recount.schemas.DeadLetters;
import dev.recount.schemas.UndecodableException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Sends what cannot be read to the dead letters. */
final class Undecodable {
  private Undecodable() {}

  static void report(
      ProcessorContext<byte[], byte[]> context,
      Record<byte[], byte[]> record,
      UndecodableException reason,
      String sink) {
    Headers description = new RecordHeaders(record.headers());
    DeadLetters.Origin origin =
        context
            .recordMetadata()
            .map(
                from ->
                    new DeadLetters.Origin(
                        from.topic(), from.partition(), from.offset(), record.timestamp()))
            .orElse(new DeadLetters.Origin("", -1, -1, record.timestamp()));
    DeadLetters.describe(description, origin, "alerting", String.valueOf(reason.getMessage()));
    context.forward(
        new Record<>(record.key(), record.value(), record.timestamp(), description), sink);
  }
}
