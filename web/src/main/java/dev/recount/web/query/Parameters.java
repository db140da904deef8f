package dev.recount.web.query;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * The parameters of a request. Whoever has read all that it knows calls {@link #finish}, so that a
 * name with a typing error is told and not passed over.
 */
public final class Parameters {
  /** Values of one name, at most: enough for any list to choose from. */
  static final int MOST_VALUES = 50;

  private static final int LONGEST_VALUE = 2_000;
  private static final long MICROS = 1_000_000;

  private final Map<String, List<String>> values;
  private final Set<String> known = new HashSet<>();

  /**
   * @param values by name; parts of the path are among them
   */
  public Parameters(Map<String, List<String>> values) {
    this.values = Map.copyOf(values);
  }

  /** Every value of a name. */
  public List<String> texts(String name) {
    return texts(name, LONGEST_VALUE);
  }

  private List<String> texts(String name, int longest) {
    known.add(name);
    List<String> found = values.getOrDefault(name, List.of());
    if (found.size() > MOST_VALUES) {
      throw new BadParameter(name, "At most " + MOST_VALUES + " values, please.");
    }
    for (String value : found) {
      if (value.length() > longest) {
        throw new BadParameter(name, "At most " + longest + " characters, please.");
      }
    }
    return found;
  }

  /** The value of a name that is given once at most. */
  public Optional<String> text(String name) {
    List<String> found = texts(name);
    if (found.size() > 1) {
      throw new BadParameter(name, "Given more than once.");
    }
    return found.stream().findFirst();
  }

  /** The value of a name that has to be given. */
  public String required(String name) {
    return text(name).orElseThrow(() -> new BadParameter(name, "Missing."));
  }

  /** One of several words. */
  public Optional<String> oneOf(String name, Set<String> words) {
    Optional<String> value = text(name);
    value.ifPresent(
        word -> {
          if (!words.contains(word)) {
            throw new BadParameter(
                name, "Not one of " + String.join(", ", new TreeSet<>(words)) + ".");
          }
        });
    return value;
  }

  /** Any of several words. */
  public Set<String> words(String name, Set<String> words) {
    Set<String> found = new TreeSet<>(texts(name));
    if (!words.containsAll(found)) {
      throw new BadParameter(name, "Not one of " + String.join(", ", new TreeSet<>(words)) + ".");
    }
    return found;
  }

  /** A number from 0 to 1. */
  public OptionalDouble share(String name) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    if (value.get().matches("0|1|[01]?\\.\\d{1,6}")) {
      double number = Double.parseDouble(value.get());
      if (number <= 1) {
        return OptionalDouble.of(number);
      }
    }
    throw new BadParameter(name, "Not a number from 0 to 1.");
  }

  /** Parameters within a parameter, encoded as those of an address are; several times. */
  List<Parameters> nested(String name, int longest) {
    return texts(name, longest).stream().map(text -> new Parameters(decoded(name, text))).toList();
  }

  private static Map<String, List<String>> decoded(String name, String text) {
    Map<String, List<String>> decoded = new HashMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals < 0) {
        throw new BadParameter(name, "Not parameters such as tool=search.");
      }
      try {
        decoded
            .computeIfAbsent(
                URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                any -> new ArrayList<>())
            .add(URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException malformed) {
        throw new BadParameter(name, "Not encoded as an address is.");
      }
    }
    return decoded;
  }

  /** {@code true} or {@code false}. */
  public Optional<Boolean> flag(String name) {
    return oneOf(name, Set.of("true", "false")).map(Boolean::valueOf);
  }

  /** A whole number within bounds. */
  public OptionalLong whole(String name, long least, long most) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      long number = Long.parseLong(value.get());
      if (number >= least && number <= most) {
        return OptionalLong.of(number);
      }
    } catch (NumberFormatException notWhole) {
      // told below
    }
    throw new BadParameter(name, "Not a whole number from " + least + " to " + most + ".");
  }

  /** A time as microseconds since the epoch: ISO 8601 with an offset, or such a number itself. */
  public OptionalLong time(String name) {
    Optional<String> value = text(name);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    if (value.get().matches("\\d{1,17}")) {
      return OptionalLong.of(Long.parseLong(value.get()));
    }
    try {
      Instant instant = Instant.parse(value.get());
      return OptionalLong.of(
          Math.addExact(
              Math.multiplyExact(instant.getEpochSecond(), MICROS), instant.getNano() / 1_000));
    } catch (DateTimeParseException | ArithmeticException notATime) {
      throw new BadParameter(name, "Not a time such as 2026-11-20T00:00:00Z.");
    }
  }

  /**
   * Makes sure that nothing else was given.
   *
   * @throws BadParameter when there is a name that nobody has asked for
   */
  public void finish() {
    for (String name : new TreeSet<>(values.keySet())) {
      if (!known.contains(name)) {
        throw new BadParameter(name, "There is no such parameter here.");
      }
    }
  }
}
