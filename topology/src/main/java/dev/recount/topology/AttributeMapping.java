package dev.recount.topology;

import dev.recount.topology.convention.Fact;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;

/** Reads {@code fact=key} entries: which attributes of a team's own state which fact. */
final class AttributeMapping {
  /** Facts for which applications choose keys of their own. */
  private static final Set<Fact> MAPPABLE =
      Set.of(
          Fact.SESSION_ID,
          Fact.USER_ID,
          Fact.AGENT_NAME,
          Fact.AGENT_VERSION,
          Fact.PROMPT_NAME,
          Fact.PROMPT_VERSION,
          Fact.TOOL_SCHEMA_VERSION,
          Fact.MEMORY_INDEX_VERSION,
          Fact.FRAMEWORK,
          Fact.FRAMEWORK_VERSION,
          Fact.RELEASE,
          Fact.ENVIRONMENT);

  private AttributeMapping() {}

  /**
   * The keys of each fact, in the order in which they were given.
   *
   * @throws IllegalArgumentException when an entry is malformed or names no fact
   */
  static Map<Fact, List<String>> parse(List<String> entries) {
    Map<Fact, List<String>> keys = new EnumMap<>(Fact.class);
    for (String entry : entries) {
      if (entry.isBlank()) {
        continue;
      }
      int equals = entry.indexOf('=');
      String key = entry.substring(equals + 1).strip();
      if (equals < 0 || key.isEmpty()) {
        throw new IllegalArgumentException("\"" + entry + "\" is not of the form fact=key");
      }
      keys.computeIfAbsent(fact(entry.substring(0, equals)), fact -> new ArrayList<>()).add(key);
    }
    return keys;
  }

  private static Fact fact(String name) {
    for (Fact fact : MAPPABLE) {
      if (fact.name().toLowerCase(Locale.ROOT).equals(name.strip())) {
        return fact;
      }
    }
    List<String> known =
        MAPPABLE.stream().map(fact -> fact.name().toLowerCase(Locale.ROOT)).sorted().toList();
    throw new IllegalArgumentException(
        "\"" + name.strip() + "\" is none of " + String.join(", ", known));
  }

  /** Refuses a setting that cannot be read. */
  static void validate(String setting, Object entries) {
    try {
      List<String> texts = new ArrayList<>();
      for (Object entry : (List<?>) entries) {
        texts.add(String.valueOf(entry));
      }
      parse(texts);
    } catch (IllegalArgumentException malformed) {
      throw new ConfigException(setting, entries, malformed.getMessage());
    }
  }
}
