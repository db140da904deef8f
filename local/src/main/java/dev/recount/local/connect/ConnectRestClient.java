package dev.recount.local.connect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.recount.local.process.StackException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Speaks to the worker's REST interface. In a group, that is what forwards a change to the worker
 * that leads it.
 *
 * <p>A group that is just rebalancing answers 409: such requests are repeated for a while.
 */
final class ConnectRestClient {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final ObjectMapper mapper = new ObjectMapper();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI base;

  ConnectRestClient(URI base) {
    this.base = base;
  }

  void putConnector(String name, Map<String, String> config) {
    try {
      String json = mapper.writeValueAsString(config);
      send("PUT", path(name) + "/config", BodyPublishers.ofString(json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of strings is always JSON", e);
    }
  }

  void deleteConnector(String name) {
    send("DELETE", path(name), BodyPublishers.noBody());
  }

  /** Starts a connector and its tasks again, of them only what has failed. */
  void restartFailed(String name) {
    send(
        "POST", path(name) + "/restart?includeTasks=true&onlyFailed=true", BodyPublishers.noBody());
  }

  List<String> connectors() {
    List<String> names = new ArrayList<>();
    send("GET", "/connectors", BodyPublishers.noBody())
        .ifPresent(all -> all.forEach(name -> names.add(name.asText())));
    return names;
  }

  Optional<ConnectorStatus> status(String name) {
    return send("GET", path(name) + "/status", BodyPublishers.noBody())
        .map(status -> statusOf(name, status));
  }

  private static ConnectorStatus statusOf(String name, JsonNode status) {
    List<ConnectorStatus.TaskStatus> tasks = new ArrayList<>();
    for (JsonNode task : status.path("tasks")) {
      tasks.add(
          new ConnectorStatus.TaskStatus(
              task.path("id").asInt(), task.path("state").asText(), task.path("trace").asText("")));
    }
    JsonNode connector = status.path("connector");
    return new ConnectorStatus(
        name, connector.path("state").asText(), connector.path("trace").asText(""), tasks);
  }

  /** The answer; empty if there is no such connector. */
  private Optional<JsonNode> send(String method, String path, BodyPublisher body) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (true) {
      HttpResponse<String> response = sendOnce(method, path, body);
      int status = response.statusCode();
      if (status == CONFLICT && Instant.now().isBefore(deadline)) {
        LockSupport.parkNanos(PAUSE.toNanos());
        continue;
      }
      if (status == NOT_FOUND) {
        return Optional.empty();
      }
      JsonNode answer = read(response.body());
      if (status >= 300) {
        throw new StackException(
            "The Connect worker refused "
                + method
                + " "
                + path
                + ": "
                + answer.path("message").asText(response.body()));
      }
      return Optional.of(answer);
    }
  }

  private HttpResponse<String> sendOnce(String method, String path, BodyPublisher body) {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", "application/json")
            .method(method, body)
            .build();
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new StackException(
          "The Connect worker at " + base + " does not answer: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("Interrupted while waiting for the Connect worker", e);
    }
  }

  private JsonNode read(String json) {
    try {
      return mapper.readTree(json);
    } catch (JsonProcessingException e) {
      return mapper.createObjectNode();
    }
  }

  private static String path(String connector) {
    return "/connectors/"
        + URLEncoder.encode(connector, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
