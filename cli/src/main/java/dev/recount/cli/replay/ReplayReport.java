package dev.recount.cli.replay;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.output.Text;
import dev.recount.cli.output.TextTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a replay found.
 *
 * @param tables how the tables compare
 * @param deadLetters entries of the log that could not be processed
 * @param horizon what began before this is carried over, not compared; null when all is in the log
 */
record ReplayReport(List<TableDifference> tables, long deadLetters, @Nullable Instant horizon) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** How many rows differ. */
  long differences() {
    return tables.stream().mapToLong(table -> table.counts().total()).sum();
  }

  /** For people. */
  List<String> lines() {
    TextTable counts =
        TextTable.of("table", "live", "rebuilt", "only live", "only rebuilt", "differ", "checksums")
            .numbers("live", "rebuilt", "only live", "only rebuilt", "differ");
    for (TableDifference table : tables) {
      counts.row(
          table.table(),
          Text.count(table.live()),
          Text.count(table.rebuilt()),
          Text.count(table.counts().onlyLive()),
          Text.count(table.counts().onlyRebuilt()),
          Text.count(table.counts().differing()),
          table.liveChecksum().equals(table.rebuiltChecksum())
              ? table.liveChecksum()
              : table.liveChecksum() + " → " + table.rebuiltChecksum());
    }
    List<String> lines = new ArrayList<>(counts.lines());
    for (TableDifference table : tables) {
      describe(table, lines);
    }
    lines.add("");
    lines.add(Text.count(differences()) + (differences() == 1 ? " difference" : " differences"));
    if (deadLetters > 0) {
      lines.add(Text.count(deadLetters) + " entries of the log could not be processed");
    }
    if (horizon != null) {
      lines.add("What began before " + horizon + " is not in the log as a whole: left as it is");
    }
    return lines;
  }

  private static void describe(TableDifference table, List<String> lines) {
    if (table.counts().total() == 0) {
      return;
    }
    lines.add("");
    lines.add(table.table());
    if (!table.columns().isEmpty()) {
      lines.add(
          "  differ in "
              + table.columns().entrySet().stream()
                  .map(column -> column.getKey() + " (" + column.getValue() + ")")
                  .collect(Collectors.joining(", ")));
    }
    table
        .examples()
        .forEach(
            example -> {
              lines.add("  " + example.key());
              example
                  .values()
                  .forEach(
                      (column, values) ->
                          lines.add("    " + column + ": " + String.join(" → ", values)));
            });
    some("only live", table.onlyLive(), lines);
    some("only rebuilt", table.onlyRebuilt(), lines);
  }

  private static void some(String what, Iterable<String> keys, List<String> lines) {
    int shown = 0;
    for (String key : keys) {
      if (shown++ == 3) {
        break;
      }
      lines.add("  " + what + ": " + key);
    }
  }

  /** For machines. */
  String json() {
    ObjectNode report = JSON.createObjectNode();
    report.put("differences", differences());
    report.put("dead_letters", deadLetters);
    report.put("carried_over_before", horizon == null ? null : horizon.toString());
    ArrayNode list = report.putArray("tables");
    for (TableDifference table : tables) {
      ObjectNode node = list.addObject();
      node.put("table", table.table());
      node.put("live", table.live());
      node.put("rebuilt", table.rebuilt());
      node.put("live_checksum", table.liveChecksum());
      node.put("rebuilt_checksum", table.rebuiltChecksum());
      node.put("only_live", table.counts().onlyLive());
      node.put("only_rebuilt", table.counts().onlyRebuilt());
      node.put("differing", table.counts().differing());
      ObjectNode columns = node.putObject("columns");
      table.columns().forEach(columns::put);
      ArrayNode examples = node.putArray("examples");
      for (TableDifference.Example example : table.examples()) {
        ObjectNode values = examples.addObject().put("key", example.key()).putObject("values");
        for (Map.Entry<String, List<String>> column : example.values().entrySet()) {
          values
              .putObject(column.getKey())
              .put("live", column.getValue().get(0))
              .put("rebuilt", column.getValue().get(1));
        }
      }
    }
    return report.toPrettyString();
  }
}
