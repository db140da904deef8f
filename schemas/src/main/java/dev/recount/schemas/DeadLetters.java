package dev.recount.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Headers of a record in {@code dead-letters}. Its key and value are the original bytes; headers of
 * the original record are kept.
 */
public final class DeadLetters {
  /** Topic that the record was read from. */
  public static final String TOPIC = "recount.topic";

  /** Partition that it was read from, in decimal. */
  public static final String PARTITION = "recount.partition";

  /** Offset that it was read at, in decimal. */
  public static final String OFFSET = "recount.offset";

  /** Timestamp of the original record, milliseconds since the Unix epoch, in decimal. */
  public static final String TIMESTAMP = "recount.timestamp";

  /** Stage that refused it: {@code intake}, {@code assembly}, {@code alerting} or {@code sink}. */
  public static final String STAGE = "recount.stage";

  /** What was wrong with it, and which part of it where only a part was refused. */
  public static final String ERROR = "recount.error";

  private DeadLetters() {}

  /** Where a dead letter comes from. */
  public record Origin(String topic, int partition, long offset, long timestamp) {}

  /** Adds the headers that say where a record came from and why it was refused. */
  public static void describe(Headers headers, Origin origin, String stage, String error) {
    put(headers, TOPIC, origin.topic());
    put(headers, PARTITION, Integer.toString(origin.partition()));
    put(headers, OFFSET, Long.toString(origin.offset()));
    put(headers, TIMESTAMP, Long.toString(origin.timestamp()));
    put(headers, STAGE, stage);
    put(headers, ERROR, error);
  }

  private static void put(Headers headers, String name, String value) {
    headers.remove(name);
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  /** The last header of a name as text. */
  public static Optional<String> read(Headers headers, String name) {
    @Nullable Header header = headers.lastHeader(name);
    if (header == null || header.value() == null) {
      return Optional.empty();
    }
    return Optional.of(StandardCharsets.UTF_8.decode(ByteBuffer.wrap(header.value())).toString());
  }
}
