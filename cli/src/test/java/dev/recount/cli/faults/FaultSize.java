package dev.recount.cli.faults;

import java.time.Duration;
import java.util.regex.Pattern;

/** How much the fault suite does: what a build can afford, more by hand. */
final class FaultSize {
  /** Whether it is the long form. */
  static final boolean LONG = Boolean.getBoolean("recount.faults.long");

  static final int TRACES = Integer.getInteger("recount.faults.traces", LONG ? 4_000 : 400);

  /** Which faults happen, by a regular expression that finds something in their names. */
  static final Pattern ONLY = Pattern.compile(System.getProperty("recount.faults.only", ""));

  /** How often everything fails. */
  static final int ROUNDS = Integer.getInteger("recount.faults.rounds", LONG ? 5 : 1);

  /** How often two more instances of the topology come and go. */
  static final int STORMS = LONG ? 6 : 1;

  /** How long it takes to send the share of one fault, at least; a fault may take longer. */
  static final Duration SHARE = Duration.ofMillis(LONG ? 5_000 : 1_000);

  /** How long ClickHouse is away: longer than the sink's session and its time between polls. */
  static final Duration OUTAGE = Duration.ofSeconds(LONG ? 60 : 12);

  /** How long it is away in {@link BackPressureTest}, in seconds. */
  static final Duration LONG_OUTAGE =
      Duration.ofSeconds(Integer.getInteger("recount.faults.outage", 600));

  /** More than is sent meanwhile: only those that are sent are looked for. */
  static final int TRACES_OF_LONG_OUTAGE = 80_000;

  private FaultSize() {}
}
