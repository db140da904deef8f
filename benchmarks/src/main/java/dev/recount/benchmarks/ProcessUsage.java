package dev.recount.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What one process uses, as Linux tells it under {@code /proc}. Zero where it does not tell, as
 * after the process has ended.
 */
record ProcessUsage(String name, long pid) {
  /** Linux counts processor time in hundredths of a second on every usual machine. */
  private static final int TICK_MILLIS = 10;

  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;

  static ProcessUsage ofThisProcess(String name) {
    return new ProcessUsage(name, ProcessHandle.current().pid());
  }

  /** Processor time so far, user and system, in milliseconds. */
  long cpuMillis() {
    return cpuMillis(read("stat"));
  }

  /**
   * Processor time in what {@code /proc} tells in a file {@code stat}, of a process or a thread.
   */
  static long cpuMillis(String stat) {
    // The name in parentheses may hold blanks; the fields after it are numbered from the state.
    int afterName = stat.lastIndexOf(')');
    if (afterName < 0) {
      return 0;
    }
    String[] fields = stat.substring(afterName + 2).split(" ", -1);
    return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) * TICK_MILLIS;
  }

  /** Resident memory at its peak, in bytes. */
  long peakBytes() {
    return status("VmHWM:");
  }

  /** Resident memory now, in bytes. */
  long residentBytes() {
    return status("VmRSS:");
  }

  private long status(String field) {
    return read("status")
        .lines()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) << 10)
        .findFirst()
        .orElse(0);
  }

  private String read(String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), file));
    } catch (IOException gone) {
      return "";
    }
  }
}
