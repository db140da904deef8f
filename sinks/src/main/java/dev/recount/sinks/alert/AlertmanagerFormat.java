package dev.recount.sinks.alert;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.avro.Alert;
import dev.recount.avro.AlertState;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Prometheus Alertmanager's API, version 2: {@code POST /api/v2/alerts}.
 *
 * <p>An Alertmanager forgets an alert that it is not told again: a firing one ends by itself after
 * the resolve timeout, and the topology says it again every minute.
 */
final class AlertmanagerFormat implements AlertFormat {
  private static final String PATH = "/api/v2/alerts";

  private final JsonMapper json = JsonMapper.builder().build();
  private final URI endpoint;
  private final Duration resolveTimeout;
  private final String generatorUrl;

  /**
   * A format.
   *
   * @param base of the Alertmanager, as in {@code http://alertmanager:9093}
   * @param resolveTimeout after which a firing alert of which nothing more is heard ends
   * @param generatorUrl where to look an alert up; {@code {alert_id}} stands for its ID; may be
   *     empty
   */
  AlertmanagerFormat(URI base, Duration resolveTimeout, String generatorUrl) {
    String text = base.toString().replaceAll("/+$", "");
    this.endpoint = URI.create(text.endsWith(PATH) ? text : text + PATH);
    this.resolveTimeout = resolveTimeout;
    this.generatorUrl = generatorUrl;
  }

  @Override
  public Optional<HttpRequest.Builder> request(Alert alert, Instant now) {
    return Optional.of(
        HttpRequest.newBuilder(endpoint)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body(alert, now))));
  }

  @Override
  public void told(Alert alert) {
    // It is told every time.
  }

  private String body(Alert alert, Instant now) {
    ArrayNode alerts = json.createArrayNode();
    ObjectNode one = alerts.addObject();
    ObjectNode labels = one.putObject("labels");
    alert.getLabels().forEach(labels::put);
    labels.put("alertname", alert.getRule());
    labels.put("severity", alert.getSeverity());
    ObjectNode annotations = one.putObject("annotations");
    annotations.put("summary", alert.getSummary());
    annotations.put("alert_id", alert.getAlertId());
    putNumber(annotations, "value", alert.getValue());
    putNumber(annotations, "threshold", alert.getThreshold());
    annotations.put("example_trace_ids", String.join(" ", alert.getExampleTraceIds()));
    one.put("startsAt", alert.getFiredAt().toString());
    one.put("endsAt", endsAt(alert, now).toString());
    if (!generatorUrl.isEmpty()) {
      one.put("generatorURL", generatorUrl.replace("{alert_id}", alert.getAlertId()));
    }
    return alerts.toString();
  }

  private Instant endsAt(Alert alert, Instant now) {
    boolean resolved = alert.getState() == AlertState.resolved;
    return resolved && alert.getResolvedAt() != null
        ? alert.getResolvedAt()
        : now.plus(resolveTimeout);
  }

  /** Annotations are texts. */
  private static void putNumber(ObjectNode annotations, String name, @Nullable Double value) {
    if (value != null) {
      annotations.put(name, value.toString());
    }
  }
}
