package dev.recount.connectors.otlp;

import dev.recount.schemas.content.ContentStore;
import java.time.Duration;

/**
 * What is taken out of telemetry before it is on Kafka, and where it is kept.
 *
 * @param store keeps it
 * @param threshold largest value that stays, in bytes: of an attribute, or of a log record's body
 * @param retention how long it is kept after a record last referred to it; zero for ever
 */
public record LargeContent(ContentStore store, int threshold, Duration retention) {
  /**
   * Longer than any prompt of today's models; far from a record's limit, and from being a burden.
   */
  public static final int DEFAULT_THRESHOLD = 1 << 20;

  /** References take up room themselves. */
  public static final int MINIMUM_THRESHOLD = 1 << 10;

  /** As long as the rows that refer to it are kept. */
  public static final Duration DEFAULT_RETENTION = Duration.ofDays(90);

  /** Kept for {@link #DEFAULT_RETENTION}. */
  public LargeContent(ContentStore store, int threshold) {
    this(store, threshold, DEFAULT_RETENTION);
  }

  /** Checks the ranges. */
  public LargeContent {
    if (retention.isNegative()) {
      throw new IllegalArgumentException("Content cannot be kept for less than no time");
    }
    if (threshold < MINIMUM_THRESHOLD) {
      throw new IllegalArgumentException(
          "The threshold of large content is " + threshold + ", under " + MINIMUM_THRESHOLD);
    }
  }
}
