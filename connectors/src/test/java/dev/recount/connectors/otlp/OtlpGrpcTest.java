package dev.recount.connectors.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import com.linecorp.armeria.client.grpc.GrpcClients;
import dev.recount.connectors.kafka.RecordingGateway;
import dev.recount.connectors.kafka.SendException;
import dev.recount.schemas.Topics;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtlpGrpcTest {
  private static final int LIMIT = 4 << 20;

  private final RecordingGateway kafka = new RecordingGateway();
  private OtlpReceiver receiver;
  private TraceServiceGrpc.TraceServiceBlockingStub traces;

  @SuppressWarnings("NullAway.Init")
  OtlpGrpcTest() {}

  @BeforeAll
  void start() {
    receiver =
        OtlpReceiver.start(
            OtlpSettings.defaults(Topics.withPrefix("x."))
                .withPorts(0, 0)
                .withLimits(LIMIT, 2L * LIMIT),
            kafka);
    traces =
        GrpcClients.newClient(
            "gproto+http://127.0.0.1:" + receiver.grpcPort(),
            TraceServiceGrpc.TraceServiceBlockingStub.class);
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
  void aRequestGoesToKafkaAsTheBytesThatCame() {
    ExportTraceServiceRequest request = Requests.traces(3, 100);
    assertThat(traces.export(request)).isEqualTo(ExportTraceServiceResponse.getDefaultInstance());
    assertThat(kafka.values("x.otlp_spans")).containsExactly(request.toByteArray());
  }

  @Test
  void logsAreTakenWithoutATrace() {
    LogsServiceGrpc.LogsServiceBlockingStub logs =
        GrpcClients.newClient(
            "gproto+http://127.0.0.1:" + receiver.grpcPort(),
            LogsServiceGrpc.LogsServiceBlockingStub.class);
    logs.export(Requests.logs(LogRecord.newBuilder().setEventName("e").build()));
    assertThat(kafka.values("x.otlp_logs")).hasSize(1);
  }

  @Test
  void spansWithoutIdentityAreRefusedAndTheRestIsTaken() {
    ExportTraceServiceResponse response =
        traces.export(
            Requests.traces(
                List.of(
                    Requests.span(1, 1),
                    Requests.span(2, 1).toBuilder()
                        .setTraceId(ByteString.copyFrom(new byte[16]))
                        .build())));
    assertThat(response.getPartialSuccess().getRejectedSpans()).isEqualTo(1);
    assertThat(kafka.values("x.otlp_spans")).hasSize(1);
  }

  @Test
  void whenKafkaCannotTakeItTheClientIsToldToComeBack() throws InvalidProtocolBufferException {
    kafka.failWith(new SendException("no broker", new TimeoutException("expired"), true));

    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> traces.export(Requests.traces(1, 1)));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    com.google.rpc.Status details = StatusProto.fromThrowable(refused);
    assertThat(details).isNotNull();
    if (details != null) {
      assertThat(details.getDetails(0).unpack(RetryInfo.class).getRetryDelay().getSeconds())
          .isEqualTo(2);
    }
  }

  @Test
  void aMessageOverTheLimitIsRefused() {
    assertThatThrownBy(() -> traces.export(Requests.traces(5, 1 << 20)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused ->
                assertThat(refused.getStatus().getCode())
                    .isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    // Compressed it is small on the wire: the limit holds for what comes out.
    assertThatThrownBy(() -> traces.withCompression("gzip").export(Requests.traces(5, 1 << 20)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("RESOURCE_EXHAUSTED");
  }

  @Test
  void theSdkExportsOverGrpc() {
    export(
        OtlpGrpcSpanExporter.builder()
            .setEndpoint("http://127.0.0.1:" + receiver.grpcPort())
            .setCompression("gzip")
            .build());
  }

  @Test
  void theSdkExportsOverHttp() {
    export(
        OtlpHttpSpanExporter.builder()
            .setEndpoint("http://127.0.0.1:" + receiver.httpPort() + "/v1/traces")
            .setCompression("gzip")
            .build());
  }

  private void export(SpanExporter exporter) {
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()) {
      Span span = provider.get("test").spanBuilder("from the SDK").startSpan();
      span.end();
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(kafka.values("x.otlp_spans")).hasSize(1));
      ExportTraceServiceRequest sent =
          ExportTraceServiceRequest.parseFrom(kafka.values("x.otlp_spans").get(0));
      assertThat(sent.getResourceSpans(0).getScopeSpans(0).getSpans(0).getName())
          .isEqualTo("from the SDK");
    } catch (InvalidProtocolBufferException malformed) {
      throw new AssertionError(malformed);
    }
  }

  @Test
  void aPortInUseIsNamed() {
    OtlpSettings settings =
        OtlpSettings.defaults(Topics.withPrefix("")).withPorts(receiver.grpcPort(), 0);
    assertThatThrownBy(() -> OtlpReceiver.start(settings, kafka))
        .isInstanceOf(ReceiverStartException.class)
        .hasMessageContaining("port " + receiver.grpcPort() + " for OTLP over gRPC");
  }
}
