package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.sinks.archive.storage.StorageLocation;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the archive of context snapshots is. */
public final class ArchiveOptions {
  private static final String NONE = "none";

  @Option(
      names = "--archive-url",
      paramLabel = "URL",
      defaultValue = "${env:RECOUNT_ARCHIVE_URL}",
      description =
          "Archive of context snapshots (RECOUNT_ARCHIVE_URL): a folder, or"
              + " s3://bucket/prefix with ?endpoint=URL&region=NAME&path-style=true where it is not"
              + " Amazon's; none keeps none. Default: archive, beside the other data")
  private @Nullable String url;

  /**
   * Where the options have the archive; empty when none is to be kept.
   *
   * @param data where other data is kept
   * @throws UserError when the location is none
   */
  public Optional<StorageLocation> location(Path data) {
    if (url == null || url.isBlank()) {
      return Optional.of(new StorageLocation.Folder(folder(data)));
    }
    if (url.equals(NONE)) {
      return Optional.empty();
    }
    try {
      return Optional.of(StorageLocation.parse(url));
    } catch (IllegalArgumentException refused) {
      throw new UserError(
          "--archive-url " + url + " is no place for an archive: " + refused.getMessage() + ".",
          "It looks like ./archive, file:///var/lib/recount/archive or s3://bucket/prefix.",
          refused);
    }
  }

  /** Where the archive is when nobody says so. */
  public static Path folder(Path data) {
    return data.resolve("archive").toAbsolutePath().normalize();
  }
}
