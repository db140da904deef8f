package dev.recount.topology.alerting;

import dev.recount.avro.AlertObservation;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one rule has counted: rows, group by group, in windows that slide by steps, and what the
 * groups are held against. Decides nothing.
 *
 * <p>Plain code: times are milliseconds since the Unix epoch, handed in, and never go back.
 */
final class RuleWindows {
  /** How long a version that is not seen is remembered as the one before. */
  private static final long VERSIONS_REMEMBERED = 30L * 24 * 60 * 60 * 1000;

  private final AlertRule rule;
  private final AlertMemory memory;
  private final long window;
  private final long step;
  private final Map<String, Group> groups;
  private long refused;

  /** Goes on from what is remembered. */
  RuleWindows(AlertRule rule, AlertMemory memory) {
    this.rule = rule;
    this.memory = memory;
    this.window = rule.window().toMillis();
    this.step = rule.every().toMillis();
    this.groups = new HashMap<>(memory.groups());
  }

  /** Rows that were not counted, since the rule tells too many groups apart already. */
  long refused() {
    return refused;
  }

  /** Combinations of labels that are told apart now. */
  int size() {
    return groups.size();
  }

  /** The groups by their keys. */
  Map<String, Group> groups() {
    return Collections.unmodifiableMap(groups);
  }

  /** Where a row was counted. */
  record Counted(String key, Group group) {}

  /** Counts a row; null when it has been counted already, says nothing or finds no room. */
  @Nullable Counted count(AlertObservation row, long now) {
    AlertMemory.CountedRow before = row.getAmended() ? memory.row(row.getRow(), now) : null;
    long pane = paneOf(now);
    if (before != null) {
      if (before.pane() < oldestPane(now)) {
        // Its window is closed; a row counts once.
        return null;
      }
      pane = before.pane();
      takeOut(row, before, now);
    } else if (row.getAmended() && !mayBeNew(row, now)) {
      return null;
    }
    Double value = row.getValue();
    if (value == null) {
      return null;
    }
    String key = key(row.getLabels());
    Group group = groups.get(key);
    if (group == null) {
      group = newGroup(key, row.getLabels(), now);
      if (group == null) {
        refused++;
        return null;
      }
    }
    group.lastSeen = now;
    Aggregate aggregate = group.panes.computeIfAbsent(pane, start -> Group.newAggregate(rule));
    aggregate.add(value, row.getTraceId(), rule.condition().direction());
    memory.savePane(key, pane, aggregate);
    memory.saveRow(row.getRow(), new AlertMemory.CountedRow(pane, key, value), now);
    return new Counted(key, group);
  }

  /**
   * Whether an amended row that nothing is known of has not been counted: its trace is younger than
   * what is remembered, or it is a verdict, which often comes late and seldom changes. An event is
   * always told: what was rolled back was often done the day before.
   */
  private boolean mayBeNew(AlertObservation row, long now) {
    return rule.isEvent()
        || rule.source() == RowType.EVALUATIONS
        || row.getKeyTime().toEpochMilli() > now - AlertMemory.ROWS_REMEMBERED;
  }

  private void takeOut(AlertObservation row, AlertMemory.CountedRow before, long now) {
    Group group = groups.get(before.group());
    Aggregate pane = group == null ? null : group.panes.get(before.pane());
    if (pane != null) {
      pane.remove(before.value(), row.getTraceId());
      memory.savePane(before.group(), before.pane(), pane);
    }
    memory.saveRow(row.getRow(), null, now);
  }

  private @Nullable Group newGroup(String key, Map<String, String> labels, long now) {
    if (groups.size() >= rule.maximumGroups() && !evictOne()) {
      return null;
    }
    Group group = new Group(labels, now);
    groups.put(key, group);
    memory.saveGroup(key, group);
    return group;
  }

  /** Makes room by forgetting the group that has been idle for longest, if one is. */
  private boolean evictOne() {
    Optional<String> idle =
        groups.entrySet().stream()
            .filter(entry -> entry.getValue().isIdle())
            .min(Comparator.comparingLong(entry -> entry.getValue().lastSeen))
            .map(Map.Entry::getKey);
    idle.ifPresent(this::forget);
    return idle.isPresent();
  }

  private void forget(String key) {
    groups.remove(key);
    memory.removeGroup(key);
  }

  /** The rows of a group in the window that ends at a time. */
  Aggregate before(Group group, long end) {
    return group.between(end - window, end, rule);
  }

  /** The rows of a group that are not older than a window is long. */
  Aggregate since(Group group, long now) {
    return group.between(oldestPane(now), Long.MAX_VALUE, rule);
  }

  /** What a group is held against now; null when there is nothing yet. */
  @Nullable Aggregate reference(Group group, long end) {
    if (group.reference != null) {
      return group.reference;
    }
    return switch (rule.condition().reference()) {
      case THRESHOLD -> null;
      case PREVIOUS_WINDOW -> {
        Aggregate before = group.between(end - 2 * window, end - window, rule);
        yield before.count() >= rule.minimumSample() ? before : null;
      }
      case PREVIOUS_VERSION -> previousVersion(group);
    };
  }

  /** The version that came before: of those with the same other labels the next older one. */
  private @Nullable Aggregate previousVersion(Group group) {
    String version = rule.by().get(rule.by().size() - 1);
    if (!group.labels.containsKey(version)) {
      return null;
    }
    Map<String, String> others = without(group.labels, version);
    return groups.values().stream()
        .filter(other -> other.firstSeen < group.firstSeen && other.lastWell != null)
        .filter(other -> other.labels.containsKey(version))
        .filter(other -> without(other.labels, version).equals(others))
        .max(Comparator.comparingLong(other -> other.firstSeen))
        .map(other -> other.lastWell)
        .orElse(null);
  }

  private static Map<String, String> without(Map<String, String> labels, String label) {
    Map<String, String> rest = new HashMap<>(labels);
    rest.remove(label);
    return rest;
  }

  /** Forgets panes that no window reaches any more, and groups of which nothing is left. */
  void prune(long end) {
    for (Iterator<Map.Entry<String, Group>> all = groups.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Group> entry = all.next();
      Group group = entry.getValue();
      var old = group.panes.headMap(oldestPane(end), false);
      old.keySet().forEach(start -> memory.removePane(entry.getKey(), start));
      old.clear();
      long remembered = rule.comparesVersions() ? VERSIONS_REMEMBERED : 0;
      if (group.isIdle() && group.lastSeen + remembered < end) {
        all.remove();
        memory.removeGroup(entry.getKey());
      }
    }
  }

  /** Start of the step that a time is in. */
  long paneOf(long time) {
    return Math.floorDiv(time, step) * step;
  }

  /**
   * Start of the oldest step that a window still reaches, that before it for comparison included.
   */
  private long oldestPane(long now) {
    boolean looksTwice = rule.condition().reference() == Condition.Reference.PREVIOUS_WINDOW;
    return paneOf(now) - (looksTwice ? 2 * window : window);
  }

  private String key(Map<String, String> labels) {
    StringBuilder key = new StringBuilder();
    for (String dimension : rule.by()) {
      String value = labels.get(dimension);
      // Unknown and empty are two things.
      key.append(value == null ? '-' : '+').append(value == null ? "" : value).append('\n');
    }
    return key.toString();
  }
}
