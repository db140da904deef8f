package dev.recount.cli.replay;

import dev.recount.cli.UserError;
import dev.recount.cli.output.Text;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other processes do. */
final class Waiting {
  private static final Duration PAUSE = Duration.ofMillis(150);

  private Waiting() {}

  /**
   * Waits.
   *
   * @return whether it came in time
   */
  static boolean await(BooleanSupplier condition, Duration longest) {
    long deadline = System.nanoTime() + longest.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      pause();
    }
    return true;
  }

  /**
   * Waits for what is to come.
   *
   * @throws UserError when it does not come in time
   */
  static void require(BooleanSupplier condition, Duration longest, String what, String remedy) {
    if (!await(condition, longest)) {
      throw new UserError("After " + Text.duration(longest) + " " + what + ".", remedy);
    }
  }

  static void pause() {
    LockSupport.parkNanos(PAUSE.toNanos());
    if (Thread.currentThread().isInterrupted()) {
      throw new UserError("Interrupted while waiting.", null);
    }
  }
}
