package dev.recount.topology.assembly;

import dev.recount.schemas.DeadLetters;
import dev.recount.schemas.RegistryUnavailableException;
import dev.recount.schemas.UndecodableException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What cannot be read or folded goes to the dead letters and stops nothing else. */
final class AssemblyFailures {
  private static final Logger log = LoggerFactory.getLogger(AssemblyFailures.class);
  private static final String STAGE = "assembly";

  private final ProcessorContext<byte[], byte[]> context;
  private final Outputs outputs;

  AssemblyFailures(ProcessorContext<byte[], byte[]> context, Outputs outputs) {
    this.context = context;
    this.outputs = outputs;
  }

  /**
   * Does something about one trace. A trace that cannot be folded keeps its events, and stops no
   * other.
   *
   * @return whether it worked
   */
  boolean contain(String trace, long now, Runnable work) {
    try {
      work.run();
      return true;
    } catch (KafkaException | RegistryUnavailableException unavailable) {
      // Nothing is wrong with the trace.
      throw unavailable;
    } catch (RuntimeException | StackOverflowError failed) {
      log.error("Trace {} cannot be folded", trace, failed);
      Headers description = new RecordHeaders();
      DeadLetters.describe(description, origin(now), STAGE, "Trace cannot be folded: " + failed);
      outputs.deadLetter(trace.getBytes(StandardCharsets.UTF_8), new byte[0], description, now);
      return false;
    }
  }

  /** Reports an entry of the log that cannot be read. */
  void undecodable(Record<byte[], byte[]> record, UndecodableException undecodable, long now) {
    Headers description = new RecordHeaders(record.headers());
    String error = String.valueOf(undecodable.getMessage());
    DeadLetters.describe(description, origin(record.timestamp()), STAGE, error);
    outputs.deadLetter(record.key(), record.value(), description, now);
  }

  private DeadLetters.Origin origin(long timestamp) {
    RecordMetadata metadata = context.recordMetadata().orElse(null);
    return metadata == null
        ? new DeadLetters.Origin("", -1, -1, timestamp)
        : new DeadLetters.Origin(
            metadata.topic(), metadata.partition(), metadata.offset(), timestamp);
  }
}
