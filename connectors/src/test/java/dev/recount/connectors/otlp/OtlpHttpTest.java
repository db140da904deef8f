package dev.recount.connectors.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.recount.connectors.kafka.RecordingGateway;
import dev.recount.connectors.kafka.SendException;
import dev.recount.schemas.Topics;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtlpHttpTest {
  private static final int LIMIT = 4 << 20;
  private static final String PROTOBUF = "application/x-protobuf";

  private final RecordingGateway kafka = new RecordingGateway();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private OtlpReceiver receiver;

  @SuppressWarnings("NullAway.Init")
  OtlpHttpTest() {}

  @BeforeAll
  void start() {
    receiver =
        OtlpReceiver.start(
            OtlpSettings.defaults(Topics.withPrefix(""))
                .withPorts(0, 0)
                .withLimits(LIMIT, 2L * LIMIT),
            kafka);
  }

  @BeforeEach
  void forget() {
    kafka.reset();
  }

  @AfterAll
  void stop() {
    receiver.close();
  }

  @Test
  void aSmallRequestGoesToKafkaAsTheBytesThatCame() throws Exception {
    byte[] request = Requests.traces(3, 100).toByteArray();

    HttpResponse<byte[]> response = post("/v1/traces", PROTOBUF, request);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue(PROTOBUF);
    assertThat(response.body()).isEmpty();
    assertThat(kafka.values("otlp_spans")).containsExactly(request);
    assertThat(kafka.sent().get(0).key()).isNull();
    await().until(() -> receiver.statistics().bytesInFlight() == 0);
  }

  @Test
  void logsGoToTheirOwnTopic() throws Exception {
    byte[] request = Requests.logs(LogRecord.newBuilder().setEventName("e").build()).toByteArray();
    assertThat(post("/v1/logs", PROTOBUF, request).statusCode()).isEqualTo(200);
    assertThat(kafka.values("otlp_logs")).containsExactly(request);
  }

  @Test
  void jsonArrivesInKafkaAsProtobufAndIsAnsweredInJson() throws Exception {
    String json =
        """
        {"resourceSpans":[{"scopeSpans":[{"spans":[
          {"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","name":"a"},
          {"traceId":"00000000000000000000000000000000","spanId":"eee19b7ec3c1b174","name":"b"}
        ]}]}]}""";

    HttpResponse<byte[]> response =
        post("/v1/traces", "application/json; charset=utf-8", bytes(json));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(text(response))
        .isEqualTo(
            "{\"partialSuccess\":{\"rejectedSpans\":\"1\",\"errorMessage\":\"1 of 2 spans refused,"
                + " the first because: trace ID is all zero in span 'b'\"}}");
    ExportTraceServiceRequest sent =
        ExportTraceServiceRequest.parseFrom(kafka.values("otlp_spans").get(0));
    Span span = sent.getResourceSpans(0).getScopeSpans(0).getSpans(0);
    assertThat(span.getName()).isEqualTo("a");
    assertThat(span.getTraceId().size()).isEqualTo(16);
  }

  @Test
  void anOddTraceIdInJsonRefusesItsSpanOnly() throws Exception {
    String json =
        """
        {"resourceSpans":[{"scopeSpans":[{"spans":[
          {"traceId":"5B8EFFF798038103D269B633813FC60","spanId":"eee19b7ec3c1b174","name":"odd"},
          {"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","name":"even"}
        ]}]}]}""";

    HttpResponse<byte[]> response = post("/v1/traces", "application/json", bytes(json));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(text(response))
        .contains("\"rejectedSpans\":\"1\"")
        .contains("trace ID is empty or not hexadecimal in span 'odd'");
    ExportTraceServiceRequest sent =
        ExportTraceServiceRequest.parseFrom(kafka.values("otlp_spans").get(0));
    assertThat(sent.getResourceSpans(0).getScopeSpans(0).getSpansList())
        .extracting(Span::getName)
        .containsExactly("even");
  }

  @Test
  void spansWithoutIdentityAreRefusedAndTheRestIsTaken() throws Exception {
    byte[] request =
        Requests.traces(
                List.of(
                    Requests.span(1, 5),
                    Requests.span(2, 5).toBuilder().setSpanId(ByteString.EMPTY).build(),
                    Requests.span(3, 5).toBuilder()
                        .setTraceId(ByteString.copyFromUtf8("abc"))
                        .build()))
            .toByteArray();

    HttpResponse<byte[]> response = post("/v1/traces", PROTOBUF, request);

    ExportTraceServiceResponse reply = ExportTraceServiceResponse.parseFrom(response.body());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(reply.getPartialSuccess().getRejectedSpans()).isEqualTo(2);
    assertThat(reply.getPartialSuccess().getErrorMessage())
        .contains("span ID is empty or not hexadecimal in span 'span 2'");
    assertThat(ExportTraceServiceRequest.parseFrom(kafka.values("otlp_spans").get(0)))
        .isEqualTo(Requests.traces(List.of(Requests.span(1, 5))));
  }

  @Test
  void aTextThatIsNoUtf8CostsNoSpan() throws Exception {
    byte[] broken = Requests.traces(2, 10).toByteArray();
    String latin1 = new String(broken, StandardCharsets.ISO_8859_1);
    broken[latin1.indexOf("xxxxx")] = (byte) 0xE4;
    assertThat(post("/v1/traces", "application/x-protobuf", broken).statusCode()).isEqualTo(200);
    TracesData sent = TracesData.parseFrom(kafka.values("otlp_spans").get(0));
    List<Span> spans = sent.getResourceSpans(0).getScopeSpans(0).getSpansList();
    assertThat(spans).hasSize(2);
    assertThat(spans.get(0).getAttributes(0).getValue().getStringValue())
        .isEqualTo("\uFFFDxxxxxxxxx");
  }

  @Test
  void anEmptyRequestSucceedsAndSendsNothing() throws Exception {
    assertThat(post("/v1/traces", PROTOBUF, new byte[0]).statusCode()).isEqualTo(200);
    assertThat(text(post("/v1/traces", "application/json", bytes("{}")))).isEqualTo("{}");
    assertThat(kafka.sent()).isEmpty();
  }

  @Test
  void bytesThatCannotBeDecodedAreABadRequest() throws Exception {
    HttpResponse<byte[]> response = post("/v1/traces", PROTOBUF, bytes("not protobuf"));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("content-type")).hasValue(PROTOBUF);
    assertThat(Status.parseFrom(response.body()).getCode())
        .isEqualTo(Code.INVALID_ARGUMENT.getNumber());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"resourceSpans\":{}}",
        "{}{}",
        "{\"resourceSpans\":[1]}",
        "null"
      })
  void jsonThatIsNoRequestIsABadRequest(String json) throws Exception {
    HttpResponse<byte[]> response = post("/v1/traces", "application/json", bytes(json));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(text(response)).startsWith("{\"code\":3,\"message\":\"");
  }

  @Test
  void gzipIsInflated() throws Exception {
    byte[] request = Requests.traces(3, 1000).toByteArray();
    HttpResponse<byte[]> response =
        send(request("/v1/traces", PROTOBUF, Requests.gzip(request)), "gzip");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(kafka.values("otlp_spans")).containsExactly(request);
  }

  @Test
  void brokenGzipIsABadRequest() throws Exception {
    byte[] whole = Requests.gzip(Requests.traces(3, 1000).toByteArray());
    byte[] cut = Arrays.copyOf(whole, whole.length / 2);
    assertThat(send(request("/v1/traces", PROTOBUF, cut), "gzip").statusCode()).isEqualTo(400);
    assertThat(send(request("/v1/traces", PROTOBUF, bytes("x")), "gzip").statusCode())
        .isEqualTo(400);
  }

  @Test
  void aGzipBombIsTooLarge() throws Exception {
    byte[] bomb = Requests.gzip(new byte[200 << 20]);
    assertThat(bomb.length).isLessThan(LIMIT);
    HttpResponse<byte[]> response = send(request("/v1/traces", PROTOBUF, bomb), "gzip");
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(Status.parseFrom(response.body()).getMessage())
        .isEqualTo("The inflated request body is larger than the limit of 4194304 bytes");
    assertThat(receiver.statistics().bytesInFlight()).isZero();
  }

  @Test
  void aBodyOverTheLimitIsTooLarge() throws Exception {
    // Chunked: the size is not told in advance.
    HttpRequest chunked =
        HttpRequest.newBuilder(uri("/v1/traces"))
            .header("Content-Type", PROTOBUF)
            .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(new byte[LIMIT + 1])))
            .build();
    assertThat(client.send(chunked, BodyHandlers.ofByteArray()).statusCode()).isEqualTo(413);
    await().until(() -> receiver.statistics().bytesInFlight() == 0);
  }

  @Test
  void aBodyAnnouncedOverTheLimitIsTooLarge() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", receiver.httpPort())) {
      String head =
          "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
              + "Content-Length: 999999999999\r\n\r\n";
      socket.getOutputStream().write(bytes(head));
      byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 413".length());
      assertThat(new String(line, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/xml", "application/grpc"})
  void otherMediaTypesAreUnsupported(String mediaType) throws Exception {
    assertThat(post("/v1/traces", mediaType, bytes("{}")).statusCode()).isEqualTo(415);
  }

  @Test
  void otherContentEncodingsAreUnsupported() throws Exception {
    assertThat(send(request("/v1/traces", PROTOBUF, bytes("x")), "br").statusCode()).isEqualTo(415);
  }

  @Test
  void otherMethodsAreNotAllowed() throws Exception {
    HttpResponse<byte[]> response =
        client.send(
            HttpRequest.newBuilder(uri("/v1/traces")).GET().build(), BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).hasValue("POST");
  }

  @Test
  void whenKafkaCannotTakeItTheClientIsToldToComeBack() throws Exception {
    kafka.failWith(new SendException("no broker", new TimeoutException("expired"), true));

    HttpResponse<byte[]> response = post("/v1/traces", PROTOBUF, oneSpan());

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("retry-after")).hasValue("2");
    Status status = Status.parseFrom(response.body());
    assertThat(status.getCode()).isEqualTo(Code.UNAVAILABLE.getNumber());
    assertThat(status.getDetails(0).unpack(RetryInfo.class).getRetryDelay().getSeconds())
        .isEqualTo(2);
    assertThat(text(post("/v1/traces", "application/json", bytes(ONE_SPAN_JSON))))
        .isEqualTo(
            "{\"code\":14,\"message\":\"no broker\",\"details\":[{\"@type\":"
                + "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"2s\"}]}");
  }

  @Test
  void whatKafkaWillNeverTakeIsNotToBeRetried() throws Exception {
    kafka.failWith(new SendException("too large", new RecordTooLargeException(), false));
    HttpResponse<byte[]> response = post("/v1/traces", PROTOBUF, oneSpan());
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.headers().firstValue("retry-after")).isEmpty();
  }

  @Test
  void theClientHearsNothingBeforeKafkaHasAcknowledged() {
    kafka.keepSilent();
    CompletableFuture<HttpResponse<byte[]>> response =
        client.sendAsync(
            request("/v1/traces", PROTOBUF, oneSpan()).build(), BodyHandlers.ofByteArray());
    await().until(() -> kafka.sent().size() == 1);
    assertThat(response).isNotDone();

    kafka.acknowledge();

    assertThat(response.join().statusCode()).isEqualTo(200);
  }

  @Test
  void whenTooMuchIsInFlightTheClientIsToldToComeBack() throws Exception {
    kafka.keepSilent();
    byte[] large = Requests.traces(4, 850_000).toByteArray();
    CompletableFuture<?> first = large(large);
    CompletableFuture<?> second = large(large);
    await().until(() -> kafka.sent().size() == 8);

    HttpResponse<byte[]> refused = post("/v1/traces", PROTOBUF, large);

    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("retry-after")).isPresent();
    kafka.acknowledge();
    CompletableFuture.allOf(first, second).join();
    await().until(() -> receiver.statistics().bytesInFlight() == 0);
  }

  private CompletableFuture<?> large(byte[] body) {
    return client.sendAsync(
        request("/v1/traces", PROTOBUF, body).build(), BodyHandlers.ofByteArray());
  }

  private static final String ONE_SPAN_JSON =
      "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":"
          + "\"5b8efff798038103d269b633813fc60c\",\"spanId\":\"eee19b7ec3c1b174\"}]}]}]}";

  private static byte[] oneSpan() {
    return Requests.traces(1, 10).toByteArray();
  }

  private HttpResponse<byte[]> post(String path, String contentType, byte[] body)
      throws IOException, InterruptedException {
    return client.send(request(path, contentType, body).build(), BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request, String encoding)
      throws IOException, InterruptedException {
    return client.send(
        request.header("Content-Encoding", encoding).build(), BodyHandlers.ofByteArray());
  }

  private HttpRequest.Builder request(String path, String contentType, byte[] body) {
    return HttpRequest.newBuilder(uri(path))
        .header("Content-Type", contentType)
        .POST(BodyPublishers.ofByteArray(body));
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + receiver.httpPort() + path);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
