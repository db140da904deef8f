package dev.recount.connectors.importing;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;
import dev.recount.connectors.kafka.KafkaGateway;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporterBuilder;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where an import sends to: spans over OTLP, events over Kafka. Closing it closes the exporter; the
 * gateway stays open.
 */
public final class ImportTargets implements AutoCloseable {
  private static final Duration EXPORT_TIMEOUT = Duration.ofSeconds(30);

  private final SpanExporter exporter;
  private final KafkaGateway kafka;
  private final Topics topics;
  private final AvroCodec<ContextSnapshot> snapshots;
  private final AvroCodec<DecisionEvent> decisions;
  private final AvroCodec<FeedbackEvent> feedback;

  /**
   * Sends to an exporter and a gateway.
   *
   * @param exporter of spans; see {@link #overHttp} and {@link #overGrpc}
   * @throws dev.recount.schemas.RegistryUnavailableException when the schema registry does not
   *     answer
   */
  public ImportTargets(
      SpanExporter exporter, KafkaGateway kafka, Topics topics, SchemaRegistryClient registry) {
    this.exporter = exporter;
    this.kafka = kafka;
    this.topics = topics;
    this.snapshots =
        AvroCodec.of(ContextSnapshot.class, topics.contextSnapshots().subject(), registry);
    this.decisions = AvroCodec.of(DecisionEvent.class, topics.agentDecisions().subject(), registry);
    this.feedback = AvroCodec.of(FeedbackEvent.class, topics.feedback().subject(), registry);
  }

  /**
   * An exporter over OTLP/HTTP.
   *
   * @param endpoint base address, for instance {@code http://127.0.0.1:4318}
   */
  public static SpanExporter overHttp(URI endpoint) {
    String base = endpoint.toString();
    return OtlpHttpSpanExporter.builder()
        .setEndpoint((base.endsWith("/") ? base : base + "/") + "v1/traces")
        .setCompression("gzip")
        .setTimeout(EXPORT_TIMEOUT)
        .build();
  }

  /**
   * An exporter over OTLP/gRPC.
   *
   * @param endpoint address, for instance {@code http://127.0.0.1:4317}
   * @param token shown to the receiver; null for none
   * @param trusted certificates in PEM to trust in place of the platform's; null for the platform's
   */
  public static SpanExporter overGrpc(
      URI endpoint, @Nullable String token, byte @Nullable [] trusted) {
    OtlpGrpcSpanExporterBuilder exporter =
        OtlpGrpcSpanExporter.builder()
            .setEndpoint(endpoint.toString())
            .setCompression("gzip")
            .setTimeout(EXPORT_TIMEOUT);
    if (token != null) {
      exporter.addHeader("authorization", "Bearer " + token);
    }
    if (trusted != null) {
      exporter.setTrustedCertificates(trusted);
    }
    return exporter.build();
  }

  SpanExporter exporter() {
    return exporter;
  }

  KafkaGateway kafka() {
    return kafka;
  }

  Topics topics() {
    return topics;
  }

  byte[] encode(ContextSnapshot snapshot) {
    return snapshots.encode(snapshot);
  }

  byte[] encode(DecisionEvent decision) {
    return decisions.encode(decision);
  }

  byte[] encode(FeedbackEvent event) {
    return feedback.encode(event);
  }

  @Override
  public void close() {
    exporter.close();
  }
}
