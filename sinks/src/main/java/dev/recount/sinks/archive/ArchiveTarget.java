package dev.recount.sinks.archive;

import dev.recount.sinks.archive.storage.StorageLocation;
import java.time.Duration;

/**
 * What to archive to.
 *
 * @param location where
 * @param retention how long traces stay in a folder, in whole days; zero for ever. In a bucket that
 *     is up to its lifecycle rules
 */
public record ArchiveTarget(StorageLocation location, Duration retention) {
  /** How long traces stay in a folder unless said otherwise: as long as rows in the tables. */
  public static final Duration DEFAULT_RETENTION = Duration.ofDays(90);

  /** A location with the default retention. */
  public static ArchiveTarget of(StorageLocation location) {
    return new ArchiveTarget(location, DEFAULT_RETENTION);
  }
}
