package dev.recount.cli.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** Asks Recount's own HTTP servers how their roles are. */
public final class RoleHealth {
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** What every server reports on, since it uses it. */
  private static final Set<String> SHARED = Set.of("kafka", "schema-registry", "clickhouse");

  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER).build();

  /**
   * What a server says.
   *
   * @param url where it was asked
   * @param ready whether all of its roles are
   * @param roles each with {@code ready} and {@code detail}
   */
  private record Said(String url, boolean ready, ObjectNode roles) {}

  /**
   * Puts in what each role says, beside what is there already; a server that does not answer counts
   * as a role that is not ready. Of roles of the same name, as when several servers run one, each
   * is told with its server; what all of them use is told once while it is ready to all. All are
   * asked at once, so that one that is down delays no other.
   *
   * @return whether all are ready
   */
  public boolean of(List<String> urls, ObjectNode roles) {
    List<CompletableFuture<Said>> asked = urls.stream().distinct().map(this::ask).toList();
    List<Said> all = asked.stream().map(CompletableFuture::join).toList();
    Map<String, Integer> times = new HashMap<>();
    Set<String> unready = new HashSet<>();
    for (ObjectNode told :
        Stream.concat(Stream.of(roles), all.stream().map(Said::roles)).toList()) {
      told.properties()
          .forEach(
              role -> {
                times.merge(role.getKey(), 1, Integer::sum);
                if (!role.getValue().path("ready").asBoolean()) {
                  unready.add(role.getKey());
                }
              });
    }
    for (Said said : all) {
      for (Map.Entry<String, JsonNode> role : said.roles().properties()) {
        String name = role.getKey();
        if (times.getOrDefault(name, 1) == 1
            || (SHARED.contains(name) && !unready.contains(name))) {
          roles.putIfAbsent(name, role.getValue());
        } else {
          roles.set(name + " at " + server(said.url()), role.getValue());
        }
      }
    }
    return all.stream().allMatch(Said::ready);
  }

  private CompletableFuture<Said> ask(String url) {
    HttpRequest request;
    try {
      request = HttpRequest.newBuilder(URI.create(url + "/health")).timeout(ANSWER).build();
    } catch (IllegalArgumentException malformed) {
      return CompletableFuture.completedFuture(silent(url, malformed));
    }
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .handle(
            (answer, failed) -> failed == null ? said(url, answer) : silent(url, reason(failed)));
  }

  private static Throwable reason(Throwable failed) {
    return failed instanceof CompletionException && failed.getCause() != null
        ? failed.getCause()
        : failed;
  }

  private Said said(String url, HttpResponse<String> answer) {
    try {
      JsonNode roles = json.readTree(answer.body()).path("roles");
      if (roles instanceof ObjectNode known && !known.isEmpty()) {
        return new Said(url, answer.statusCode() == 200, known);
      }
      return silent(url, new IOException("it answers " + answer.statusCode() + ", without roles"));
    } catch (IOException notRecount) {
      return silent(url, new IOException("what answers there is no Recount"));
    }
  }

  private static Said silent(String url, Throwable failed) {
    ObjectNode roles = JsonNodeFactory.instance.objectNode();
    roles
        .putObject(url)
        .put("ready", false)
        .put(
            "detail",
            failed.getMessage() == null
                ? "does not answer; is `recount up` running?"
                : "does not answer: " + failed.getMessage());
    return new Said(url, false, roles);
  }

  /** Host and port, by which people tell servers apart. */
  private static String server(String url) {
    String authority = URI.create(url).getRawAuthority();
    return authority == null ? url : authority;
  }
}
