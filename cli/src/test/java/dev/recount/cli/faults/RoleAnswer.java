package dev.recount.cli.faults;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * What a role says of itself.
 *
 * @param status HTTP status; 0 when it does not answer
 * @param body of {@code /health} which part is not ready and why, of {@code /metrics} figures
 */
record RoleAnswer(int status, String body) {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int OK = 200;
  private static final String HEAP = "jvm_memory_used_bytes{area=\"heap\"";
  private static final double MEGABYTE = 1 << 20;

  static RoleAnswer of(int port, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(PATIENCE)
            .build();
    try {
      HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
      return new RoleAnswer(response.statusCode(), response.body());
    } catch (IOException away) {
      return new RoleAnswer(0, away.toString());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return new RoleAnswer(0, interrupted.toString());
    }
  }

  boolean isOk() {
    return status == OK;
  }

  /** What its heap takes up, garbage included. */
  double heapMegabytes() {
    return body.lines()
            .filter(line -> line.startsWith(HEAP))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum()
        / MEGABYTE;
  }
}
