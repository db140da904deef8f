package dev.recount.topology.sampling;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A W3C trace state, and in it what OpenTelemetry says of sampling: {@code ot=th:…;rv:…}.
 *
 * @param members vendors and their values, in order
 */
record TraceState(Map<String, String> members) {
  static final TraceState EMPTY = new TraceState(Map.of());

  private static final String OPEN_TELEMETRY = "ot";
  private static final String THRESHOLD = "th";
  private static final String RANDOMNESS = "rv";
  private static final Pattern THRESHOLD_DIGITS = Pattern.compile("[0-9a-f]{1,14}");
  private static final Pattern RANDOMNESS_DIGITS = Pattern.compile("[0-9a-f]{14}");
  private static final int DIGITS = 14;
  private static final int LONGEST_VALUE = 256;
  private static final int HEXADECIMAL = 16;

  /** Reads a header; what is malformed in it is left out. */
  static TraceState parse(@Nullable String header) {
    if (header == null || header.isBlank()) {
      return EMPTY;
    }
    Map<String, String> members = new LinkedHashMap<>();
    for (String member : header.split(",", -1)) {
      int equals = member.indexOf('=');
      if (equals > 0) {
        members.putIfAbsent(
            member.substring(0, equals).strip(), member.substring(equals + 1).strip());
      }
    }
    return new TraceState(members);
  }

  /** The threshold that samplers before have applied: of 2^56 traces so many were dropped. */
  OptionalLong threshold() {
    return Optional.ofNullable(openTelemetry().get(THRESHOLD))
        .filter(digits -> THRESHOLD_DIGITS.matcher(digits).matches())
        .map(
            digits ->
                OptionalLong.of(
                    Long.parseLong(digits + "0".repeat(DIGITS - digits.length()), HEXADECIMAL)))
        .orElse(OptionalLong.empty());
  }

  /** The random number that all samplers of the trace are to go by, of 56 bits. */
  OptionalLong randomness() {
    return Optional.ofNullable(openTelemetry().get(RANDOMNESS))
        .filter(digits -> RANDOMNESS_DIGITS.matcher(digits).matches())
        .map(digits -> OptionalLong.of(Long.parseLong(digits, HEXADECIMAL)))
        .orElse(OptionalLong.empty());
  }

  /**
   * The trace state with a threshold, in front as what was changed last.
   *
   * @param randomness to be stated too, where the trace ID does not yield it
   */
  TraceState with(long threshold, OptionalLong randomness) {
    Map<String, String> values = openTelemetry();
    values.put(THRESHOLD, encode(threshold));
    randomness.ifPresent(value -> values.put(RANDOMNESS, String.format("%014x", value)));
    String joined =
        values.entrySet().stream()
            .map(entry -> entry.getKey() + ":" + entry.getValue())
            .collect(Collectors.joining(";"));
    if (joined.length() > LONGEST_VALUE) {
      // What does not fit is not to be written: other values must not be cut for it.
      return this;
    }
    Map<String, String> changed = new LinkedHashMap<>();
    changed.put(OPEN_TELEMETRY, joined);
    members.forEach(changed::putIfAbsent);
    return new TraceState(changed);
  }

  /** Digits of a threshold without the zeros at its end. */
  static String encode(long threshold) {
    String digits = String.format("%014x", threshold);
    int end = DIGITS;
    while (end > 1 && digits.charAt(end - 1) == '0') {
      end--;
    }
    return digits.substring(0, end);
  }

  private Map<String, String> openTelemetry() {
    Map<String, String> values = new LinkedHashMap<>();
    for (String pair : members.getOrDefault(OPEN_TELEMETRY, "").split(";", -1)) {
      int colon = pair.indexOf(':');
      if (colon > 0) {
        values.put(pair.substring(0, colon), pair.substring(colon + 1));
      }
    }
    return values;
  }

  /** As a header. */
  @Override
  public String toString() {
    return members.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
