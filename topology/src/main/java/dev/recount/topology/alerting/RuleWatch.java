package dev.recount.topology.alerting;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertObservation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Watches one rule: counts rows into windows that slide by steps, judges every group of rows at the
 * end of each step, and says which alerts fire and resolve.
 *
 * <p>Plain code: times are milliseconds since the Unix epoch, handed in, and never go back.
 */
final class RuleWatch {
  /** There is nothing to do before the next row. */
  static final long IDLE = Long.MAX_VALUE;

  /** While an alert fires it is told again this often, so that whoever listens knows it holds. */
  static final long REPEAT = 60_000;

  /** How long a version that is not seen is remembered as the one before. */
  private static final long VERSIONS_REMEMBERED = 30L * 24 * 60 * 60 * 1000;

  private final AlertRule rule;
  private final AlertMemory memory;
  private final long window;
  private final long step;
  private final Map<String, Group> groups;
  private long judgedUntil;

  /** When there is something to do next, {@link #IDLE} while there is no row to be judged. */
  private long due;

  private long refused;

  /** Goes on from what is remembered. */
  RuleWatch(AlertRule rule, AlertMemory memory) {
    this.rule = rule;
    this.memory = memory;
    this.window = rule.window().toMillis();
    this.step = rule.every().toMillis();
    this.groups = new HashMap<>(memory.groups());
    this.judgedUntil = memory.judgedUntil();
    this.due = nextDue();
  }

  /** Rows that were not counted, since the rule tells too many groups apart already. */
  long refused() {
    return refused;
  }

  /** Combinations of labels that are told apart now. */
  int size() {
    return groups.size();
  }

  /** Counts a row; {@link #advance} comes first. What it returns fires at once. */
  List<Alert> count(AlertObservation row, long now) {
    AlertMemory.CountedRow before = row.getAmended() ? memory.row(row.getRow(), now) : null;
    long pane = paneOf(now);
    if (before != null) {
      if (before.pane() < oldestPane(now)) {
        // Its window is closed; a row counts once.
        return List.of();
      }
      pane = before.pane();
      takeOut(row, before, now);
    } else if (row.getAmended() && !mayBeNew(row, now)) {
      return List.of();
    }
    Double value = row.getValue();
    if (value == null) {
      return List.of();
    }
    if (due == IDLE) {
      // After a silence: nothing was there to be judged.
      judgedTo(paneOf(now));
      due = judgedUntil + step;
    }
    String key = key(row.getLabels());
    Group group = groups.get(key);
    if (group == null) {
      group = newGroup(key, row.getLabels(), now);
      if (group == null) {
        refused++;
        return List.of();
      }
    }
    group.lastSeen = now;
    Aggregate aggregate = group.panes.computeIfAbsent(pane, start -> Group.newAggregate(rule));
    aggregate.add(value, row.getTraceId(), rule.condition().direction());
    memory.savePane(key, pane, aggregate);
    memory.saveRow(row.getRow(), new AlertMemory.CountedRow(pane, key, value), now);
    return rule.isEvent() ? event(key, group, now) : List.of();
  }

  /**
   * Whether an amended row that nothing is known of has not been counted: its trace is younger than
   * what is remembered, or it is a verdict, which often comes late and seldom changes.
   */
  private boolean mayBeNew(AlertObservation row, long now) {
    return rule.source() == RowType.EVALUATIONS
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
            .filter(entry -> isIdle(entry.getValue()))
            .min(Comparator.comparingLong(entry -> entry.getValue().lastSeen))
            .map(Map.Entry::getKey);
    idle.ifPresent(this::forget);
    return idle.isPresent();
  }

  private static boolean isIdle(Group group) {
    return group.panes.isEmpty() && group.firing == null;
  }

  private void forget(String key) {
    groups.remove(key);
    memory.removeGroup(key);
  }

  private List<Alert> event(String key, Group group, long now) {
    if (group.firing != null) {
      return List.of();
    }
    Aggregate rows = group.between(oldestPane(now), Long.MAX_VALUE, rule);
    Firing firing =
        new Firing(
            rule.severity(),
            now,
            rows.count(),
            0,
            summary(group, rows, null, 0),
            examples(rows),
            0,
            now);
    return List.of(fire(key, group, firing, now));
  }

  /** When {@link #advance} has something to do next; {@link #IDLE} when it has not. */
  long due() {
    return due;
  }

  private long nextDue() {
    boolean idle = true;
    long next = judgedUntil + step;
    for (Group group : groups.values()) {
      idle &= isIdle(group);
      if (group.firing != null) {
        next = Math.min(next, group.firing.emitted() + REPEAT);
      }
    }
    return idle ? IDLE : next;
  }

  /** Judges the windows that have closed by now, and says again what still fires. */
  List<Alert> advance(long now) {
    if (now < due) {
      return List.of();
    }
    List<Alert> alerts = new ArrayList<>();
    while (judgedUntil + step <= now && nextDue() != IDLE) {
      long end = judgedUntil + step;
      judge(end, alerts);
      judgedTo(end);
    }
    groups.forEach(
        (key, group) -> {
          if (group.firing != null && group.firing.emitted() + REPEAT <= now) {
            alerts.add(tell(key, group, now));
          }
        });
    due = nextDue();
    return alerts;
  }

  private void judgedTo(long time) {
    judgedUntil = time;
    memory.saveJudgedUntil(time);
  }

  /** What a window came to, next to what it is held against. */
  private record Judged(String key, Group group, Aggregate rows, @Nullable Aggregate reference) {}

  private void judge(long end, List<Alert> alerts) {
    List<Judged> judged = new ArrayList<>();
    new TreeMap<>(groups)
        .forEach(
            (key, group) -> {
              Aggregate rows = group.between(end - window, end, rule);
              if (rule.isEvent() || rows.count() == 0) {
                unjudged(key, group, rows, end, alerts);
                return;
              }
              Aggregate reference = reference(group, end);
              boolean comparable =
                  reference != null
                      || rule.condition().reference() == Condition.Reference.THRESHOLD;
              if (rows.count() >= rule.minimumSample() && comparable) {
                judged.add(new Judged(key, group, rows, reference));
              } else {
                rememberWell(key, group, rows);
              }
            });
    // Each group is a test of its own, and each step of a window is one: together they may err as
    // often as the rule allows. (Bonferroni's correction, which holds for dependent tests too.)
    double level =
        rule.significance() >= 1
            ? 1
            : rule.significance() / ((double) window / step) / Math.max(1, judged.size());
    for (Judged one : judged) {
      judge(one, level, end, alerts);
    }
    prune(end);
  }

  private void judge(Judged one, double level, long end, List<Alert> alerts) {
    Group group = one.group();
    Condition condition = rule.condition();
    double value = measured(one.rows());
    double limit = condition.limit(one.reference() == null ? 0 : measured(one.reference()));
    boolean beyond = condition.isBeyond(value, limit);
    if (group.firing != null) {
      group.firing =
          group.firing.measured(
              value,
              limit,
              beyond ? summary(group, one.rows(), one.reference(), limit) : group.firing.summary(),
              beyond ? examples(one.rows()) : group.firing.examples());
      stillFiring(one.key(), group, beyond, end, alerts);
      return;
    }
    if (!beyond || pValue(one) > level) {
      group.badSince = Group.NEVER;
      group.reference = null;
      rememberWell(one.key(), group, one.rows());
      memory.saveGroup(one.key(), group);
      return;
    }
    if (group.badSince == Group.NEVER) {
      group.badSince = end;
      group.reference = one.reference();
    }
    if (end - group.badSince >= rule.forAtLeast().toMillis()) {
      Firing firing =
          new Firing(
              rule.severity(),
              end,
              value,
              limit,
              summary(group, one.rows(), one.reference(), limit),
              examples(one.rows()),
              0,
              end);
      alerts.add(fire(one.key(), group, firing, end));
    } else {
      memory.saveGroup(one.key(), group);
    }
  }

  private double pValue(Judged one) {
    return one.reference() == null
        ? Significance.against(one.rows(), rule.measure(), rule.condition())
        : Significance.against(
            one.rows(), one.reference(), rule.measure(), rule.condition().direction());
  }

  /** A window without rows, or of a rule whose every row is worth an alert. */
  private void unjudged(String key, Group group, Aggregate rows, long end, List<Alert> alerts) {
    if (group.firing != null) {
      if (rows.count() > 0) {
        group.firing =
            group.firing.measured(rows.count(), 0, summary(group, rows, null, 0), examples(rows));
      }
      stillFiring(key, group, rows.count() > 0, end, alerts);
    } else if (group.badSince != Group.NEVER) {
      group.badSince = Group.NEVER;
      group.reference = null;
      memory.saveGroup(key, group);
    }
  }

  private void stillFiring(String key, Group group, boolean bad, long end, List<Alert> alerts) {
    if (bad) {
      group.wellSince = Group.NEVER;
    } else if (group.wellSince == Group.NEVER) {
      group.wellSince = end;
    }
    if (!bad && end - group.wellSince >= rule.keepFiringFor().toMillis()) {
      alerts.add(resolve(key, group, end));
    } else {
      memory.saveGroup(key, group);
    }
  }

  private Alert fire(String key, Group group, Firing firing, long now) {
    group.firing = firing;
    group.wellSince = Group.NEVER;
    due = Math.min(due, now + REPEAT);
    return tell(key, group, now);
  }

  private Alert tell(String key, Group group, long now) {
    Firing firing = firing(group).told(now);
    group.firing = firing;
    memory.saveGroup(key, group);
    return AlertRows.firing(rule.name(), group.labels, firing);
  }

  private Alert resolve(String key, Group group, long end) {
    Alert resolved = AlertRows.resolved(rule.name(), group.labels, firing(group).told(end), end);
    group.firing = null;
    group.badSince = Group.NEVER;
    group.wellSince = Group.NEVER;
    group.reference = null;
    memory.saveGroup(key, group);
    return resolved;
  }

  private static Firing firing(Group group) {
    if (group.firing == null) {
      throw new IllegalStateException("The alert does not fire");
    }
    return group.firing;
  }

  /** What a group is held against now; null when there is nothing yet. */
  private @Nullable Aggregate reference(Group group, long end) {
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

  private void rememberWell(String key, Group group, Aggregate rows) {
    if (rule.comparesVersions() && group.firing == null && rows.count() >= rule.minimumSample()) {
      group.lastWell = rows;
      memory.saveGroup(key, group);
    }
  }

  private double measured(Aggregate rows) {
    return rule.measure().kind() == Measure.Kind.QUANTILE
        ? rows.quantile(rule.measure().quantile())
        : rows.mean();
  }

  /** Forgets panes that no window reaches any more, and groups of which nothing is left. */
  private void prune(long end) {
    for (Iterator<Map.Entry<String, Group>> all = groups.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Group> entry = all.next();
      Group group = entry.getValue();
      var old = group.panes.headMap(oldestPane(end), false);
      old.keySet().forEach(start -> memory.removePane(entry.getKey(), start));
      old.clear();
      long remembered = rule.comparesVersions() ? VERSIONS_REMEMBERED : 0;
      if (isIdle(group) && group.lastSeen + remembered < end) {
        all.remove();
        memory.removeGroup(entry.getKey());
      }
    }
  }

  private long paneOf(long time) {
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

  private List<String> examples(Aggregate rows) {
    return rows.worstTraces(rule.condition().direction());
  }

  private String summary(Group group, Aggregate rows, @Nullable Aggregate reference, double limit) {
    StringBuilder text = new StringBuilder();
    text.append(rule.summary() == null ? rule.name().replace('_', ' ') : rule.summary());
    text.append(": ");
    if (rule.isEvent()) {
      text.append(rows.count()).append(rows.count() == 1 ? " event" : " events");
    } else {
      text.append(rule.measure().words()).append(' ').append(Figures.plain(measured(rows)));
      if (reference != null) {
        text.append(" against ")
            .append(Figures.plain(measured(reference)))
            .append(rule.comparesVersions() ? " of the previous version" : " before");
      } else {
        text.append(", limit ").append(Figures.plain(limit));
      }
      text.append(" (").append(rows.count()).append(" rows)");
    }
    Map<String, String> labels = ordered(group.labels);
    if (!labels.isEmpty()) {
      text.append(", ");
      labels.forEach((name, value) -> text.append(name).append(' ').append(value).append(' '));
      text.setLength(text.length() - 1);
    }
    return text.toString();
  }

  private Map<String, String> ordered(Map<String, String> labels) {
    Map<String, String> ordered = new LinkedHashMap<>();
    for (String dimension : rule.by()) {
      String value = labels.get(dimension);
      if (value != null) {
        ordered.put(dimension, value);
      }
    }
    return ordered;
  }
}
