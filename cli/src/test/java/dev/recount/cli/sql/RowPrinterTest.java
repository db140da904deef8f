package dev.recount.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.cli.output.Terminal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowPrinterTest {
  private static final List<QueryResult.Column> COLUMNS =
      List.of(
          new QueryResult.Column("name", "LowCardinality(String)"),
          new QueryResult.Column("count", "Nullable(UInt64)"),
          new QueryResult.Column("tools", "Array(String)"));

  private static QueryResult result(String... rows) throws JsonProcessingException {
    List<List<JsonNode>> values = new ArrayList<>();
    for (String row : rows) {
      List<JsonNode> cells = new ArrayList<>();
      JsonMapper.builder().build().readTree(row).forEach(cells::add);
      values.add(cells);
    }
    return new QueryResult(COLUMNS, values, values.size());
  }

  @Test
  void numbersAreAlignedRightAndNullsAndArraysAreReadable() throws JsonProcessingException {
    assertThat(
            new RowPrinter(Terminal.none())
                .table(result("[\"a\",12,[\"x\",\"y\"]]", "[\"longer\",null,[]]")))
        .containsExactly(
            "name    count  tools",
            "──────  ─────  ──────",
            "a          12  [x, y]",
            "longer   NULL  []",
            "2 rows");
  }

  @Test
  void longCellsAreCutOnATerminalOnly() throws JsonProcessingException {
    QueryResult result = result("[\"" + "x".repeat(100) + "\",1,[]]");
    Terminal narrow = new Terminal(true, true, 40, false);
    assertThat(new RowPrinter(narrow).table(result))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(40))
        .anySatisfy(line -> assertThat(line).contains("…"));
    assertThat(new RowPrinter(Terminal.none()).table(result).get(2)).contains("x".repeat(100));
  }

  @Test
  void escapeSequencesInDataCannotReachTheTerminal() throws JsonProcessingException {
    assertThat(new RowPrinter(Terminal.none()).table(result("[\"\\u001b[2J\\n\",1,[]]")).get(2))
        .startsWith("\\x1b[2J\\n");
  }

  @Test
  void verticalHasALineForEachColumn() throws JsonProcessingException {
    assertThat(new RowPrinter(Terminal.none()).vertical(result("[\"a\",12,[]]")))
        .containsSubsequence("name   a", "count  12", "tools  []", "1 row");
  }

  @Test
  void rowsThatWereLeftOutAreCounted() throws JsonProcessingException {
    QueryResult some = new QueryResult(COLUMNS, result("[\"a\",1,[]]").rows(), 20_000);
    assertThat(new RowPrinter(Terminal.none()).table(some))
        .last()
        .asString()
        .contains("20,000 rows, the first 1 shown");
  }
}
