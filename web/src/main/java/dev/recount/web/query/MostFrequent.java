package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Of rows for each {@code side} and {@code name} those of the most frequent names, of both sides,
 * and how many names there are besides.
 */
final class MostFrequent {
  private final List<String> names = new ArrayList<>();
  private final Map<String, Map<String, JsonNode>> byName = new TreeMap<>();
  private long all;

  private MostFrequent() {}

  /**
   * A statement.
   *
   * @param grouped gives the rows, with how often in {@code n}
   * @param most names, at most
   */
  static String statement(String grouped, int most) {
    return "SELECT * FROM (SELECT *, max(place) OVER () AS places FROM (SELECT *,"
        + " dense_rank() OVER (ORDER BY often DESC, name) AS place FROM (SELECT *,"
        + " sum(n) OVER (PARTITION BY name) AS often FROM ("
        + grouped
        + ")))) WHERE place <= "
        + most
        + " ORDER BY place, side";
  }

  /** What such a statement gave. */
  static MostFrequent of(List<JsonNode> rows) {
    MostFrequent found = new MostFrequent();
    for (JsonNode row : rows) {
      String name = row.path("name").asText();
      found.all = row.path("places").asLong();
      found
          .byName
          .computeIfAbsent(
              name,
              each -> {
                found.names.add(each);
                return new TreeMap<>();
              })
          .put(row.path("side").asText(), row);
    }
    return found;
  }

  /** The names, the most frequent first. */
  List<String> names() {
    return List.copyOf(names);
  }

  /** The rows of a name by side; empty where there are none. */
  Map<String, JsonNode> of(String name) {
    return byName.getOrDefault(name, Map.of());
  }

  /** How many names there are besides. */
  long leftOut() {
    return all - names.size();
  }

  void forEach(BiConsumer<String, Map<String, JsonNode>> action) {
    names.forEach(name -> action.accept(name, of(name)));
  }
}
