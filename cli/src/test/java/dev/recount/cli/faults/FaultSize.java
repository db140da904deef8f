package dev.recount.cli.faults;

import java.time.Duration;

/** How much the fault suite does: what a build can afford, more by hand. */
final class FaultSize {
  /** Whether it is the long form. */
  static final boolean LONG = Boolean.getBoolean("recount.faults.long");

  static final int TRACES = Integer.getInteger("recount.faults.traces", LONG ? 10_000 : 400);

  static final int TRACES_OF_FULL_DISKS = LONG ? 1_000 : 100;

  static final int TRACES_OF_OUTAGE = LONG ? 20_000 : 600;

  /** How often everything fails. */
  static final int ROUNDS = LONG ? 5 : 1;

  /** How often two more instances of the topology come and go. */
  static final int STORMS = LONG ? 6 : 1;

  /** How long it takes to send the share of one fault: about as long as a fault lasts. */
  static final Duration SHARE = Duration.ofSeconds(LONG ? 10 : 3);

  /** How long ClickHouse is away under full load. */
  static final Duration OUTAGE = LONG ? Duration.ofMinutes(10) : Duration.ofSeconds(20);

  private FaultSize() {}
}
