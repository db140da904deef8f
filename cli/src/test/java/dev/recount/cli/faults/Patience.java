package dev.recount.cli.faults;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for what takes seconds, on a busy machine more of them. */
final class Patience {
  private static final Duration MOST = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(100);

  private Patience() {}

  static void await(String what, BooleanSupplier condition) {
    Awaitility.await(what).atMost(MOST).pollInterval(POLL).until(condition::getAsBoolean);
  }

  /**
   * Likewise.
   *
   * @param evidence what is told if it does not come to that
   */
  static void await(String what, BooleanSupplier condition, Supplier<String> evidence) {
    try {
      await(what, condition);
    } catch (ConditionTimeoutException inVain) {
      throw new AssertionError(inVain.getMessage() + "\n" + evidence.get(), inVain);
    }
  }
}
