package dev.recount.sinks.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.Alert;
import dev.recount.avro.AlertState;
import dev.recount.sinks.clickhouse.TaskContext;
import dev.recount.sinks.clickhouse.TestStack;
import dev.recount.sinks.clickhouse.client.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertSinkTaskTest {
  private static final Instant FIRED = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant RESOLVED = Instant.parse("2026-03-01T12:30:00Z");

  private final AlertEndpoint endpoint = new AlertEndpoint();
  private final TaskContext context = new TaskContext();
  private final AlertSinkTask task = new AlertSinkTask();
  private final AlertCodecs codecs = new AlertCodecs();
  private long offset;

  @BeforeEach
  void initialise() {
    task.initialize(context);
  }

  @AfterEach
  void stop() {
    task.stop();
    endpoint.close();
  }

  private void start(String format, Map<String, String> further) {
    task.start(codecs.configuration(format, endpoint.url() + "/hook", further));
  }

  private SinkRecord record(Alert alert) {
    return record(codecs.encode(alert));
  }

  private SinkRecord record(byte[] value) {
    return new SinkRecord(
        "alerts", 0, null, null, null, value, offset++, 0L, TimestampType.CREATE_TIME);
  }

  private static Alert alert(AlertState state, long revision) {
    Alert alert = new Alert();
    alert.setAlertId("a1");
    alert.setRule("score_drop");
    alert.setState(state);
    alert.setSeverity("page");
    alert.setSummary("Scores dropped");
    alert.setLabels(Map.of("agent_name", "shop", "agent_version", "2.4.1"));
    alert.setValue(0.5);
    alert.setThreshold(0.72);
    alert.setFiredAt(FIRED);
    alert.setResolvedAt(state == AlertState.resolved ? RESOLVED : null);
    alert.setExampleTraceIds(List.of("t1", "t2"));
    alert.setRevision(revision);
    alert.setKeyTime(FIRED);
    return alert;
  }

  @Test
  void anAlertmanagerIsToldEveryTimeUntilTheAlertResolves() {
    task.start(
        codecs.configuration(
            AlertSinkConfig.ALERTMANAGER,
            endpoint.url() + "/",
            Map.of(AlertSinkConfig.GENERATOR_URL_CONFIG, "http://recount/{alert_id}")));
    Instant before = Instant.now();
    task.put(
        List.of(
            record(alert(AlertState.firing, 1)),
            record(alert(AlertState.firing, 2)),
            record(alert(AlertState.resolved, 3))));
    assertThat(endpoint.requests)
        .hasSize(3)
        .allMatch(request -> request.method().equals("POST"))
        .allMatch(request -> request.path().equals("/api/v2/alerts"));
    JsonNode firing = TestStack.parse(endpoint.requests.get(1).body()).get(0);
    assertThat(firing.get("labels"))
        .isEqualTo(
            TestStack.parse(
                """
                {"alertname": "score_drop", "severity": "page", "agent_name": "shop",
                 "agent_version": "2.4.1"}"""));
    assertThat(firing.get("annotations").get("summary").asText()).isEqualTo("Scores dropped");
    assertThat(firing.get("annotations").get("value").isTextual()).isTrue();
    assertThat(firing.get("annotations").get("example_trace_ids").asText()).isEqualTo("t1 t2");
    assertThat(firing.get("startsAt").asText()).isEqualTo(FIRED.toString());
    assertThat(Instant.parse(firing.get("endsAt").asText()))
        .as("it ends by itself when nothing more is heard")
        .isBetween(before.plus(Duration.ofMinutes(5)), Instant.now().plus(Duration.ofMinutes(5)));
    assertThat(firing.get("generatorURL").asText()).isEqualTo("http://recount/a1");
    JsonNode resolved = TestStack.parse(endpoint.requests.get(2).body()).get(0);
    assertThat(resolved.get("labels")).isEqualTo(firing.get("labels"));
    assertThat(resolved.get("endsAt").asText()).isEqualTo(RESOLVED.toString());
  }

  @Test
  void aWebhookIsToldOfChangesAndCanCheckWhoTells() {
    start(
        AlertSinkConfig.WEBHOOK,
        Map.of(
            AlertSinkConfig.SIGNING_KEY_CONFIG, "key",
            AlertSinkConfig.AUTHORIZATION_CONFIG, "Bearer token"));
    task.put(
        List.of(
            record(alert(AlertState.firing, 1)),
            record(alert(AlertState.firing, 2)),
            record(alert(AlertState.resolved, 3))));
    assertThat(endpoint.requests).hasSize(2);
    AlertEndpoint.Request firing = endpoint.requests.get(0);
    assertThat(firing.path()).isEqualTo("/hook");
    assertThat(firing.header("Authorization")).isEqualTo("Bearer token");
    assertThat(firing.header("Idempotency-key")).isEqualTo("a1/firing");
    assertThat(firing.header("X-recount-signature"))
        .isEqualTo(
            "sha256=" + WebhookFormat.sign("key", firing.body().getBytes(StandardCharsets.UTF_8)));
    JsonNode body = TestStack.parse(firing.body());
    assertThat(body.get("state").asText()).isEqualTo("firing");
    assertThat(body.get("resolved_at").isNull()).isTrue();
    assertThat(body.get("labels").get("agent_version").asText()).isEqualTo("2.4.1");
    JsonNode resolved = TestStack.parse(endpoint.requests.get(1).body());
    assertThat(resolved.get("state").asText()).isEqualTo("resolved");
    assertThat(resolved.get("alert_id")).isEqualTo(body.get("alert_id"));
  }

  @Test
  void theSignatureIsTheOneThatOthersCompute() {
    // Test case 2 of RFC 4231.
    assertThat(
            WebhookFormat.sign(
                "Jefe", "what do ya want for nothing?".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }

  @Test
  void whileTheEndpointIsNotWellAlertsWaitAndNoneIsToldTwice() {
    start(AlertSinkConfig.WEBHOOK, Map.of());
    SinkRecord first = record(alert(AlertState.firing, 1));
    SinkRecord second = record(alert(AlertState.resolved, 2));
    task.put(List.of(first));
    for (int status : new int[] {500, 503, 429, 408}) {
      endpoint.answers(status);
      assertThatThrownBy(() -> task.put(List.of(first, second)))
          .isInstanceOf(RetriableException.class);
      assertThat(context.timeout()).isPositive();
    }
    endpoint.answers(200);
    task.put(List.of(first, second));
    assertThat(endpoint.requests)
        .extracting(request -> TestStack.parse(request.body()).get("state").asText())
        .containsExactly("firing", "resolved");
    assertThat(context.reported()).isEmpty();
  }

  @Test
  void whileNobodyListensAlertsWait() {
    start(AlertSinkConfig.WEBHOOK, Map.of());
    endpoint.close();
    assertThatThrownBy(() -> task.put(List.of(record(alert(AlertState.firing, 1)))))
        .isInstanceOf(RetriableException.class)
        .hasMessageNotContaining("hook");
  }

  @Test
  void whatTheEndpointRefusesIsPutAsideAndTheNextIsTold() {
    start(AlertSinkConfig.WEBHOOK, Map.of());
    endpoint.answers(400);
    SinkRecord refused = record(alert(AlertState.firing, 1));
    task.put(List.of(refused));
    assertThat(context.reported()).containsExactly(refused);
    endpoint.answers(200);
    SinkRecord poison = record(new byte[] {7});
    task.put(List.of(poison, record(alert(AlertState.resolved, 2))));
    assertThat(context.reported()).containsExactly(refused, poison);
    assertThat(endpoint.requests).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 304, 307, 308})
  void aRedirectIsPutAsideAndNeverFollowed(int status) {
    try (AlertEndpoint elsewhere = new AlertEndpoint()) {
      start(AlertSinkConfig.WEBHOOK, Map.of(AlertSinkConfig.AUTHORIZATION_CONFIG, "Bearer token"));
      endpoint.redirects(status, elsewhere.url() + "/secret-path");
      SinkRecord redirected = record(alert(AlertState.firing, 1));
      task.put(List.of(redirected));
      assertThat(context.reported()).containsExactly(redirected);
      assertThat(context.reasons())
          .singleElement()
          .satisfies(
              reason ->
                  assertThat(reason)
                      .hasMessageContaining(status + ", a redirect to " + elsewhere.url() + ".")
                      .hasMessageContaining("set alert.url")
                      .hasMessageNotContaining("secret-path"));
      assertThat(elsewhere.requests).isEmpty();
      endpoint.answers(200);
      task.put(List.of(record(alert(AlertState.firing, 2))));
      assertThat(endpoint.requests).as("it has not been told before").hasSize(1);
    }
  }

  @Test
  void aRedirectWithinTheHostIsNotFollowedEither() {
    start(AlertSinkConfig.ALERTMANAGER, Map.of());
    endpoint.redirects(302, "/login");
    task.put(List.of(record(alert(AlertState.firing, 1))));
    assertThat(context.reasons())
        .singleElement()
        .satisfies(reason -> assertThat(reason).hasMessageContaining("answered 302. Redirects"));
    assertThat(endpoint.requests).isEmpty();
  }

  @Test
  void noMessageShowsASecret() {
    Map<String, String> configuration =
        codecs.configuration(
            AlertSinkConfig.WEBHOOK,
            "ftp://host/secret-path",
            Map.of(AlertSinkConfig.SIGNING_KEY_CONFIG, "secret-key"));
    assertThatThrownBy(() -> task.start(configuration))
        .hasMessageContaining("must be a URL")
        .hasMessageNotContaining("secret");
    assertThat(Secret.of("secret-key")).hasToString("[hidden]");
  }
}
