package dev.recount.cli.faults;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** Waits for what takes seconds, on a busy machine more of them. */
final class Patience {
  private static final Duration MOST = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(100);

  private Patience() {}

  static void await(String what, BooleanSupplier condition) {
    Awaitility.await(what).atMost(MOST).pollInterval(POLL).until(condition::getAsBoolean);
  }
}
