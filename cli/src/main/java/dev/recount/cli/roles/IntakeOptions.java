package dev.recount.cli.roles;

import dev.recount.connectors.http.Protection;
import dev.recount.connectors.otlp.LargeContent;
import dev.recount.connectors.otlp.Treatment;
import dev.recount.schemas.redaction.Redaction;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * What happens to telemetry on its way in.
 *
 * @param protection who may send, and whether in plain text
 * @param redaction what gives way to pseudonyms, at the receiver and at the topology's intake
 * @param largeContent what is kept beside the topics, by the folder of the other data
 */
public record IntakeOptions(
    Protection protection,
    Redaction redaction,
    Function<Path, Optional<LargeContent>> largeContent) {
  /** Anyone may send, in plain text, and it stays as it is and where it is. */
  public static IntakeOptions plain() {
    return new IntakeOptions(Protection.none(), Redaction.none(), data -> Optional.empty());
  }

  /**
   * What a receiver does to telemetry.
   *
   * @param data where other data is kept
   */
  Treatment treatment(Path data) {
    return new Treatment(redaction, largeContent.apply(data));
  }
}
