package dev.recount.cli.replay;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a table holds in two databases.
 *
 * @param table its name
 * @param live rows in the live one
 * @param rebuilt rows in the rebuilt one
 * @param liveChecksum sum of the hashes of all live rows; of the same rows it is the same
 * @param rebuiltChecksum likewise of the rebuilt ones
 * @param onlyLive keys of rows that are in the live one only, some of them
 * @param onlyRebuilt keys of rows that are in the rebuilt one only, some of them
 * @param differing keys of rows that are in both and differ, some of them
 * @param counts how many there are of the three, in that order
 * @param columns in how many of the rows that were looked at each column differs, by name
 * @param examples some rows that differ
 */
record TableDifference(
    String table,
    long live,
    long rebuilt,
    String liveChecksum,
    String rebuiltChecksum,
    Set<String> onlyLive,
    Set<String> onlyRebuilt,
    Set<String> differing,
    Counts counts,
    Map<String, Integer> columns,
    List<Example> examples) {
  TableDifference {
    onlyLive = new TreeSet<>(onlyLive);
    onlyRebuilt = new TreeSet<>(onlyRebuilt);
    differing = new TreeSet<>(differing);
    columns = new TreeMap<>(columns);
    examples = List.copyOf(examples);
  }

  /** How many rows are in one only, or differ. */
  record Counts(long onlyLive, long onlyRebuilt, long differing) {
    long total() {
      return onlyLive + onlyRebuilt + differing;
    }
  }

  /**
   * A row that differs.
   *
   * @param key its key, joined by slashes
   * @param values live and rebuilt value by column
   */
  record Example(String key, Map<String, List<String>> values) {
    Example {
      values = new TreeMap<>(values);
    }
  }

  /** Whether all keys of rows that differ are known, so that they can be looked at again. */
  boolean isComplete() {
    return onlyLive.size() + onlyRebuilt.size() + differing.size() == counts.total();
  }

  /** Without the rows that did not differ at another look. */
  TableDifference confirmedBy(TableDifference earlier) {
    if (!isComplete() || !earlier.isComplete()) {
      return this;
    }
    Set<String> before = new TreeSet<>(earlier.onlyLive);
    before.addAll(earlier.onlyRebuilt);
    before.addAll(earlier.differing);
    Set<String> live = new TreeSet<>(onlyLive);
    live.retainAll(before);
    Set<String> anew = new TreeSet<>(onlyRebuilt);
    anew.retainAll(before);
    Set<String> both = new TreeSet<>(differing);
    both.retainAll(before);
    return new TableDifference(
        table,
        this.live,
        rebuilt,
        liveChecksum,
        rebuiltChecksum,
        live,
        anew,
        both,
        new Counts(live.size(), anew.size(), both.size()),
        columns,
        examples);
  }

  /** The same with examples. */
  TableDifference with(Map<String, Integer> differingColumns, List<Example> rows) {
    return new TableDifference(
        table,
        live,
        rebuilt,
        liveChecksum,
        rebuiltChecksum,
        onlyLive,
        onlyRebuilt,
        differing,
        counts,
        differingColumns,
        rows);
  }
}
