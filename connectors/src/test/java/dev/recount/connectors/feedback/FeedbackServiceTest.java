package dev.recount.connectors.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import dev.recount.avro.FeedbackEvent;
import dev.recount.connectors.http.AccessTokens;
import dev.recount.connectors.http.Certificates;
import dev.recount.connectors.http.Protection;
import dev.recount.connectors.http.ServerCertificate;
import dev.recount.connectors.kafka.RecordingGateway;
import dev.recount.connectors.kafka.SendException;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FeedbackServiceTest {
  private static final Topics TOPICS = Topics.withPrefix("");
  private static final String EVENT = "{\"kind\":\"rating\",\"response_id\":\"r\",\"score\":1}";

  private final RecordingGateway kafka = new RecordingGateway();
  private final MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final FeedbackService service =
      new FeedbackService(
          new FeedbackParser(InstantSource.fixed(Instant.EPOCH), () -> "id"),
          new FeedbackProducer(kafka, TOPICS, registry));
  private final Server server =
      Server.builder().http(0).service(FeedbackService.PATH, service).build();

  @BeforeAll
  void start() {
    server.start().join();
  }

  @BeforeEach
  void forget() {
    kafka.reset();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private HttpResponse<String> post(String type, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri())
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private URI uri() {
    return URI.create("http://127.0.0.1:" + server.activeLocalPort() + FeedbackService.PATH);
  }

  @Test
  void eventsGoToKafkaAndTheirIdsToTheClient() throws Exception {
    HttpResponse<String> response = post("application/json", "[" + EVENT + "," + EVENT + "]");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"feedback_ids\":[\"id\",\"id\"]}");
    FeedbackEvent sent =
        AvroCodec.of(FeedbackEvent.class, TOPICS.feedback().subject(), registry)
            .decode(kafka.values("feedback").get(0));
    assertThat(sent.getResponseId()).isEqualTo("r");
    assertThat(kafka.sent().get(0).key()).asString().isEqualTo("r");
  }

  @Test
  void nothingIsTakenWhenAnythingIsWrong() throws Exception {
    HttpResponse<String> response =
        post("application/json", "[" + EVENT + ",{\"kind\":\"x\",\"session_id\":\"s\"}]");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body())
        .isEqualTo(
            "{\"errors\":[{\"index\":1,\"field\":\"kind\",\"message\":\"unknown: one of RATING,"
                + " EVALUATION, OUTCOME, ESCALATION, ROLLBACK, CORRECTION\"}]}");
    assertThat(kafka.sent()).isEmpty();
  }

  @Test
  void whenKafkaCannotTakeItTheClientIsToldToComeBack() throws Exception {
    kafka.failWith(new SendException("no broker", new IllegalStateException(), true));
    HttpResponse<String> response = post("application/json", EVENT);
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("retry-after")).hasValue("2");
    assertThat(response.body()).contains("no broker");
  }

  @Test
  void aBodyOverTheLimitIsTooLarge() throws Exception {
    String large = " ".repeat(FeedbackService.MAXIMUM_BODY_BYTES + 1);
    assertThat(post("application/json", large).statusCode()).isEqualTo(413);
  }

  @Test
  void otherMediaTypesAndMethodsAreRefused() throws Exception {
    assertThat(post("text/plain", EVENT).statusCode()).isEqualTo(415);
    assertThat(post("application/json; charset=UTF-8", EVENT).statusCode()).isEqualTo(200);
    assertThat(
            client
                .send(HttpRequest.newBuilder(uri()).GET().build(), BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(405);
  }

  @Test
  void behindAProtectionItTakesFeedbackWithATokenAndOverTlsOnly(@TempDir Path folder)
      throws Exception {
    Certificates certificates = Certificates.make(folder);
    Protection protection =
        new Protection(
            Optional.of(AccessTokens.of(List.of("t-1"))),
            Optional.of(ServerCertificate.of(certificates.certificate(), certificates.key())));
    Server guarded =
        Server.builder()
            .port(
                new InetSocketAddress("127.0.0.1", 0), SessionProtocol.HTTP, SessionProtocol.HTTPS)
            .tlsProvider(protection.certificate().orElseThrow())
            .service(FeedbackService.PATH, service.behind(protection))
            .build();
    guarded.start().join();
    try {
      HttpClient trusting = HttpClient.newBuilder().sslContext(certificates.trusting()).build();
      assertThat(statusOf(trusting, "https", guarded, "Bearer t-1")).isEqualTo(200);
      assertThat(kafka.sent()).hasSize(1);
      assertThat(statusOf(trusting, "https", guarded, "Bearer t-2")).isEqualTo(401);
      assertThat(statusOf(trusting, "http", guarded, "Bearer t-1")).isEqualTo(403);
      assertThat(kafka.sent()).hasSize(1);
    } finally {
      guarded.close();
    }
  }

  private static int statusOf(HttpClient client, String scheme, Server server, String authorization)
      throws Exception {
    URI uri =
        URI.create(scheme + "://127.0.0.1:" + server.activeLocalPort() + FeedbackService.PATH);
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .header("Authorization", authorization)
                .POST(BodyPublishers.ofString(EVENT))
                .build(),
            BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      assertThat(response.body()).startsWith("{\"errors\":[{\"index\":-1,");
    }
    return response.statusCode();
  }
}
