package dev.recount.connectors.otlp;

import dev.recount.schemas.content.ContentStore;

/**
 * What is taken out of telemetry before it is on Kafka, and where it is kept.
 *
 * @param store keeps it
 * @param threshold largest value that stays, in bytes: of an attribute, or of a log record's body
 */
public record LargeContent(ContentStore store, int threshold) {
  /**
   * Longer than any prompt of today's models; far from a record's limit, and from being a burden.
   */
  public static final int DEFAULT_THRESHOLD = 1 << 20;

  /** References take up room themselves. */
  public static final int MINIMUM_THRESHOLD = 1 << 10;

  /** Checks the range. */
  public LargeContent {
    if (threshold < MINIMUM_THRESHOLD) {
      throw new IllegalArgumentException(
          "The threshold of large content is " + threshold + ", under " + MINIMUM_THRESHOLD);
    }
  }
}
