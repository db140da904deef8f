package dev.recount.topology.alerting;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertState;
import dev.recount.topology.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Alerts as rows of their topic. */
final class AlertRows {
  private static final int ID_BYTES = 16;

  private AlertRows() {}

  static Alert firing(String rule, Map<String, String> labels, Firing firing) {
    Alert alert = new Alert();
    alert.setAlertId(id(rule, labels, firing.since()));
    alert.setRule(rule);
    alert.setState(AlertState.firing);
    alert.setSeverity(firing.severity());
    alert.setSummary(firing.summary());
    alert.setLabels(labels);
    alert.setValue(firing.value());
    alert.setThreshold(firing.limit());
    alert.setFiredAt(Instant.ofEpochMilli(firing.since()));
    alert.setExampleTraceIds(firing.examples());
    alert.setRevision(firing.revision());
    alert.setKeyTime(Instant.ofEpochMilli(firing.since()));
    alert.setDeleted(false);
    return alert;
  }

  static Alert resolved(String rule, Map<String, String> labels, Firing last, long now) {
    Alert alert = firing(rule, labels, last);
    alert.setState(AlertState.resolved);
    alert.setResolvedAt(Instant.ofEpochMilli(now));
    return alert;
  }

  /** A function of rule, labels and the time at which the alert fired. */
  static String id(String rule, Map<String, String> labels, long since) {
    MessageDigest sha256 = Sha256.newDigest();
    update(sha256, rule);
    new TreeMap<>(labels)
        .forEach(
            (name, value) -> {
              update(sha256, name);
              update(sha256, value);
            });
    update(sha256, Long.toString(since));
    return HexFormat.of().formatHex(sha256.digest(), 0, ID_BYTES);
  }

  private static void update(MessageDigest sha256, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    sha256.update((byte) 1);
    sha256.update(Integer.toString(bytes.length).getBytes(StandardCharsets.UTF_8));
    sha256.update((byte) ':');
    sha256.update(bytes);
  }
}
