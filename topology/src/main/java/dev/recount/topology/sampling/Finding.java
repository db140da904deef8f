package dev.recount.topology.sampling;

import java.util.List;

/**
 * Whether a condition holds for a trace, and why.
 *
 * @param holds whether it does
 * @param condition what is asked
 * @param actual what the trace says to it; empty where the parts say
 * @param parts conditions that it consists of
 */
public record Finding(boolean holds, String condition, String actual, List<Finding> parts) {
  static Finding of(boolean holds, String condition, String actual) {
    return new Finding(holds, condition, actual, List.of());
  }

  static Finding group(boolean holds, String condition, List<Finding> parts) {
    return new Finding(holds, condition, "", parts);
  }
}
