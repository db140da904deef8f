package dev.recount.topology.fold;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
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

  /** Those that tell of what the agent did, and not of the telemetry. */
  private static final int OF_BEHAVIOUR =
      EnumSet.complementOf(
              EnumSet.of(CLOCK_SKEW, IMPLAUSIBLE_TIME, PARENT_MISSING, ROOT_MISSING, SPAN_CAP))
          .stream()
          .mapToInt(Warning::bit)
          .reduce(NONE, (one, other) -> one | other);

  private static final List<String> BEHAVIOUR_TEXTS = listed(OF_BEHAVIOUR);
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

  /** Whether a step with a set of warnings may be where a trace went wrong. */
  static boolean suspicious(int warnings) {
    return (warnings & OF_BEHAVIOUR) != NONE;
  }

  /** Whether a step with these flags may be, as {@link #texts} gave them. */
  static boolean suspicious(List<String> flags) {
    return BEHAVIOUR_TEXTS.stream().anyMatch(flags::contains);
  }

  /** What rows carry for a set, in order of the alphabet. The same list for the same set. */
  static List<String> texts(int warnings) {
    return warnings == NONE ? List.of() : TEXTS.computeIfAbsent(warnings, Warning::listed);
  }

  private static List<String> listed(int warnings) {
    List<String> texts = new ArrayList<>(Integer.bitCount(warnings));
    Arrays.stream(values())
        .filter(warning -> (warnings & warning.bit()) != 0)
        .forEach(warning -> texts.add(warning.text));
    return List.copyOf(texts);
  }
}
