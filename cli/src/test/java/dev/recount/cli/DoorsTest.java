package dev.recount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.roles.EmbeddedOptions;
import dev.recount.cli.roles.EmbeddedPipeline;
import dev.recount.cli.roles.IntakeOptions;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.connectors.http.AccessTokens;
import dev.recount.connectors.http.Protection;
import dev.recount.connectors.otlp.LargeContent;
import dev.recount.schemas.content.ContentResolver;
import dev.recount.schemas.content.FolderContentStore;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.schemas.redaction.RedactionFile;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way in, behind tokens and with redaction, on real parts: by the doors of other vendors, as
 * JSON on the topics, as log records.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class DoorsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String TOKEN = "sk-lf-0123456789";
  private static final String EMAIL = "ada@example.com";
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final Redaction REDACTION =
      RedactionFile.read(
          "redaction.yaml",
          "detectors: [all]",
          "sixteen bytes ok".getBytes(StandardCharsets.UTF_8));

  @TempDir static Path content;
  private final HttpClient client = HttpClient.newHttpClient();
  private EmbeddedPipeline pipeline;
  private ClickHouse clickHouse;

  @SuppressWarnings("NullAway.Init")
  DoorsTest() {}

  @BeforeAll
  void start() {
    pipeline =
        EmbeddedPipeline.start(
            EmbeddedOptions.ephemeral(
                    Map.of("settle.quiet.ms", "1000", "tick.interval.ms", "200"), line -> {})
                .withIntake(
                    new IntakeOptions(
                        new Protection(
                            Optional.of(AccessTokens.of(List.of(TOKEN))), Optional.empty()),
                        REDACTION,
                        data ->
                            Optional.of(
                                new LargeContent(
                                    new FolderContentStore(content),
                                    LargeContent.DEFAULT_THRESHOLD)))));
    clickHouse = pipeline.connectToClickHouse();
  }

  @AfterAll
  void stop() {
    if (pipeline != null) {
      clickHouse.close();
      pipeline.close();
    }
  }

  @Test
  void anSdkSetUpForAnotherVendorIsReadRedactedAndItsLargePromptLeadsBackToItself() {
    String prompt = "Mail to " + EMAIL + " about " + "this and that, ".repeat(150_000);
    String basic =
        Base64.getEncoder().encodeToString(("pk-lf-1:" + TOKEN).getBytes(StandardCharsets.UTF_8));
    String traceId;
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder()
                            .setEndpoint(pipeline.otlpHttpUrl() + "/api/public/otel/v1/traces")
                            .addHeader("Authorization", "Basic " + basic)
                            .setTimeout(PATIENCE)
                            .build())
                    .build())
            .build()) {
      Span span =
          provider
              .get("test")
              .spanBuilder("execute_tool mail")
              .setAttribute("gen_ai.operation.name", "execute_tool")
              .setAttribute("gen_ai.tool.name", "mail")
              .setAttribute("gen_ai.tool.call.arguments", "{\"to\":\"" + EMAIL + "\"}")
              .setAttribute("session.id", EMAIL)
              .setAttribute("prompt.text", prompt)
              .startSpan();
      span.end();
      traceId = span.getSpanContext().getTraceId();
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    String pseudonym = REDACTION.anywhere(EMAIL);
    JsonNode row = awaitRow("SELECT * FROM decisions_latest WHERE trace_id = {id:String}", traceId);
    assertThat(row.path("tool_arguments").asText()).isEqualTo("{\"to\":\"" + pseudonym + "\"}");
    assertThat(row.path("session_id").asText()).isEqualTo(pseudonym);
    JsonNode kept =
        awaitRow(
            "SELECT attributes['prompt.text'] AS prompt FROM spans_latest"
                + " WHERE trace_id = {id:String}",
            traceId);
    String reference = kept.path("prompt").asText();
    assertThat(reference).startsWith("recount:content/sha256/");
    assertThat(new ContentResolver(new FolderContentStore(content)).resolve(reference))
        .isEqualTo(prompt.replace(EMAIL, pseudonym));
  }

  @Test
  void jsonOnTheTopicAndLogRecordsByADoorAndFeedbackByHttpMeetInOneTrace() throws Exception {
    long now = Instant.now().toEpochMilli();
    String spans =
        """
        {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s",
          "name":"execute_tool json","startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[
          {"key":"gen_ai.operation.name","value":{"stringValue":"execute_tool"}},
          {"key":"gen_ai.tool.name","value":{"stringValue":"json"}},
          {"key":"gen_ai.tool.call.result","value":{"stringValue":"sent to %s"}}]}]}]}]}"""
            .formatted(TRACE, SPAN, now * 1_000_000, (now + 5) * 1_000_000, EMAIL);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            pipeline.connection().kafkaClientProperties(),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      String topic = pipeline.connection().topics().otlpSpans().name();
      producer.send(new ProducerRecord<>(topic, bytes(spans))).get();
    }
    String logs =
        """
        {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"%s","spanId":"%s",
          "timeUnixNano":"%d","eventName":"gen_ai.evaluation.result","attributes":[
          {"key":"gen_ai.evaluation.name","value":{"stringValue":"relevance"}},
          {"key":"gen_ai.evaluation.score.value","value":{"doubleValue":0.25}}]}]}]}]}"""
            .formatted(TRACE, SPAN, (now + 6) * 1_000_000);
    assertThat(post(pipeline.otlpHttpUrl() + "/otel/v1/logs", logs, TOKEN)).isEqualTo(200);
    String feedback =
        """
        {"feedback_id":"f-1","kind":"RATING","trace_id":"%s","span_id":"%s",
          "score":1,"comment":"by %s"}"""
            .formatted(TRACE, SPAN, EMAIL);
    assertThat(post(pipeline.feedbackUrl(), feedback, "wrong")).isEqualTo(401);
    assertThat(post(pipeline.feedbackUrl(), feedback, TOKEN)).isEqualTo(200);

    String pseudonym = REDACTION.anywhere(EMAIL);
    JsonNode decision =
        awaitRow(
            "SELECT * FROM decisions_latest WHERE trace_id = {id:String}"
                + " AND has(evaluation_names, 'relevance') AND notEmpty(feedback_kinds)",
            TRACE);
    assertThat(decision.path("tool_result").asText()).isEqualTo("sent to " + pseudonym);
    JsonNode comment =
        awaitRow(
            "SELECT comment FROM feedback_latest WHERE feedback_id = 'f-1'"
                + " AND trace_id = {id:String}",
            TRACE);
    assertThat(comment.path("comment").asText()).isEqualTo("by " + pseudonym);
  }

  private int post(String url, String json, String token) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .header("x-api-key", token)
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private JsonNode awaitRow(String sql, String traceId) {
    Map<String, String> parameters = Map.of("id", traceId);
    await().atMost(PATIENCE).until(() -> !clickHouse.rows(sql, parameters).isEmpty());
    return clickHouse.rows(sql, parameters).get(0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
