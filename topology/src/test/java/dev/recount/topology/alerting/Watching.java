package dev.recount.topology.alerting;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertObservation;
import dev.recount.avro.AlertState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One rule, watched while a test lets time pass and rows come. */
final class Watching {
  static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

  final RememberedMemory memory = new RememberedMemory();
  final List<Alert> alerts = new ArrayList<>();
  private final AlertRule rule;
  private RuleWatch watch;
  private long now = START.toEpochMilli();
  private long rows;

  Watching(String yaml) {
    this.rule = AlertRules.parse("alerts.yaml", yaml).all().get(0);
    this.watch = new RuleWatch(rule, memory);
  }

  /** Lets time pass; ticks come as they would. */
  void pass(Duration duration) {
    long until = now + duration.toMillis();
    while (watch.due() <= until) {
      now = Math.max(now, watch.due());
      alerts.addAll(watch.advance(now));
    }
    now = until;
  }

  /** A row that has just settled. */
  String row(double value, Map<String, String> labels) {
    String row = "row-" + ++rows;
    send(observation(row, value, labels, false));
    return row;
  }

  /** A revision of a row. */
  void amend(String row, double value, Map<String, String> labels) {
    send(observation(row, value, labels, true));
  }

  /** A row is taken back. */
  void withdraw(String row) {
    AlertObservation withdrawn = observation(row, 0, Map.of(), true);
    withdrawn.setValue(null);
    send(withdrawn);
  }

  void send(AlertObservation observation) {
    alerts.addAll(watch.advance(now));
    alerts.addAll(watch.count(observation, now));
  }

  AlertObservation observation(
      String row, double value, Map<String, String> labels, boolean amended) {
    AlertObservation observation = new AlertObservation();
    observation.setRow(row);
    observation.setTraceId("trace-of-" + row);
    observation.setLabels(labels);
    observation.setValue(value);
    observation.setAmended(amended);
    observation.setKeyTime(Instant.ofEpochMilli(now));
    return observation;
  }

  /** Goes on from what is remembered, as after a restart. */
  void restart() {
    watch = new RuleWatch(rule, memory);
  }

  long refused() {
    return watch.refused();
  }

  Instant now() {
    return Instant.ofEpochMilli(now);
  }

  /** Alerts in a state that were told for the first time, not said again. */
  List<Alert> changes(AlertState state) {
    return alerts.stream()
        .filter(alert -> alert.getState() == state)
        .filter(alert -> state == AlertState.resolved || alert.getRevision() == 1)
        .toList();
  }

  List<Alert> fired() {
    return changes(AlertState.firing);
  }

  List<Alert> resolved() {
    return changes(AlertState.resolved);
  }
}
