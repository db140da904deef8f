package dev.recount.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Asks Recount's own HTTP servers how their roles are. */
public final class RoleHealth {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER).build();

  /**
   * Puts in what each role says; a server that does not answer counts as a role that is not ready.
   *
   * @return whether all are ready
   */
  public boolean of(List<String> urls, ObjectNode roles) {
    boolean ready = true;
    for (String url : urls) {
      try {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(url + "/health")).timeout(ANSWER).build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        for (Map.Entry<String, JsonNode> role :
            json.readTree(answer.body()).path("roles").properties()) {
          roles.set(role.getKey(), role.getValue());
        }
        ready &= answer.statusCode() == 200;
      } catch (IOException | IllegalArgumentException failed) {
        roles
            .putObject(url)
            .put("ready", false)
            .put(
                "detail",
                failed.getMessage() == null
                    ? "does not answer; is `recount up` running?"
                    : "does not answer: " + failed.getMessage());
        ready = false;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new UserError("Interrupted.", null, interrupted);
      }
    }
    return ready;
  }
}
