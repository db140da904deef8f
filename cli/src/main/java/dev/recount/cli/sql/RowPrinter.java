package dev.recount.cli.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.output.Text;
import dev.recount.cli.output.TextTable;
import java.util.ArrayList;
import java.util.List;

/** Prints rows for people. */
final class RowPrinter {
  private final Terminal terminal;

  RowPrinter(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Aligned columns, cut to the width of a terminal where there is one. */
  List<String> table(QueryResult result) {
    TextTable table =
        TextTable.of(
            result.columns().stream().map(QueryResult.Column::name).toList(),
            result.columns().stream()
                .map(column -> column.isNumber() ? TextTable.Align.RIGHT : TextTable.Align.LEFT)
                .toList());
    result.rows().forEach(row -> table.row(row.stream().map(Cells::render).toList()));
    List<String> lines =
        new ArrayList<>(
            terminal.outputIsTerminal() ? table.lines(terminal.columns()) : table.lines());
    lines.add(summary(result));
    return lines;
  }

  /** One line per column, nothing cut. */
  List<String> vertical(QueryResult result) {
    int widest =
        result.columns().stream().mapToInt(column -> Text.width(column.name())).max().orElse(0);
    List<String> lines = new ArrayList<>();
    int number = 0;
    for (List<JsonNode> row : result.rows()) {
      lines.add("── row " + ++number + " " + "─".repeat(20));
      for (int i = 0; i < row.size(); i++) {
        lines.add(
            Text.padRight(result.columns().get(i).name(), widest)
                + "  "
                + Text.printable(Cells.render(row.get(i))));
      }
    }
    lines.add(summary(result));
    return lines;
  }

  private static String summary(QueryResult result) {
    String rows = Text.count(result.total(), "row");
    return result.total() == result.rows().size()
        ? rows
        : rows
            + ", the first "
            + Text.count(result.rows().size())
            + " shown; --format tsv, csv, json or jsonl gives all";
  }
}
