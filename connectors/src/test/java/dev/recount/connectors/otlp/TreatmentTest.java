package dev.recount.connectors.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Status;
import dev.recount.connectors.http.Protection;
import dev.recount.connectors.kafka.RecordingGateway;
import dev.recount.schemas.Topics;
import dev.recount.schemas.content.ContentResolver;
import dev.recount.schemas.content.FolderContentStore;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.schemas.redaction.RedactionFile;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reaches Kafka of what a receiver redacts and lifts. */
class TreatmentTest {
  private static final String EMAIL = "ada@example.com";
  private static final Redaction REDACTION =
      RedactionFile.read(
          "f", "detectors: [all]", "sixteen bytes ok".getBytes(StandardCharsets.UTF_8));

  private final RecordingGateway kafka = new RecordingGateway();
  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir Path folder;
  private OtlpReceiver receiver;

  @SuppressWarnings("NullAway.Init")
  TreatmentTest() {}

  @BeforeEach
  void start() {
    receiver =
        OtlpReceiver.start(
            OtlpSettings.defaults(Topics.withPrefix("")).withPorts(0, 0),
            kafka,
            Protection.none(),
            new Treatment(
                REDACTION,
                Optional.of(
                    new LargeContent(
                        new FolderContentStore(folder.resolve("content")),
                        LargeContent.DEFAULT_THRESHOLD))));
  }

  @AfterEach
  void stop() {
    receiver.close();
  }

  private HttpResponse<byte[]> post(String path, String type, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + receiver.httpPort() + path))
            .header("Content-Type", type)
            .POST(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofByteArray());
  }

  private Span onlySpan() throws IOException {
    assertThat(kafka.values("otlp_spans")).hasSize(1);
    return ExportTraceServiceRequest.parseFrom(kafka.values("otlp_spans").get(0))
        .getResourceSpans(0)
        .getScopeSpans(0)
        .getSpans(0);
  }

  @Test
  void aPromptOfManyMegabytesPassesRedactedAndLeadsBackToItself() throws Exception {
    String prompt = ("Write to " + EMAIL + ". " + "Nothing in here. ".repeat(100)).repeat(20_000);
    assertThat(prompt.length()).isGreaterThan(2 * Topics.OTLP_MAXIMUM_BYTES);
    Span span =
        Requests.span(1, 1).toBuilder()
            .addAttributes(Requests.attribute("gen_ai.input.messages", prompt))
            .build();

    HttpResponse<byte[]> response =
        post("/v1/traces", "application/x-protobuf", Requests.traces(List.of(span)).toByteArray());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(ExportTraceServiceResponse.parseFrom(response.body()).hasPartialSuccess()).isFalse();
    String reference = onlySpan().getAttributes(1).getValue().getStringValue();
    String resolved =
        new ContentResolver(new FolderContentStore(folder.resolve("content"))).resolve(reference);
    assertThat(resolved.equals(prompt.replace(EMAIL, REDACTION.anywhere(EMAIL)))).isTrue();
  }

  @Test
  void logsInJsonAreRedactedOnTheDoorsOfOtherVendorsToo() throws Exception {
    String json =
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"eventName\":\"e\",\"body\":{\"stringValue\":\""
            + EMAIL
            + "\"}}]}]}]}";
    HttpResponse<byte[]> response =
        post("/api/public/otel/v1/logs", "application/json", json.getBytes(StandardCharsets.UTF_8));
    assertThat(response.statusCode()).isEqualTo(200);
    LogRecord record =
        ExportLogsServiceRequest.parseFrom(kafka.values("otlp_logs").get(0))
            .getResourceLogs(0)
            .getScopeLogs(0)
            .getLogRecords(0);
    assertThat(record.getBody())
        .isEqualTo(AnyValue.newBuilder().setStringValue(REDACTION.anywhere(EMAIL)).build());
  }

  @Test
  void whatCannotBeLiftedIsRefusedWithItsSizeAndItsNeighbourIsTaken() throws Exception {
    Span huge = Requests.span(1, 1).toBuilder().setName("n".repeat(17_000_000)).build();
    HttpResponse<byte[]> response =
        post(
            "/v1/traces",
            "application/x-protobuf",
            Requests.traces(List.of(huge, Requests.span(2, 1))).toByteArray());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(
            ExportTraceServiceResponse.parseFrom(response.body())
                .getPartialSuccess()
                .getErrorMessage())
        .contains("it has 17000")
        .endsWith("over the limit of " + Admitter.MAXIMUM_BYTES);
    assertThat(onlySpan()).isEqualTo(Requests.span(2, 1));
  }

  @Test
  void whileContentCannotBeKeptNothingIsTaken() throws Exception {
    Files.writeString(folder.resolve("content"), "in the way");
    HttpResponse<byte[]> response =
        post("/v1/traces", "application/x-protobuf", Requests.traces(1, 2 << 20).toByteArray());
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("retry-after")).isPresent();
    assertThat(Status.parseFrom(response.body()).getMessage())
        .isEqualTo("Large content cannot be kept at the moment");
    assertThat(kafka.sent()).isEmpty();
  }

  @Test
  void withNothingToDoTheBytesArePassedOnAsTheyCame() throws Exception {
    byte[] request = Requests.traces(3, 100).toByteArray();
    assertThat(post("/v1/traces", "application/x-protobuf", request).statusCode()).isEqualTo(200);
    assertThat(kafka.values("otlp_spans")).containsExactly(request);
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }
}
