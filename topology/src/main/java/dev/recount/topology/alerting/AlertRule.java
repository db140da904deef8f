package dev.recount.topology.alerting;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When to wake somebody.
 *
 * @param name unique among the rules
 * @param severity how urgent it is, in the words of whoever wrote the rule
 * @param summary what the alert says before its figures; null for the name of the rule
 * @param source the rows that are looked at
 * @param where for each field the values of which a row must have one
 * @param measure what is made of the rows of a window
 * @param by dimensions by which rows are told apart, each combination judged by itself; the last
 *     one is the version where the reference is the previous version
 * @param condition when what is measured is bad
 * @param window how far back a rule looks; a multiple of {@code every}
 * @param every how often it looks
 * @param minimumSample fewest rows of a window that say anything
 * @param significance chance at which a rule may fire within one window although nothing has
 *     changed, whatever the number of versions; 1 for no test
 * @param forAtLeast for how long it must be bad before the alert fires
 * @param keepFiringFor for how long it must be well before the alert resolves
 * @param maximumGroups most combinations of dimensions that are told apart
 */
record AlertRule(
    String name,
    String severity,
    @Nullable String summary,
    RowType<?> source,
    Map<String, Set<String>> where,
    Measure measure,
    List<String> by,
    Condition condition,
    Duration window,
    Duration every,
    int minimumSample,
    double significance,
    Duration forAtLeast,
    Duration keepFiringFor,
    int maximumGroups) {
  /** Longest value of a label, in characters. */
  private static final int LABEL_LENGTH = 200;

  AlertRule {
    where = sorted(where);
    by = List.copyOf(by);
    if (window.toMillis() % every.toMillis() != 0) {
      throw new IllegalArgumentException(
          "A window of " + window + " is no multiple of steps of " + every);
    }
  }

  /** In an order of its own, so that {@link #definition} is the same in every process. */
  private static Map<String, Set<String>> sorted(Map<String, Set<String>> where) {
    Map<String, Set<String>> sorted = new TreeMap<>();
    where.forEach(
        (field, values) -> sorted.put(field, Collections.unmodifiableSet(new TreeSet<>(values))));
    return Collections.unmodifiableMap(sorted);
  }

  /** What is counted and judged: windows that were counted by another definition say nothing. */
  String definition() {
    return String.join(
        "|",
        source.name(),
        where.toString(),
        measure.toString(),
        by.toString(),
        condition.toString(),
        window.toString(),
        every.toString());
  }

  boolean isEvent() {
    return measure.kind() == Measure.Kind.EVENT;
  }

  /** Whether quantiles are asked for. */
  boolean needsBuckets() {
    return measure.kind() == Measure.Kind.QUANTILE;
  }

  boolean comparesVersions() {
    return condition.reference() == Condition.Reference.PREVIOUS_VERSION;
  }

  /** Whether a row is one of those that are looked at. */
  <R> boolean concerns(RowType<R> type, R row) {
    for (Map.Entry<String, Set<String>> field : where.entrySet()) {
      if (type.values(row, field.getKey()).stream().noneMatch(field.getValue()::contains)) {
        return false;
      }
    }
    return true;
  }

  /** The dimensions of a row that are known. */
  <R> Map<String, String> labels(RowType<R> type, R row) {
    Map<String, String> labels = new HashMap<>();
    for (String dimension : by) {
      String value = type.dimension(row, dimension);
      if (value != null) {
        labels.put(
            dimension, value.length() > LABEL_LENGTH ? value.substring(0, LABEL_LENGTH) : value);
      }
    }
    return labels;
  }
}
