package dev.recount.topology.assembly;

import dev.recount.avro.DecisionRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps rows within what a topic takes. A decision may bring together texts of several events, each
 * as large as an event may be; texts are then cut in the row, which says so. The spans and events
 * that they come from are kept whole.
 */
final class RowSize {
  /** Flag of a row whose texts were cut. */
  static final String CUT = "row_cut";

  /** Rows beyond this many bytes are cut. */
  private static final int LARGEST_ROW = 16 << 20;

  /** What is left of a text that is cut, in characters. */
  private static final int LARGEST_TEXT = 1 << 20;

  private RowSize() {}

  static boolean tooLarge(byte[] encoded) {
    return encoded.length > LARGEST_ROW;
  }

  static void cut(DecisionRecord row) {
    row.setToolArguments(cut(row.getToolArguments()));
    row.setToolResult(cut(row.getToolResult()));
    row.setRationale(cut(row.getRationale()));
    row.setChosen(cut(row.getChosen()));
    row.setExpectedOutcome(cut(row.getExpectedOutcome()));
    row.setActualOutcome(cut(row.getActualOutcome()));
    row.setErrorMessage(cut(row.getErrorMessage()));
    row.setConsidered(List.copyOf(row.getConsidered()).subList(0, few(row.getConsidered())));
    row.setConstraints(List.copyOf(row.getConstraints()).subList(0, few(row.getConstraints())));
    SortedSet<String> flags = new TreeSet<>(row.getFlags());
    flags.add(CUT);
    row.setFlags(new ArrayList<>(flags));
  }

  private static int few(List<?> list) {
    return Math.min(list.size(), 100);
  }

  private static @Nullable String cut(@Nullable String text) {
    return text == null || text.length() <= LARGEST_TEXT ? text : text.substring(0, LARGEST_TEXT);
  }
}
