package dev.recount.sinks.alert;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.avro.Alert;
import dev.recount.sinks.clickhouse.client.Secret;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An alert as a JSON object, told when it fires and when it resolves. After a restart of the sink
 * an alert that still fires is told once more, under the same idempotency key.
 */
final class WebhookFormat implements AlertFormat {
  private static final String ALGORITHM = "HmacSHA256";

  /** Alerts whose state is remembered. */
  private static final int REMEMBERED = 10_000;

  private final JsonMapper json = JsonMapper.builder().build();
  private final URI endpoint;
  private final Secret signingKey;

  /** What was told last of each alert. */
  private final Map<String, String> told =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * A format.
   *
   * @param signingKey with which bodies are signed; none for no signature
   */
  WebhookFormat(URI endpoint, Secret signingKey) {
    this.endpoint = endpoint;
    this.signingKey = signingKey;
  }

  @Override
  public Optional<HttpRequest.Builder> request(Alert alert, Instant now) {
    String state = alert.getState().toString();
    if (state.equals(told.get(alert.getAlertId()))) {
      return Optional.empty();
    }
    byte[] body = body(alert).getBytes(StandardCharsets.UTF_8);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", alert.getAlertId() + "/" + state)
            .POST(BodyPublishers.ofByteArray(body));
    String key = signingKey.reveal();
    if (!key.isEmpty()) {
      request.header("X-Recount-Signature", "sha256=" + sign(key, body));
    }
    return Optional.of(request);
  }

  @Override
  public void told(Alert alert) {
    told.put(alert.getAlertId(), alert.getState().toString());
  }

  private String body(Alert alert) {
    ObjectNode body = json.createObjectNode();
    body.put("alert_id", alert.getAlertId());
    body.put("rule", alert.getRule());
    body.put("state", alert.getState().toString());
    body.put("severity", alert.getSeverity());
    body.put("summary", alert.getSummary());
    ObjectNode labels = body.putObject("labels");
    alert.getLabels().forEach(labels::put);
    body.put("value", alert.getValue());
    body.put("threshold", alert.getThreshold());
    body.put("fired_at", alert.getFiredAt().toString());
    body.put(
        "resolved_at", alert.getResolvedAt() == null ? null : alert.getResolvedAt().toString());
    alert.getExampleTraceIds().forEach(body.putArray("example_trace_ids")::add);
    return body.toString();
  }

  /** Hexadecimal HMAC-SHA256 of a body. */
  static String sign(String key, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Every Java has " + ALGORITHM, impossible);
    }
  }
}
