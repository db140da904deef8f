package dev.recount.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What else the machine does. */
final class Machine {
  private Machine() {}

  /** Load averages of 1, 5 and 15 minutes, so that a figure taken beside other work shows it. */
  static String loadAverage() {
    try {
      String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
      return fields[0] + " " + fields[1] + " " + fields[2];
    } catch (IOException notLinux) {
      return "unknown";
    }
  }
}
