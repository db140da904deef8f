package dev.recount.connectors.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.rpc.Code;
import com.google.rpc.Status;
import com.linecorp.armeria.client.grpc.GrpcClients;
import dev.recount.connectors.http.AccessTokens;
import dev.recount.connectors.http.Certificates;
import dev.recount.connectors.http.Protection;
import dev.recount.connectors.http.ServerCertificate;
import dev.recount.connectors.kafka.RecordingGateway;
import dev.recount.schemas.Topics;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
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
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** Tokens and TLS on both transports, and the paths of other vendors behind them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProtectionTest {
  private static final String TOKEN = "planted-secret-8c1f";
  private static final String PROTOBUF = "application/x-protobuf";

  private final RecordingGateway kafka = new RecordingGateway();
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  @TempDir static Path folder;
  private Certificates certificates;
  private Protection protection;
  private OtlpReceiver receiver;
  private HttpClient client;

  @SuppressWarnings("NullAway.Init")
  ProtectionTest() {}

  @BeforeAll
  void start() {
    logged.start();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(logged);
    ((Logger) LoggerFactory.getLogger("dev.recount")).setLevel(Level.TRACE);
    certificates = Certificates.make(folder);
    protection =
        new Protection(
            Optional.of(AccessTokens.of(List.of(TOKEN))),
            Optional.of(
                ServerCertificate.of(
                    certificates.certificate(), certificates.key(), Duration.ZERO)));
    receiver =
        OtlpReceiver.start(
            OtlpSettings.defaults(Topics.withPrefix("")).withPorts(0, 0),
            kafka,
            protection,
            Treatment.none());
    client = HttpClient.newBuilder().sslContext(certificates.trusting()).build();
  }

  @BeforeEach
  void forget() {
    kafka.reset();
  }

  @AfterAll
  void stop() {
    receiver.close();
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).detachAppender(logged);
    ((Logger) LoggerFactory.getLogger("dev.recount")).setLevel(null);
  }

  static List<String> tracePaths() {
    return Doors.tracePaths();
  }

  static List<String> logPaths() {
    return Doors.logPaths();
  }

  @ParameterizedTest
  @MethodSource("tracePaths")
  void everyDoorTakesSpansWithATokenAndNoneWithout(String path) throws Exception {
    byte[] request = Requests.traces(1, 10).toByteArray();
    assertThat(post(path, PROTOBUF, request, "x-api-key", TOKEN).statusCode()).isEqualTo(200);
    assertThat(kafka.values("otlp_spans")).containsExactly(request);
    kafka.reset();
    assertThat(post(path, PROTOBUF, request, "x-api-key", "wrong").statusCode()).isEqualTo(401);
    assertThat(kafka.sent()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("logPaths")
  void everyDoorTakesLogRecordsWithATokenAndNoneWithout(String path) throws Exception {
    byte[] request = Requests.logs(LogRecord.newBuilder().setEventName("e").build()).toByteArray();
    assertThat(post(path, PROTOBUF, request, "api-key", TOKEN).statusCode()).isEqualTo(200);
    assertThat(kafka.values("otlp_logs")).containsExactly(request);
    kafka.reset();
    assertThat(post(path, PROTOBUF, request, "api-key", "").statusCode()).isEqualTo(401);
    assertThat(kafka.sent()).isEmpty();
  }

  @Test
  void theRefusalIsAStatusInTheEncodingOfTheRequest() throws Exception {
    HttpResponse<byte[]> protobuf = post("/v1/traces", PROTOBUF, new byte[0], "x-other", TOKEN);
    assertThat(protobuf.statusCode()).isEqualTo(401);
    assertThat(protobuf.headers().firstValue("www-authenticate"))
        .hasValue("Bearer realm=\"recount\"");
    Status status = Status.parseFrom(protobuf.body());
    assertThat(status.getCode()).isEqualTo(Code.UNAUTHENTICATED.getNumber());
    assertThat(status.getMessage()).contains("Authorization: Bearer");
    HttpResponse<byte[]> json =
        post("/v1/traces", "application/json", "{}".getBytes(StandardCharsets.UTF_8), "x", "y");
    assertThat(json.statusCode()).isEqualTo(401);
    assertThat(new String(json.body(), StandardCharsets.UTF_8)).startsWith("{\"code\":16,");
  }

  @Test
  void grpcIsRefusedWithItsOwnStatus() {
    TraceServiceGrpc.TraceServiceBlockingStub stub =
        GrpcClients.builder("gproto+https://127.0.0.1:" + receiver.grpcPort())
            .factory(
                com.linecorp.armeria.client.ClientFactory.builder()
                    .tlsCustomizer(tls -> tls.trustManager(certificates.certificate().toFile()))
                    .build())
            .build(TraceServiceGrpc.TraceServiceBlockingStub.class);
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> stub.export(Requests.traces(1, 1)));
    assertThat(refused.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.UNAUTHENTICATED);
    assertThat(refused.getStatus().getDescription()).isEqualTo(Protection.NO_TOKEN);
    assertThat(kafka.sent()).isEmpty();
  }

  @Test
  void theSdkExportsOverTlsWithATokenOnBothTransports() throws Exception {
    byte[] trusted = Files.readAllBytes(certificates.certificate());
    export(
        OtlpGrpcSpanExporter.builder()
            .setEndpoint("https://127.0.0.1:" + receiver.grpcPort())
            .setTrustedCertificates(trusted)
            .addHeader("authorization", "Bearer " + TOKEN)
            .build());
    String langfuse =
        Base64.getEncoder().encodeToString(("pk-lf-1:" + TOKEN).getBytes(StandardCharsets.UTF_8));
    export(
        OtlpHttpSpanExporter.builder()
            .setEndpoint("https://127.0.0.1:" + receiver.httpPort() + "/api/public/otel/v1/traces")
            .setTrustedCertificates(trusted)
            .addHeader("Authorization", "Basic " + langfuse)
            .build());
  }

  private void export(SpanExporter exporter) {
    int before = kafka.values("otlp_spans").size();
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()) {
      Span span = provider.get("test").spanBuilder("from the SDK").startSpan();
      span.end();
      provider.forceFlush().join(20, TimeUnit.SECONDS);
    }
    assertThat(kafka.values("otlp_spans")).hasSize(before + 1);
  }

  @Test
  void plainTextIsNotSpokenWhereThereIsTls() {
    HttpRequest plain =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + receiver.httpPort() + "/v1/traces"))
            .header("x-api-key", TOKEN)
            .POST(BodyPublishers.noBody())
            .build();
    assertThatThrownBy(() -> client.send(plain, BodyHandlers.discarding()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aKeyThatIsNoneIsNamedAndNotShown() throws IOException {
    Path key = Files.writeString(folder.resolve("broken.pem"), TOKEN);
    assertThatThrownBy(() -> ServerCertificate.of(certificates.certificate(), key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key.toString())
        .hasMessageNotContaining(TOKEN);
    assertThatThrownBy(() -> ServerCertificate.of(folder.resolve("absent.pem"), key))
        .hasMessage("Cannot read " + folder.resolve("absent.pem"));
  }

  @Test
  void aRenewedCertificateIsShownToWhoeverConnectsNext() throws Exception {
    Path served = Files.createDirectory(folder.resolve("served"));
    Certificates before = Certificates.make(Files.createDirectory(folder.resolve("before")));
    Certificates after = Certificates.make(Files.createDirectory(folder.resolve("after")));
    Path certificate = served.resolve("tls.crt");
    Path key = served.resolve("tls.key");
    Files.copy(before.certificate(), certificate);
    Files.copy(before.key(), key);
    Protection renewable =
        new Protection(
            Optional.empty(), Optional.of(ServerCertificate.of(certificate, key, Duration.ZERO)));
    try (OtlpReceiver own =
        OtlpReceiver.start(
            OtlpSettings.defaults(Topics.withPrefix("")).withPorts(0, 0),
            kafka,
            renewable,
            Treatment.none())) {
      assertThat(connects(own, before)).isTrue();
      Files.copy(after.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
      // The key is still the other certificate's: what was read before holds.
      assertThat(connects(own, before)).isTrue();
      Files.copy(after.key(), key, StandardCopyOption.REPLACE_EXISTING);
      assertThat(connects(own, after)).isTrue();
      assertThat(connects(own, before)).isFalse();
      Files.delete(certificate);
      assertThat(connects(own, after)).isTrue();
    }
  }

  private static boolean connects(OtlpReceiver receiver, Certificates trusted) throws Exception {
    try {
      return HttpClient.newBuilder()
              .sslContext(trusted.trusting())
              .build()
              .send(
                  HttpRequest.newBuilder(
                          URI.create("https://127.0.0.1:" + receiver.httpPort() + "/v1/traces"))
                      .header("Content-Type", PROTOBUF)
                      .POST(BodyPublishers.ofByteArray(Requests.traces(1, 1).toByteArray()))
                      .build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (SSLException refused) {
      return false;
    }
  }

  @Test
  void noSecretIsInLogsOrInAnswers() throws Exception {
    byte[] request = Requests.traces(1, 10).toByteArray();
    HttpResponse<byte[]> taken = post("/v1/traces", PROTOBUF, request, "x-api-key", TOKEN);
    HttpResponse<byte[]> refused = post("/v1/traces", PROTOBUF, request, "x-token", TOKEN);
    for (HttpResponse<byte[]> response : List.of(taken, refused)) {
      assertThat(new String(response.body(), StandardCharsets.UTF_8)).doesNotContain(TOKEN);
      assertThat(response.headers().map().toString()).doesNotContain(TOKEN);
    }
    assertThat(protection.toString()).isEqualTo("Protection[AccessTokens[1], TLS]");
    assertThat(List.copyOf(logged.list))
        .noneMatch(event -> event.getFormattedMessage().contains(TOKEN));
  }

  private HttpResponse<byte[]> post(
      String path, String contentType, byte[] body, String header, String value)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + receiver.httpPort() + path))
            .header("Content-Type", contentType)
            .header(header, value)
            .POST(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofByteArray());
  }
}
