package dev.recount.web.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Against tables that do what the conditions on time say. */
class TraceListTest {
  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");
  private static final long HOUR = 3_600_000_000L;
  private static final Pattern TIME =
      Pattern.compile("started_at (>=|<=|<) fromUnixTimestamp64Micro\\(\\{(p\\d+):Int64}");
  private static final Pattern AFTER =
      Pattern.compile("\\(started_at, trace_id\\) < \\(.*?\\{(p\\d+):Int64}.*?\\{(p\\d+):String}");
  private static final Pattern LIMIT = Pattern.compile("LIMIT (\\d+)");

  private final List<ObjectNode> rows = new ArrayList<>();
  private final RecordingTables tables = new RecordingTables(this::select);

  @Test
  void aFullPageOfTheLastHourIsReadFromTheLastHour() {
    for (int i = 0; i < 60; i++) {
      add(micros(NOW) - i * 1_000_000L, "t" + i);
    }
    add(micros(NOW) - 1_000 * HOUR, "old");
    ObjectNode page = page(Map.of());
    assertThat(page.path("traces")).hasSize(50);
    assertThat(page.has("next")).isTrue();
    assertThat(tables.asked()).as("one look, and the rows").hasSize(2);
    assertThat(tables.asked().get(0).parameters()).containsValue(Long.toString(micros(NOW) - HOUR));
  }

  @Test
  void whatIsOldOrInTheFutureIsFoundAll() {
    add(micros(NOW) + 90 * 24 * HOUR, "future");
    add(micros(NOW) - 9_000 * HOUR, "old");
    add(0, "oldest");
    ObjectNode page = page(Map.of());
    assertThat(ids(page)).containsExactly("future", "old", "oldest");
    assertThat(page.has("next")).isFalse();
  }

  @Test
  void aRangeIsNotLeft() {
    add(micros(NOW) - HOUR / 2, "after");
    add(micros(NOW) - 30 * HOUR, "within");
    add(micros(NOW) - 60 * HOUR, "before");
    ObjectNode page =
        page(
            Map.of(
                "from", List.of(Long.toString(micros(NOW) - 48 * HOUR)),
                "to", List.of(Long.toString(micros(NOW) - HOUR))));
    assertThat(ids(page)).containsExactly("within");
    String floor = Long.toString(micros(NOW) - 48 * HOUR);
    assertThat(tables.asked())
        .filteredOn(asked -> asked.sql().contains("LIMIT"))
        .last()
        .satisfies(last -> assertThat(last.parameters()).containsValue(floor));
  }

  @Test
  void howFarBackAllTracesReachIsFoundOutOnceAndForgottenWhenMoreComeIn() {
    TraceList list = new TraceList(tables, InstantSource.fixed(NOW));
    Parameters two = new Parameters(Map.of("limit", List.of("2")));
    for (int i = 0; i < 5; i++) {
      add(micros(NOW) - (30 + i) * HOUR, "old" + i);
    }
    assertThat(ids(list.page(two))).containsExactly("old0", "old1");
    assertThat(looks()).isEqualTo(3);
    assertThat(ids(list.page(two))).containsExactly("old0", "old1");
    assertThat(looks()).isEqualTo(3 + 1);
    for (int i = 0; i < 5; i++) {
      add(micros(NOW) - i, "new" + i);
    }
    assertThat(ids(list.page(two))).containsExactly("new0", "new1");
    assertThat(ids(list.page(two))).containsExactly("new0", "new1");
    assertThat(looks()).isEqualTo(3 + 1 + 1 + 1);
    String hourAgo = Long.toString(micros(NOW) - HOUR);
    assertThat(tables.asked())
        .filteredOn(asked -> asked.sql().contains("LIMIT"))
        .last()
        .satisfies(last -> assertThat(last.parameters()).containsValue(hourAgo));
  }

  private long looks() {
    return tables.asked().stream().filter(asked -> asked.sql().contains("LIMIT")).count();
  }

  /**
   * Also traces that start in the same microsecond, and those at the edges of what is looked at.
   */
  @Test
  void pagesTogetherAreTheWholeOnceEach() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 500; i++) {
      add(micros(NOW) - random.nextLong(80) * HOUR, "t" + i);
    }
    List<String> found = new ArrayList<>();
    ObjectNode page = page(Map.of("limit", List.of("37")));
    found.addAll(ids(page));
    while (page.has("next")) {
      page = page(Map.of("limit", List.of("37"), "after", List.of(page.path("next").asText())));
      found.addAll(ids(page));
    }
    assertThat(found)
        .containsExactlyElementsOf(
            rows.stream().sorted(LATEST).map(row -> row.path("trace_id").asText()).toList());
  }

  private static final Comparator<JsonNode> LATEST =
      Comparator.<JsonNode>comparingLong(row -> row.path("started_us").asLong())
          .thenComparing(row -> row.path("trace_id").asText())
          .reversed();

  private ObjectNode page(Map<String, List<String>> parameters) {
    return new TraceList(tables, InstantSource.fixed(NOW)).page(new Parameters(parameters));
  }

  private void add(long startedMicros, String id) {
    rows.add(
        JsonNodeFactory.instance.objectNode().put("started_us", startedMicros).put("trace_id", id));
  }

  private List<JsonNode> select(RecordingTables.Asked question) {
    List<JsonNode> found = new ArrayList<>(rows);
    Matcher times = TIME.matcher(question.sql());
    while (times.find()) {
      String sign = String.valueOf(times.group(1));
      long bound = Long.parseLong(value(question, String.valueOf(times.group(2))));
      found.removeIf(row -> !holds(row.path("started_us").asLong(), sign, bound));
    }
    Matcher after = AFTER.matcher(question.sql());
    if (after.find()) {
      ObjectNode last =
          JsonNodeFactory.instance
              .objectNode()
              .put("started_us", Long.parseLong(value(question, after.group(1))))
              .put("trace_id", value(question, after.group(2)));
      found.removeIf(row -> LATEST.compare(row, last) <= 0);
    }
    if (question.sql().contains("trace_id IN (")) {
      found.removeIf(row -> !question.parameters().containsValue(row.path("trace_id").asText()));
      return found.stream().sorted(LATEST).toList();
    }
    Matcher limit = LIMIT.matcher(question.sql());
    assertThat(limit.find()).isTrue();
    return found.stream().sorted(LATEST).limit(Long.parseLong(limit.group(1))).toList();
  }

  private static boolean holds(long value, String sign, long bound) {
    return switch (sign) {
      case ">=" -> value >= bound;
      case "<=" -> value <= bound;
      default -> value < bound;
    };
  }

  private static String value(RecordingTables.Asked question, String name) {
    return question.parameters().getOrDefault(name, "");
  }

  private static List<String> ids(ObjectNode page) {
    List<String> ids = new ArrayList<>();
    page.path("traces").forEach(row -> ids.add(row.path("trace_id").asText()));
    return ids;
  }

  private static long micros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000;
  }
}
