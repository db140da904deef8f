package dev.recount.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Rows under a header, in columns that line up.
 *
 * <p>Columns of numbers are aligned to the right. Where a width is given, the widest columns give
 * way until a row fits.
 */
public final class TextTable {
  private static final String GAP = "  ";
  private static final int NARROWEST_SHORTENED = 8;

  /** How the cells of a column are aligned. */
  public enum Align {
    /** Text. */
    LEFT,
    /** Numbers. */
    RIGHT
  }

  private final List<String> header;
  private final List<Align> alignment;
  private final List<List<String>> rows = new ArrayList<>();

  private TextTable(List<String> header, List<Align> alignment) {
    this.header = header.stream().map(Text::printable).toList();
    this.alignment = List.copyOf(alignment);
  }

  /** A table of text columns. */
  public static TextTable of(String... header) {
    return new TextTable(List.of(header), Arrays.stream(header).map(name -> Align.LEFT).toList());
  }

  /** A table with an alignment for each column. */
  public static TextTable of(List<String> header, List<Align> alignment) {
    if (header.size() != alignment.size()) {
      throw new IllegalArgumentException(
          header.size() + " columns, but " + alignment.size() + " alignments");
    }
    return new TextTable(header, alignment);
  }

  /** The same header with the named columns aligned to the right; to be called before any row. */
  public TextTable numbers(String... columns) {
    List<String> right = Arrays.asList(columns);
    return new TextTable(
        header,
        header.stream().map(name -> right.contains(name) ? Align.RIGHT : Align.LEFT).toList());
  }

  /** Adds a row. */
  public TextTable row(Object... cells) {
    return row(Arrays.stream(cells).map(String::valueOf).toList());
  }

  /** Adds a row. */
  public TextTable row(List<String> cells) {
    if (cells.size() != header.size()) {
      throw new IllegalArgumentException(
          cells.size() + " cells under " + header.size() + " columns");
    }
    rows.add(cells.stream().map(Text::printable).toList());
    return this;
  }

  /** The lines of the table, every cell at its full width. */
  public List<String> lines() {
    return lines(Integer.MAX_VALUE);
  }

  /** The lines of the table, none wider than so many columns where that is possible. */
  public List<String> lines(int columns) {
    int[] widths = widths(columns);
    List<String> lines = new ArrayList<>();
    lines.add(line(header, widths));
    lines.add(Arrays.stream(widths).mapToObj("─"::repeat).collect(Collectors.joining(GAP)));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  private int[] widths(int available) {
    int[] widths = new int[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = Text.width(header.get(column));
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], Text.width(row.get(column)));
      }
    }
    long over =
        Arrays.stream(widths).asLongStream().sum()
            + (long) GAP.length() * Math.max(0, widths.length - 1)
            - available;
    while (over > 0) {
      int widest = widest(widths);
      if (widest < 0) {
        break;
      }
      widths[widest]--;
      over--;
    }
    return widths;
  }

  /** The widest column that may still give way: numbers are never cut. */
  private int widest(int[] widths) {
    int widest = -1;
    for (int column = 0; column < widths.length; column++) {
      boolean shrinkable =
          alignment.get(column) == Align.LEFT && widths[column] > NARROWEST_SHORTENED;
      if (shrinkable && (widest < 0 || widths[column] > widths[widest])) {
        widest = column;
      }
    }
    return widest;
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = Text.shorten(cells.get(column), widths[column]);
      line.append(column == 0 ? "" : GAP)
          .append(
              alignment.get(column) == Align.RIGHT
                  ? Text.padLeft(cell, widths[column])
                  : Text.padRight(cell, widths[column]));
    }
    return line.toString().stripTrailing();
  }
}
