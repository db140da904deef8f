package dev.recount.sinks.clickhouse.client;

/** ClickHouse did not do what it was asked. */
public final class ClickHouseRequestException extends RuntimeException {
  private final FailureKind kind;

  /** Says what was asked of which server, and what it answered. */
  public ClickHouseRequestException(String message, FailureKind kind, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What to do about it. */
  public FailureKind kind() {
    return kind;
  }
}
