package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.connectors.otlp.LargeContent;
import dev.recount.schemas.content.FolderContentStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is kept beside the topics because it is large. */
public final class ContentOptions {
  @Option(
      names = "--content-dir",
      paramLabel = "FOLDER",
      defaultValue = "${env:RECOUNT_CONTENT_DIR}",
      description =
          "Where large values are kept that records only refer to (RECOUNT_CONTENT_DIR)."
              + " Default: content, beside the other data")
  private @Nullable Path folder;

  @Option(
      names = "--content-threshold",
      paramLabel = "BYTES",
      defaultValue = "${env:RECOUNT_CONTENT_THRESHOLD:-1048576}",
      description =
          "Largest value of an attribute or a log record that stays in the record"
              + " (RECOUNT_CONTENT_THRESHOLD); 0 keeps all of them there, up to the limit of a"
              + " record. Default: @|bold ${DEFAULT-VALUE}|@")
  private int threshold = LargeContent.DEFAULT_THRESHOLD;

  @Option(
      names = "--content-retention",
      paramLabel = "DAYS",
      defaultValue = "${env:RECOUNT_CONTENT_RETENTION:-90}",
      description =
          "Days for which such a value is kept after a record last referred to it"
              + " (RECOUNT_CONTENT_RETENTION); 0 keeps it for ever."
              + " Default: @|bold ${DEFAULT-VALUE}|@")
  private long retentionDays = LargeContent.DEFAULT_RETENTION.toDays();

  /**
   * What the options ask for; empty when nothing is to be taken out.
   *
   * @param data where other data is kept
   * @throws UserError when the threshold is too low
   */
  public Optional<LargeContent> largeContent(Path data) {
    if (threshold == 0) {
      return Optional.empty();
    }
    try {
      Path where = folder == null ? data.resolve("content") : folder;
      return Optional.of(
          new LargeContent(
              new FolderContentStore(where), threshold, Duration.ofDays(retentionDays)));
    } catch (IllegalArgumentException | ArithmeticException refused) {
      throw new UserError(
          String.valueOf(refused.getMessage()),
          retentionDays < 0 || refused instanceof ArithmeticException
              ? "Give --content-retention a number of days, or 0."
              : "Raise --content-threshold, or set it to 0.",
          refused);
    }
  }
}
