package dev.recount.sinks;

import dev.recount.schemas.TraceIds;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.connect.sink.SinkRecord;

/** What the keys of records say. */
public final class SinkKeys {
  private SinkKeys() {}

  /** The trace ID that is a record's key; empty when its key is something else. */
  public static Optional<String> traceId(SinkRecord record) {
    if (record.key() instanceof byte[] key) {
      String text = new String(key, StandardCharsets.UTF_8);
      return TraceIds.isTraceId(text) ? Optional.of(text) : Optional.empty();
    }
    return Optional.empty();
  }
}
