package dev.recount.topology.alerting;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertObservation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Watches one rule: judges every group of rows at the end of each step, and says which alerts fire
 * and resolve. What has been counted is in {@link RuleWindows}.
 *
 * <p>Plain code: times are milliseconds since the Unix epoch, handed in, and never go back.
 */
final class RuleWatch {
  /** There is nothing to do before the next row. */
  static final long IDLE = Long.MAX_VALUE;

  /** While an alert fires it is told again this often, so that whoever listens knows it holds. */
  static final long REPEAT = 60_000;

  private final AlertRule rule;
  private final AlertMemory memory;
  private final RuleWindows windows;
  private final Wording wording;
  private final long step;
  private long judgedUntil;

  /** When there is something to do next, {@link #IDLE} while there is no row to be judged. */
  private long due;

  /** Goes on from what is remembered. */
  RuleWatch(AlertRule rule, AlertMemory memory) {
    this.rule = rule;
    this.memory = memory;
    this.windows = new RuleWindows(rule, memory);
    this.wording = new Wording(rule);
    this.step = rule.every().toMillis();
    this.judgedUntil = memory.judgedUntil();
    this.due = nextDue();
  }

  /** Rows that were not counted, since the rule tells too many groups apart already. */
  long refused() {
    return windows.refused();
  }

  /** Combinations of labels that are told apart now. */
  int size() {
    return windows.size();
  }

  /** Counts a row; {@link #advance} comes first. What it returns fires at once. */
  List<Alert> count(AlertObservation row, long now) {
    RuleWindows.Counted counted = windows.count(row, now);
    if (counted == null) {
      return List.of();
    }
    if (due == IDLE) {
      // After a silence: nothing was there to be judged.
      judgedTo(windows.paneOf(now));
      due = judgedUntil + step;
    }
    return rule.isEvent() ? event(counted.key(), counted.group(), now) : List.of();
  }

  private List<Alert> event(String key, Group group, long now) {
    if (group.firing != null) {
      return List.of();
    }
    Aggregate rows = windows.since(group, now);
    Firing firing =
        new Firing(
            rule.severity(),
            now,
            rows.count(),
            0,
            wording.summary(group, rows, null, 0),
            wording.examples(rows),
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
    for (Group group : windows.groups().values()) {
      idle &= group.isIdle();
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
    windows
        .groups()
        .forEach(
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
    new TreeMap<>(windows.groups())
        .forEach(
            (key, group) -> {
              Aggregate rows = windows.before(group, end);
              if (rule.isEvent() || rows.count() == 0) {
                unjudged(key, group, rows, end, alerts);
                return;
              }
              Aggregate reference = windows.reference(group, end);
              boolean comparable =
                  reference != null
                      || rule.condition().reference() == Condition.Reference.THRESHOLD;
              // What fires is judged by however few rows there are: it must not fire for ever
              // because the traffic has become thin.
              if (group.firing != null || (rows.count() >= rule.minimumSample() && comparable)) {
                judged.add(new Judged(key, group, rows, reference));
              } else {
                notBad(key, group);
                rememberWell(key, group, rows);
              }
            });
    // Each group is a test of its own, and each step of a window is one: together they may err as
    // often as the rule allows. (Bonferroni's correction, which holds for dependent tests too.)
    double level =
        rule.significance() >= 1
            ? 1
            : rule.significance()
                / ((double) rule.window().toMillis() / step)
                / Math.max(1, judged.size());
    for (Judged one : judged) {
      judge(one, level, end, alerts);
    }
    windows.prune(end);
  }

  private void judge(Judged one, double level, long end, List<Alert> alerts) {
    Group group = one.group();
    Condition condition = rule.condition();
    double value = rule.measure().of(one.rows());
    double limit =
        condition.limit(one.reference() == null ? 0 : rule.measure().of(one.reference()));
    boolean beyond = condition.isBeyond(value, limit);
    if (group.firing != null) {
      group.firing =
          group.firing.measured(
              value,
              limit,
              beyond
                  ? wording.summary(group, one.rows(), one.reference(), limit)
                  : group.firing.summary(),
              beyond ? wording.examples(one.rows()) : group.firing.examples());
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
              wording.summary(group, one.rows(), one.reference(), limit),
              wording.examples(one.rows()),
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
            group.firing.measured(
                rows.count(), 0, wording.summary(group, rows, null, 0), wording.examples(rows));
      }
      stillFiring(key, group, rows.count() > 0, end, alerts);
    } else {
      notBad(key, group);
    }
  }

  /** Nothing says that it is bad any more. */
  private void notBad(String key, Group group) {
    if (group.badSince != Group.NEVER) {
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

  private void rememberWell(String key, Group group, Aggregate rows) {
    if (rule.comparesVersions() && group.firing == null && rows.count() >= rule.minimumSample()) {
      group.lastWell = rows;
      memory.saveGroup(key, group);
    }
  }
}
