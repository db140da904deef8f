package dev.recount.sinks.clickhouse.tables;

import dev.recount.schemas.DeadLetters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record of {@code dead-letters}, whoever wrote it: Recount, Kafka Connect (KIP-298) or Kafka
 * Streams (KIP-1034). Any record at all can be read as one; what its headers do not say is taken
 * from the record itself.
 *
 * @param topic where the original was read from
 * @param partition its partition
 * @param offset its offset
 * @param timestamp its timestamp, milliseconds since the Unix epoch; null when unknown
 * @param stage what refused it: {@code intake}, {@code assembly}, {@code sink}, {@code streams}
 * @param error what was wrong with it
 * @param key original key; empty when it had none
 * @param value original value; empty when it had none
 * @param headers all headers as text, the last of each name
 */
record DeadLetter(
    String topic,
    int partition,
    long offset,
    @Nullable Long timestamp,
    String stage,
    String error,
    byte[] key,
    byte[] value,
    Map<String, String> headers) {
  private static final String CONNECT = "__connect.errors.";
  private static final String STREAMS = "__streams.errors.";
  private static final byte[] NOTHING = {};

  static DeadLetter of(SinkRecord record) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), text(header.value()));
    }
    // A record that fails in the sink keeps the headers that it was produced with, so the writer
    // that comes last in a record's life is looked for first.
    return new DeadLetter(
        first(headers, CONNECT + "topic", STREAMS + "topic", DeadLetters.TOPIC)
            .orElse(record.topic()),
        number(headers, CONNECT + "partition", STREAMS + "partition", DeadLetters.PARTITION)
            .map(Long::intValue)
            .orElseGet(record::kafkaPartition),
        number(headers, CONNECT + "offset", STREAMS + "offset", DeadLetters.OFFSET)
            .orElseGet(record::kafkaOffset),
        number(headers, DeadLetters.TIMESTAMP).orElse(record.timestamp()),
        stage(headers),
        first(headers, CONNECT + "exception.message", STREAMS + "message", DeadLetters.ERROR)
            .or(() -> first(headers, CONNECT + "exception.class.name", STREAMS + "exception"))
            .orElse(""),
        bytes(record.key()),
        bytes(record.value()),
        headers);
  }

  private static String stage(Map<String, String> headers) {
    if (headers.containsKey(CONNECT + "topic")) {
      return "sink";
    }
    if (headers.containsKey(STREAMS + "topic")) {
      return "streams";
    }
    return headers.getOrDefault(DeadLetters.STAGE, "");
  }

  private static Optional<String> first(Map<String, String> headers, String... names) {
    return List.of(names).stream().map(headers::get).filter(text -> text != null).findFirst();
  }

  private static Optional<Long> number(Map<String, String> headers, String... names) {
    try {
      return first(headers, names).map(Long::valueOf);
    } catch (NumberFormatException notDecimal) {
      return Optional.empty();
    }
  }

  /** Connect's header converter guesses types: numbers, booleans and lists come as objects. */
  private static String text(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes)).toString();
    }
    return value == null ? "" : value.toString();
  }

  private static byte[] bytes(@Nullable Object value) {
    if (value instanceof byte[] bytes) {
      return bytes;
    }
    return value == null ? NOTHING : value.toString().getBytes(StandardCharsets.UTF_8);
  }
}
