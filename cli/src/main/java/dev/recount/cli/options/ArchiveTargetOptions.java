package dev.recount.cli.options;

import dev.recount.sinks.archive.ArchiveTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where context snapshots are archived, and for how long. */
public final class ArchiveTargetOptions {
  @Mixin private final ArchiveOptions place = new ArchiveOptions();

  @Option(
      names = "--archive-retention",
      paramLabel = "DAYS",
      defaultValue = "${env:RECOUNT_ARCHIVE_RETENTION:-90}",
      description =
          "Days for which a trace stays in a folder after the last of it was written"
              + " (RECOUNT_ARCHIVE_RETENTION); 0 keeps it for ever. In a bucket that is up to its"
              + " lifecycle rules. Default: @|bold ${DEFAULT-VALUE}|@")
  private int retentionDays = (int) ArchiveTarget.DEFAULT_RETENTION.toDays();

  /**
   * What the options ask for; empty when nothing is to be archived.
   *
   * @param data where other data is kept
   * @throws dev.recount.cli.UserError when the location is none
   */
  public Optional<ArchiveTarget> target(Path data) {
    return place
        .location(data)
        .map(location -> new ArchiveTarget(location, Duration.ofDays(retentionDays)));
  }
}
