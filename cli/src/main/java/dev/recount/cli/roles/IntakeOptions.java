package dev.recount.cli.roles;

import dev.recount.connectors.http.Protection;

/**
 * What happens to telemetry before it is on Kafka.
 *
 * @param protection who may send, and whether in plain text
 */
public record IntakeOptions(Protection protection) {
  /** Anyone may send, in plain text, and it stays as it is. */
  public static IntakeOptions plain() {
    return new IntakeOptions(Protection.none());
  }
}
