package dev.recount.cli.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Sends spans to a receiver as an exporter of OpenTelemetry does: over HTTP, and again when there
 * is no answer or one that asks for it.
 */
final class OtlpExporter implements Consumer<byte[]> {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int OK = 200;

  /** Which answers ask for another try, by the specification of OTLP. */
  private static final Set<Integer> AGAIN = Set.of(429, 502, 503, 504);

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI address;

  OtlpExporter(int port) {
    this.address = URI.create("http://127.0.0.1:" + port + "/v1/traces");
  }

  @Override
  public void accept(byte[] spans) {
    Patience.await("the receiver takes spans", () -> isTaken(spans));
  }

  private boolean isTaken(byte[] spans) {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(ANSWER)
            .header("Content-Type", "application/x-protobuf")
            .POST(HttpRequest.BodyPublishers.ofByteArray(spans))
            .build();
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != OK && !AGAIN.contains(answer.statusCode())) {
        throw new IllegalStateException("The receiver refuses spans: " + answer.body());
      }
      return answer.statusCode() == OK;
    } catch (IOException away) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
