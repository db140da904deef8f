package dev.recount.topology.alerting;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a rule remembers beyond a restart. */
interface AlertMemory {
  /** How long a counted row is remembered, milliseconds. */
  long ROWS_REMEMBERED = 6 * 60 * 60 * 1000L;

  /**
   * A row that has been counted.
   *
   * @param pane start of the step in which it counts
   * @param group key of the group in which it counts
   * @param value what was measured
   */
  record CountedRow(long pane, String group, double value) {}

  /** Up to when windows have been judged; -1 when none has. */
  long judgedUntil();

  void saveJudgedUntil(long time);

  /** All groups with their panes, by key. */
  Map<String, Group> groups();

  void saveGroup(String key, Group group);

  /** Forgets a group; its panes have gone before. */
  void removeGroup(String key);

  void savePane(String group, long start, Aggregate pane);

  void removePane(String group, long start);

  /** How a row was counted; null when it was not, or too long ago. */
  @Nullable CountedRow row(String row, long now);

  /**
   * Remembers how a row was counted.
   *
   * @param counted null when it was taken out
   */
  void saveRow(String row, @Nullable CountedRow counted, long now);
}
