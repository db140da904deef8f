package dev.recount.topology.fold;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A flag of a decision or a trace, in order of the texts that rows carry. Several are a set of
 * bits: a large trace has many decisions, and few different sets of flags.
 */
enum Warning {
  /** A span starts before its parent does. */
  CLOCK_SKEW,

  /**
   * Part of the conversation had fallen out of the context window, with no summary in its place.
   */
  CONTEXT_EVICTED,

  /** The context window was at least nine tenths full. */
  CONTEXT_PRESSURE,

  /** Something in the context window had been cut. */
  CONTEXT_TRUNCATED,

  /** The step failed. */
  ERROR,

  /** A time lies before the year 2000 or after 2099. */
  IMPLAUSIBLE_TIME,

  /** An instruction that the model had before was no longer in its context window. */
  INSTRUCTION_LOST,

  /** The agent was less than half sure. */
  LOW_CONFIDENCE,

  /** The parent of a span did not arrive. */
  PARENT_MISSING,

  /** No span without a parent arrived. */
  ROOT_MISSING,

  /** The trace has more spans than are folded into decisions. */
  SPAN_CAP,

  /** The same tool was called with the same arguments for the third time or more. */
  TOOL_LOOP;

  /** No warning at all. */
  static final int NONE = 0;

  private static final Warning[] ALL = values();
  private static final Map<Integer, List<String>> TEXTS = new ConcurrentHashMap<>();

  private final String text = name().toLowerCase(Locale.ROOT);

  /** As rows carry it. */
  String text() {
    return text;
  }

  /** The set of this one alone. */
  @SuppressWarnings("EnumOrdinal") // a bit of a set that is never stored
  int bit() {
    return 1 << ordinal();
  }

  /** What rows carry for a set, in order of the alphabet. The same list for the same set. */
  static List<String> texts(int warnings) {
    return warnings == NONE ? List.of() : TEXTS.computeIfAbsent(warnings, Warning::listed);
  }

  private static List<String> listed(int warnings) {
    List<String> texts = new ArrayList<>(Integer.bitCount(warnings));
    Arrays.stream(ALL)
        .filter(warning -> (warnings & warning.bit()) != 0)
        .forEach(warning -> texts.add(warning.text));
    return List.copyOf(texts);
  }
}
