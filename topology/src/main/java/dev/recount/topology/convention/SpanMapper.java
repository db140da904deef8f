package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads spans by the table of {@link Conventions}, and by the keys that a team has chosen for
 * itself. Immutable; one look-up for each attribute.
 */
public final class SpanMapper {
  private static final int CHOSEN_RANK = 500;
  private static final int RESOURCE_RANK = 1000;

  /** What an attribute states: a fact itself, or facts by the fields of its JSON. */
  private record Rule(@Nullable Fact fact, int rank, List<Field> fields, int place) {
    static final int NO_PLACE = -1;
  }

  /** A field of an attribute's JSON, by the names on the way to it. */
  private record Field(String[] path, Fact fact, int rank) {}

  /** A fact, and how much its statement weighs: the lowest rank wins. */
  private record Ranked(Fact fact, int rank) {}

  /** Attributes that begin alike, with keys of an application's own. */
  private record Prefix(String text, int place) {}

  private static final SpanMapper STANDARD = new SpanMapper(Map.of());
  private static final Map<String, Ranked> CHOSEN_KEYS = chosenKeys();

  private final Map<String, Rule> spanRules;
  private final Map<String, Rule> resourceRules;
  private final Prefix[][] prefixesByFirstLetter;

  /**
   * Adds a team's own keys to the table.
   *
   * @param keys for each fact the attributes that state it, of a span or of its resource; the first
   *     that is there wins, and wins over the table
   */
  public SpanMapper(Map<Fact, List<String>> keys) {
    this.spanRules = rules(Conventions.SPAN_ATTRIBUTES, 1);
    this.resourceRules = rules(Conventions.RESOURCE_ATTRIBUTES, RESOURCE_RANK);
    List<Conventions.Row> own =
        keys.entrySet().stream()
            .map(entry -> new Conventions.Row(entry.getKey(), List.copyOf(entry.getValue())))
            .toList();
    addRows(own, -RESOURCE_RANK, spanRules);
    addRows(own, -CHOSEN_RANK, resourceRules);
    this.prefixesByFirstLetter = places(spanRules);
  }

  /** The table as it is. */
  public static SpanMapper standard() {
    return STANDARD;
  }

  private static Map<String, Rule> rules(List<Conventions.Row> rows, int firstRank) {
    Map<String, Rule> rules = new HashMap<>();
    addRows(rows, firstRank, rules);
    return rules;
  }

  private static void addRows(List<Conventions.Row> rows, int firstRank, Map<String, Rule> rules) {
    for (Conventions.Row row : rows) {
      int rank = firstRank;
      for (String entry : row.keys()) {
        int hash = entry.indexOf('#');
        if (hash < 0) {
          rules.merge(
              entry,
              new Rule(row.fact(), rank, List.of(), Rule.NO_PLACE),
              (before, added) ->
                  new Rule(added.fact(), added.rank(), before.fields(), before.place()));
        } else {
          Field field = new Field(entry.substring(hash + 1).split("\\."), row.fact(), rank);
          rules.merge(
              entry.substring(0, hash),
              new Rule(null, 0, List.of(field), Rule.NO_PLACE),
              SpanMapper::withFieldsOf);
        }
        rank++;
      }
    }
  }

  private static Rule withFieldsOf(Rule rule, Rule other) {
    List<Field> fields = new ArrayList<>(rule.fields());
    fields.addAll(other.fields());
    return new Rule(rule.fact(), rule.rank(), List.copyOf(fields), rule.place());
  }

  private static Prefix[][] places(Map<String, Rule> rules) {
    Map<Character, List<Prefix>> prefixes = new HashMap<>();
    for (int place = 0; place < Conventions.PLACES.size(); place++) {
      String text = Conventions.PLACES.get(place);
      String key = text.substring(0, text.length() - 2);
      if (text.endsWith(".*")) {
        prefixes
            .computeIfAbsent(key.charAt(0), letter -> new ArrayList<>())
            .add(new Prefix(key + ".", place));
      } else {
        int ofPlace = place;
        rules.compute(
            key,
            (name, rule) ->
                rule == null
                    ? new Rule(null, 0, List.of(), ofPlace)
                    : new Rule(rule.fact(), rule.rank(), rule.fields(), ofPlace));
      }
    }
    Prefix[][] byFirstLetter = new Prefix['z' + 1][];
    prefixes.forEach((letter, rows) -> byFirstLetter[letter] = rows.toArray(new Prefix[0]));
    return byFirstLetter;
  }

  private static Map<String, Ranked> chosenKeys() {
    Map<String, Ranked> keys = new HashMap<>();
    for (Conventions.Row row : Conventions.CHOSEN_KEYS) {
      for (int i = 0; i < row.keys().size(); i++) {
        keys.put(row.keys().get(i), new Ranked(row.fact(), i));
      }
    }
    return keys;
  }

  /** Reads a span's attributes, its events and its resource. Never throws. */
  public SpanFacts read(Span span) {
    SpanFacts facts = new SpanFacts(span);
    for (Map.Entry<String, Object> attribute : span.getAttributes().entrySet()) {
      Object value = attribute.getValue();
      if (value == null) {
        continue;
      }
      Rule rule = spanRules.get(attribute.getKey());
      if (rule != null) {
        state(rule, value, facts);
      } else {
        stateChosen(attribute.getKey(), value, facts);
      }
    }
    for (Map.Entry<String, Object> attribute : span.getResourceAttributes().entrySet()) {
      Rule rule = resourceRules.get(attribute.getKey());
      if (rule != null && attribute.getValue() != null) {
        state(rule, attribute.getValue(), facts);
      }
    }
    for (SpanEvent event : span.getEvents()) {
      if ("exception".equals(event.getName())) {
        facts.exception(
            event.getAttributes().get("exception.type"),
            event.getAttributes().get("exception.message"),
            RESOURCE_RANK);
      }
    }
    facts.complete();
    return facts;
  }

  private static void state(Rule rule, Object value, SpanFacts facts) {
    if (rule.fact() != null) {
      facts.state(rule.fact(), rule.rank(), value);
    }
    if (rule.fields().isEmpty() && rule.place() == Rule.NO_PLACE) {
      return;
    }
    JsonNode object = Json.ofAttribute(value);
    if (!object.isObject()) {
      return;
    }
    for (Field field : rule.fields()) {
      JsonNode node = object;
      for (String name : field.path()) {
        node = Json.unquoted(node).path(name);
      }
      stateNode(field.fact(), field.rank(), node, facts);
    }
    if (rule.place() != Rule.NO_PLACE) {
      for (Map.Entry<String, JsonNode> field : object.properties()) {
        Ranked chosen = CHOSEN_KEYS.get(normalised(field.getKey(), 0));
        if (chosen != null && field.getValue().isValueNode()) {
          stateNode(chosen.fact(), rank(chosen, rule.place()), field.getValue(), facts);
        }
      }
    }
  }

  private static void stateNode(Fact fact, int rank, JsonNode node, SpanFacts facts) {
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      facts.state(fact, rank, node.longValue());
    } else if (node.isNumber()) {
      facts.state(fact, rank, node.doubleValue());
    } else {
      String text = Json.text(node);
      if (text != null) {
        facts.state(fact, rank, text);
      }
    }
  }

  private void stateChosen(String key, Object value, SpanFacts facts) {
    char first = key.isEmpty() ? 0 : key.charAt(0);
    Prefix[] prefixes = first < prefixesByFirstLetter.length ? prefixesByFirstLetter[first] : null;
    if (prefixes == null) {
      return;
    }
    for (Prefix prefix : prefixes) {
      if (key.startsWith(prefix.text())) {
        Ranked chosen = CHOSEN_KEYS.get(normalised(key, prefix.text().length()));
        if (chosen != null) {
          facts.state(chosen.fact(), rank(chosen, prefix.place()), value);
        }
        return;
      }
    }
  }

  private static int rank(Ranked chosen, int place) {
    return CHOSEN_RANK + place * 16 + chosen.rank();
  }

  private static String normalised(String key, int from) {
    StringBuilder letters = new StringBuilder(key.length() - from);
    for (int i = from; i < key.length(); i++) {
      char letter = key.charAt(i);
      if (letter != '_' && letter != '-' && letter != '.') {
        letters.append(letter);
      }
    }
    return letters.toString().toLowerCase(Locale.ROOT);
  }
}
