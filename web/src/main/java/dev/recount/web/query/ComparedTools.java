package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which tools the traces of both sides use, and how often their calls fail. */
final class ComparedTools {
  private static final int MOST_TOOLS = 40;

  /** What stands for no tool but for every trace, among the names of tools. */
  private static final String EVERY_TRACE = "";

  private final Tables tables;
  private final ComparedSides sides;

  ComparedTools(Tables tables, ComparedSides sides) {
    this.tables = tables;
    this.sides = sides;
  }

  /** Puts in {@code tools}, those that most traces use, and how many there are besides. */
  void tell(ObjectNode answer) {
    ArrayNode tools = answer.putArray("tools");
    MostFrequent used = used();
    answer.put("tools_left_out", used.leftOut());
    List<String> names = used.names().stream().filter(name -> !name.equals(EVERY_TRACE)).toList();
    if (names.isEmpty()) {
      return;
    }
    Map<String, Map<String, JsonNode>> calls = calls(names);
    for (String name : names) {
      Map<String, JsonNode> ofCalls = calls.getOrDefault(name, Map.of());
      ObjectNode node = tools.addObject().put("name", name);
      node.put("calls_a", Estimates.count(ofCalls.get("a"), "calls"));
      node.put("calls_b", Estimates.count(ofCalls.get("b"), "calls"));
      Estimates.shares(
          node.putObject("used").put("unit", "share").put("better", ""),
          withEveryTrace(used, name),
          "every",
          "using",
          side -> sides.filterOfTraces(side, Comparison.filter("tool", name)));
      Estimates.shares(
          node.putObject("failed").put("unit", "share").put("better", "lower"),
          ofCalls,
          "calls",
          "failed",
          side -> sides.filterOfDecisions(side, Comparison.filter("failed_tool", name)));
    }
  }

  /** Traces by the tools that they use, and all of them, in one statement: they have to fit. */
  private MostFrequent used() {
    Sql sql = new Sql();
    return MostFrequent.of(
        sql.run(
            tables,
            MostFrequent.statement(
                "SELECT side, arrayJoin(arrayPushFront(arrayDistinct(arrayMap(each ->"
                    + " leftUTF8(each, "
                    + Sql.NAME
                    + "), arrayFilter(each -> each != '', tools))), '"
                    + EVERY_TRACE
                    + "')) AS name, count() AS n, "
                    + Estimates.rows("using", "1")
                    + " FROM "
                    + sides.traces(sql)
                    + " GROUP BY side, name",
                MOST_TOOLS + 1)));
  }

  /** What is known of a tool, with what it is a part of. */
  private static Map<String, JsonNode> withEveryTrace(MostFrequent used, String name) {
    Map<String, JsonNode> rows = new HashMap<>();
    used.of(EVERY_TRACE)
        .forEach(
            (side, every) -> {
              ObjectNode row = every.deepCopy();
              for (String sum : List.of("n_", "w_", "s_")) {
                row.set(sum + "every", every.path(sum + "using"));
                row.put(sum + "using", 0);
              }
              JsonNode using = used.of(name).get(side);
              if (using != null) {
                for (String sum : List.of("n_", "w_", "s_")) {
                  row.set(sum + "using", using.path(sum + "using"));
                }
              }
              rows.put(side, row);
            });
    return rows;
  }

  private Map<String, Map<String, JsonNode>> calls(List<String> names) {
    Sql sql = new Sql();
    Map<String, Map<String, JsonNode>> calls = new HashMap<>();
    for (JsonNode row :
        sql.run(
            tables,
            "SELECT side, name, "
                + Estimates.clusters("calls", "failed")
                + " FROM (SELECT side, leftUTF8(tool_name, "
                + Sql.NAME
                + ") AS name, "
                + Estimates.ofATrace("status = 'error'")
                + " FROM "
                + sides.decisions(sql, "kind = 'TOOL_CALL' AND " + sql.named("tool_name", names))
                + " GROUP BY side, name, trace_id) GROUP BY side, name")) {
      calls
          .computeIfAbsent(row.path("name").asText(), name -> new HashMap<>())
          .put(row.path("side").asText(), row);
    }
    return calls;
  }
}
