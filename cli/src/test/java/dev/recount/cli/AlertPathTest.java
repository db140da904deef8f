package dev.recount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import dev.recount.cli.roles.EmbeddedOptions;
import dev.recount.cli.roles.EmbeddedPipeline;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.alert.AlertSinkConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** From a rollback that is reported to the Alertmanager that hears of it, on real parts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class AlertPathTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private final HttpClient client = HttpClient.newHttpClient();
  private final JsonMapper json = JsonMapper.builder().build();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private HttpServer alertmanager;
  private EmbeddedPipeline pipeline;

  @SuppressWarnings("NullAway.Init")
  AlertPathTest() {}

  @BeforeAll
  void start() throws IOException {
    alertmanager = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    alertmanager.createContext(
        "/api/v2/alerts",
        exchange -> {
          try (exchange) {
            told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
          }
        });
    alertmanager.start();
    String url = "http://127.0.0.1:" + alertmanager.getAddress().getPort();
    pipeline =
        EmbeddedPipeline.start(
            EmbeddedOptions.ephemeral(
                    Map.of(
                        "settle.quiet.ms", "1000",
                        "tick.interval.ms", "200",
                        "sampling.rules", "default"),
                    line -> {})
                .withConnectors(
                    connection ->
                        Map.of(
                            "recount-alertmanager",
                            SinkConfigurations.alerts(
                                connection,
                                AlertSinkConfig.ALERTMANAGER,
                                Map.of(AlertSinkConfig.URL_CONFIG, url)))));
  }

  @AfterAll
  void stop() {
    alertmanager.stop(0);
    if (pipeline != null) {
      pipeline.close();
    }
  }

  private void post(String url, String body) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
  }

  private String get(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(pipeline.controlUrl() + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  @Test
  void aRollbackReachesTheAlertmanagerAndTheTableAndTheMetricsTellOfIt()
      throws IOException, InterruptedException {
    long nanos = System.currentTimeMillis() * 1_000_000;
    post(
        pipeline.otlpHttpUrl() + "/v1/traces",
        """
        {"resourceSpans": [{"scopeSpans": [{"spans": [{
          "traceId": "%s", "spanId": "b7ad6b7169203331", "name": "invoke_agent shop",
          "startTimeUnixNano": "%d", "endTimeUnixNano": "%d",
          "attributes": [
            {"key": "gen_ai.operation.name", "value": {"stringValue": "invoke_agent"}},
            {"key": "gen_ai.agent.name", "value": {"stringValue": "shop"}},
            {"key": "gen_ai.agent.version", "value": {"stringValue": "2.4.1"}}]}]}]}]}
        """
            .formatted(TRACE, nanos, nanos + 1_000_000));
    post(
        pipeline.feedbackUrl(),
        "{\"feedback_id\": \"f-1\", \"kind\": \"ROLLBACK\", \"source\": \"test\", \"trace_id\": \"%s\"}"
            .formatted(TRACE));

    await().atMost(PATIENCE).untilAsserted(() -> assertThat(told).isNotEmpty());
    JsonNode alert = json.readTree(told.get(0)).get(0);
    assertThat(alert.at("/labels/alertname").asText()).isEqualTo("rollback");
    assertThat(alert.at("/labels/severity").asText()).isEqualTo("critical");
    assertThat(alert.at("/labels/agent_version").asText()).isEqualTo("2.4.1");
    assertThat(alert.at("/annotations/example_trace_ids").asText()).isEqualTo(TRACE);

    try (ClickHouse clickHouse = pipeline.connectToClickHouse()) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(
                          clickHouse.rows(
                              "SELECT rule FROM alerts_latest WHERE state = 'firing'", Map.of()))
                      .hasSize(1));
    }
    assertThat(get("/health")).contains("recount-alertmanager RUNNING");
    // Meters that came up after the start are looked for once a minute.
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(
            () ->
                assertThat(get("/metrics"))
                    .contains("kafka_recount_open_traces")
                    .contains("kafka_recount_settle_delay_ms_max")
                    .contains("kafka_recount_feedback_total")
                    .contains("kafka_recount_alerts_total")
                    .contains("kafka_recount_sampled_traces_total")
                    .contains("kafka_recount_evaluator_traces_total")
                    .contains("kafka_recount_evaluator_time_ms_total")
                    .contains("kafka_consumer_fetch_manager_records_lag")
                    .contains("recount_receiver_items_total")
                    .contains("recount_sink_insert_rows_total")
                    .contains("recount_sink_put_batch_avg_time_ms"));
  }
}
