package dev.recount.cli.faults;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals to a process for which Java has no method. */
final class Signals {
  private Signals() {}

  /** Holds it where it is, in the middle of whatever it does. */
  static void hold(long processId) {
    send("STOP", processId);
  }

  /** Lets it go on. */
  static void goOn(long processId) {
    send("CONT", processId);
  }

  /** kill -9. */
  static void kill(long processId) {
    send("KILL", processId);
  }

  private static void send(String signal, long processId) {
    try {
      int exit =
          new ProcessBuilder("kill", "-" + signal, Long.toString(processId))
              .inheritIO()
              .start()
              .waitFor();
      if (exit != 0) {
        throw new IllegalStateException("kill -" + signal + " " + processId + " failed");
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
