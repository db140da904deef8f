package dev.recount.sinks.clickhouse.delivery;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands rejected records to Connect, which writes them to {@code dead-letters}. */
public final class DeadLetterReporter implements Rejections {
  private static final Logger log = LoggerFactory.getLogger(DeadLetterReporter.class);

  private final @Nullable ErrantRecordReporter reporter;
  private final String deadLetterTopic;

  /**
   * A reporter.
   *
   * @param reporter Connect's; null when the connector has no dead-letter queue
   * @param deadLetterTopic topic whose own records are never reported, full name
   */
  public DeadLetterReporter(@Nullable ErrantRecordReporter reporter, String deadLetterTopic) {
    this.reporter = reporter;
    this.deadLetterTopic = deadLetterTopic;
  }

  @Override
  public void reject(SinkRecord record, RuntimeException reason) {
    String what = describe(record) + ": " + reason.getMessage();
    if (record.topic().equals(deadLetterTopic)) {
      // A dead letter that became a dead letter would come round for ever. It stays in its topic.
      log.error("Left out a dead letter that cannot be written, {}", what);
      return;
    }
    if (reporter == null) {
      throw new ConnectException(
          "A record cannot be written, "
              + what
              + ". To put such records aside and go on, set errors.tolerance=all and"
              + " errors.deadletterqueue.topic.name="
              + deadLetterTopic,
          reason);
    }
    log.warn("Put aside a record that cannot be written, {}", what);
    try {
      reporter.report(record, reason).get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new ConnectException("Interrupted while putting aside " + what, interrupted);
    } catch (ExecutionException failed) {
      throw new ConnectException("Cannot put aside " + what, failed.getCause());
    }
  }

  private static String describe(SinkRecord record) {
    return "topic "
        + record.topic()
        + ", partition "
        + record.kafkaPartition()
        + ", offset "
        + record.kafkaOffset();
  }
}
