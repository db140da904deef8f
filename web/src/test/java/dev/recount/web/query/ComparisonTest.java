package dev.recount.web.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  /** Each statement finds more traces than the one before it, as while many settle. */
  private int traces = 10;

  @Test
  void tracesMaySettleBetweenOneStatementAndTheNext() {
    RecordingTables tables =
        new RecordingTables(
            question -> {
              traces += 10;
              return question.sql().contains("AS places")
                  ? question.sql().contains("arrayJoin")
                      ? List.of(use("a", "", traces), use("b", "", traces), use("a", "pay", traces))
                      : List.of()
                  : List.of(row("a"), row("b"));
            });
    ObjectNode compared =
        new Comparison(tables)
            .compare(new Parameters(Map.of("a", List.of("1"), "b", List.of("2"))));
    JsonNode used = compared.path("tools").get(0).path("used");
    assertThat(used.path("a").path("value").asDouble()).isEqualTo(1);
    assertThat(used.path("a").path("of").asLong())
        .isGreaterThan(compared.path("a").path("traces").asLong());
    assertThat(used.path("b").path("count").asLong(-1)).isZero();
  }

  @Test
  void whatIsNotThereIsNotTold() {
    ObjectNode compared =
        new Comparison(new RecordingTables(question -> List.of()))
            .compare(new Parameters(Map.of("a", List.of("1"), "b", List.of("2"))));
    assertThat(compared.path("a").path("traces").asLong()).isZero();
    List<JsonNode> told = new ArrayList<>();
    compared.path("measures").forEach(measure -> told.addAll(measure.findValues("value")));
    assertThat(told).isEmpty();
    assertThat(compared.path("tools")).isEmpty();
  }

  private ObjectNode row(String side) {
    ObjectNode row = JsonNodeFactory.instance.objectNode().put("side", side);
    row.put("n", traces).put("weights", traces).put("squares", traces).put("none", 0);
    row.put("n_all", traces).put("w_all", traces).put("s_all", traces);
    return row;
  }

  private static ObjectNode use(String side, String name, int traces) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("side", side).put("name", name).put("place", name.isEmpty() ? 1 : 2).put("places", 2);
    row.put("n_using", traces).put("w_using", traces).put("s_using", traces);
    return row;
  }
}
