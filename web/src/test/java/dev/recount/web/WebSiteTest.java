package dev.recount.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.recount.web.api.ApiService;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The site on a real server, over tables that are made up. */
class WebSiteTest {
  private static final String TRACE = "0123456789abcdef0123456789abcdef";
  private static final String TOKEN = "open sesame";

  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper json = JsonMapper.builder().build();
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  private static final Queue<Server> SERVERS = new ConcurrentLinkedQueue<>();
  private final Queue<List<String>> bound = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  /** All at once, after the last: each takes two seconds to be sure that nobody asks any more. */
  @AfterAll
  static void stop() {
    CompletableFuture.allOf(SERVERS.stream().map(Server::stop).toArray(CompletableFuture<?>[]::new))
        .join();
  }

  @Test
  void everyCallIsDescribedAndTakesWhatItsDescriptionSays() throws Exception {
    String base = start(service -> service, false);
    JsonNode document = json.readTree(get(base + "/api/v1/openapi.json").body());
    assertThat(document.path("openapi").asText()).startsWith("3.1");
    assertThat(document.path("paths")).hasSizeGreaterThan(10);
    for (JsonNode path : document.path("paths")) {
      assertThat((path.has("get") ? path.path("get") : path.path("post")).path("responses"))
          .extracting(answers -> answers.path("403").path("description").asText())
          .isNotEqualTo("");
    }
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      JsonNode parameters = path.getValue().path("get").path("parameters");
      for (JsonNode parameter : parameters) {
        assertThat(parameter.path("description").asText()).isNotBlank();
        java.net.http.HttpResponse<String> answer =
            get(base + "/api/v1" + address(path.getKey(), parameters, parameter));
        assertThat(answer.statusCode())
            .as(path.getKey() + " " + parameter.path("name").asText() + ": " + answer.body())
            .isIn(200, 404);
      }
    }
  }

  /** The address of a call with all that it needs, and with one of its parameters. */
  private static String address(String path, JsonNode parameters, JsonNode wanted) {
    StringBuilder address = new StringBuilder(path);
    List<String> query = new ArrayList<>();
    for (JsonNode parameter : parameters) {
      String name = parameter.path("name").asText();
      if (parameter.path("required").asBoolean() || parameter.equals(wanted)) {
        String value = value(name, parameter.path("schema"));
        int at = address.indexOf("{" + name + "}");
        if (at >= 0) {
          address.replace(at, at + name.length() + 2, value);
        } else {
          query.add(name + "=" + value);
        }
      }
    }
    return address + (query.isEmpty() ? "" : "?" + String.join("&", query));
  }

  private static String value(String name, JsonNode schema) {
    JsonNode words = schema.has("items") ? schema.path("items").path("enum") : schema.path("enum");
    if (words.size() > 0) {
      return words.get(0).asText();
    }
    return switch (schema.path("type").asText()) {
      case "integer" -> "7";
      case "number" -> "0.5";
      case "boolean" -> "true";
      default ->
          switch (name) {
            case "trace_id" -> TRACE;
            case "dimension" -> "model";
            case "from", "to", "change" -> "2026-11-20T00:00:00Z";
            case "after" -> "17.abc";
            case "also" -> "tool%3Dsearch%2Band%2Bmore";
            default -> name;
          };
    };
  }

  @ParameterizedTest
  @CsvSource({
    "/traces?agent_nmae=x, 400, agent_nmae",
    "/traces?limit=100000, 400, limit",
    "/traces?after=nonsense, 400, after",
    "/traces/xyz, 400, trace_id",
    "/traces?min_confidence=1.5, 400, min_confidence",
    "/traces?known=everything, 400, known",
    "/traces?also=nonsense, 400, also",
    "/traces?also=tool%3D%25zz, 400, also",
    "/traces?also=agent_nmae%3Dx, 400, agent_nmae",
    "/compare?a=1&b=1, 400, b",
    "/compare?a=1, 400, b",
    "/compare?a=1&b=2&dimension=trace_id, 400, dimension",
    "/traces/" + TRACE + "/step/text?decision_id=d&field=user_id, 400, field",
  })
  void aWrongParameterIsNamed(String call, int status, String parameter) throws Exception {
    String base = start(service -> service, false);
    var answer = get(base + "/api/v1" + call);
    assertThat(answer.statusCode()).isEqualTo(status);
    JsonNode error = json.readTree(answer.body());
    assertThat(error.path("parameter").asText()).isEqualTo(parameter);
    assertThat(error.path("message").asText()).isNotBlank();
  }

  @Test
  void whatIsNotThereOrDoesNotAnswerIsToldApart() throws Exception {
    String base = start(service -> service, false);
    assertThat(get(base + "/api/v1/traces/" + TRACE).statusCode()).isEqualTo(404);
    assertThat(get(base + "/api/v1/bisect").statusCode()).isEqualTo(404);
    failure.set(new Unavailable("ClickHouse is away.", new IOException()));
    var away = get(base + "/api/v1/traces");
    assertThat(away.statusCode()).isEqualTo(503);
    assertThat(away.body()).contains("ClickHouse is away.");
    assertThat(get(base + "/api/v1/bisect").statusCode()).isEqualTo(503);
    failure.set(new IllegalStateException("secret of the inside"));
    var broken = get(base + "/api/v1/traces");
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(broken.body()).doesNotContain("secret");
  }

  @Test
  void nowTellsOfThePipelineWhenClickHouseIsAway() throws Exception {
    String base = start(service -> service, false);
    failure.set(new Unavailable("ClickHouse is away.", new IOException()));
    var answer = get(base + "/api/v1/now");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode now = json.readTree(answer.body());
    assertThat(now.path("unavailable").asText()).isEqualTo("ClickHouse is away.");
    assertThat(now.path("pipeline").path("roles").path("topology").path("ready").asBoolean())
        .isTrue();
    assertThat(now.has("open")).isFalse();
    failure.set(null);
    JsonNode again = json.readTree(get(base + "/api/v1/now").body());
    assertThat(again.has("unavailable")).isFalse();
    assertThat(again.path("open").isArray()).isTrue();
    failure.set(new IllegalStateException("secret of the inside"));
    assertThat(get(base + "/api/v1/now").statusCode()).isEqualTo(500);
  }

  @Test
  void whatNoAddressMayHoldIsEncodedOnceMore() throws Exception {
    String base = start(service -> service, false);
    String call = base + "/api/v1/traces?agent_name=x";
    var taken = get(call + "&encoded=model%3Da%2501%252Bb%26also%3Dtool%253D%252502");
    assertThat(taken.statusCode()).as(taken.body()).isEqualTo(200);
    assertThat(bound).anySatisfy(values -> assertThat(values).contains("x", "a\u0001+b", "\u0002"));
    assertThat(get(call + "&encoded=agent_nmae%3Dx").statusCode()).isEqualTo(400);
  }

  @Test
  void nothingCanBeWritten() throws Exception {
    String base = start(service -> service, false);
    for (String method : List.of("POST", "PUT", "DELETE")) {
      var request =
          java.net.http.HttpRequest.newBuilder(URI.create(base + "/api/v1/traces"))
              .method(method, java.net.http.HttpRequest.BodyPublishers.noBody())
              .build();
      var answer = http.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(405);
      assertThat(answer.headers().firstValue("allow")).hasValue("GET");
      assertThat(json.readTree(answer.body()).path("message").asText()).contains("GET");
    }
  }

  /** By a socket: clients for HTTP refuse to send some of this. */
  @ParameterizedTest
  @CsvSource({
    "GET /api/v1/nothing, 404",
    "GET /api/v1, 404",
    "GET /api/v1/, 404",
    "GET /api/v1/traces/a/b/c, 404",
    "GET /api/v1/traces/%00, 400",
    "GET /api/v1/traces/a%00b/step?decision_id=d, 400",
    "GET /api/v1/traces/%zz, 400",
    "GET /api/v1/traces/a/../../../../x, 400",
    "GET /api/v1/traces?q=%00, 400",
    "POST /api/v1/openapi.json, 405",
    "DELETE /api/v1/nothing, 404",
    "FOO /api/v1/traces, 405",
    "CONNECT /api/v1/traces, 405",
  })
  void whateverIsRefusedIsRefusedInJson(String request, int status) throws Exception {
    URI base = URI.create(start(service -> service, false));
    String answer;
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      String head = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(answer.toLowerCase(Locale.ROOT))
        .contains("content-type: application/json", "x-content-type-options: nosniff");
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    assertThat(json.readTree(body).path("message").asText()).isNotBlank();
  }

  @Test
  void everyAnswerCarriesTheHeadersThatProtectIt() throws Exception {
    String base = start(service -> service, false);
    for (String path : List.of("/", "/trace/" + TRACE, "/compare", "/now", "/api/v1/traces")) {
      var answer = get(base + path);
      assertThat(answer.headers().firstValue("x-content-type-options")).hasValue("nosniff");
      assertThat(answer.headers().firstValue("x-frame-options")).hasValue("DENY");
      assertThat(answer.headers().firstValue("content-security-policy"))
          .hasValueSatisfying(
              policy ->
                  assertThat(policy)
                      .startsWith("default-src 'none'")
                      .doesNotContain("unsafe", "http:", "https:", "*"));
    }
    assertThat(get(base + "/api/v1/traces").headers().firstValue("cache-control"))
        .hasValue("no-store");
  }

  @Test
  void answersAreCompressedForWhoeverReadsThat() throws Exception {
    String base = start(service -> service, false);
    java.net.http.HttpResponse<byte[]> answer =
        http.send(
            java.net.http.HttpRequest.newBuilder(URI.create(base + "/api/v1/openapi.json"))
                .header("Accept-Encoding", "gzip")
                .build(),
            BodyHandlers.ofByteArray());
    assertThat(answer.headers().firstValue("content-encoding")).contains("gzip");
    assertThat(answer.headers().firstValue("vary").orElse("")).contains("accept-encoding");
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
      assertThat(json.readTree(in).path("openapi").asText()).startsWith("3.1");
    }
  }

  @Test
  void theBrowserMayAskForTheFirstAnswerAtOnceUnlessATokenIsWanted() throws Exception {
    String open = start(service -> service, false);
    assumeTrue(get(open + "/").statusCode() == 200, "this build has no page");
    assertThat(get(open + "/").headers().firstValue("link"))
        .hasValue("</api/v1/traces>; rel=preload; as=fetch; crossorigin");
    assertThat(get(open + "/trace/" + TRACE + "?step=d").headers().firstValue("link"))
        .hasValue("</api/v1/traces/" + TRACE + ">; rel=preload; as=fetch; crossorigin");
    for (String path : List.of("/?status=error", "/trace/%3E%3B%20rel=x", "/compare", "/now")) {
      assertThat(get(open + path).headers().firstValue("link")).as(path).isEmpty();
    }
    String guarded = start(service -> service, true);
    assertThat(get(guarded + "/").headers().firstValue("link")).isEmpty();
  }

  @Test
  void whatTheFirstViewAsksIsAskedOnceBeforeAnybodyDoes() throws Exception {
    start(service -> service, true);
    List<String> statements = new ArrayList<>();
    while (statements.stream().noneMatch(sql -> sql.contains("topK"))) {
      String sql = asked.poll(20, TimeUnit.SECONDS);
      assertThat(sql).as("after %s", statements).isNotNull();
      statements.add(sql);
    }
    assertThat(statements).anyMatch(sql -> sql.contains("ORDER BY started_at DESC"));
  }

  @Test
  void anotherSiteGetsNothingByWayOfABrowser() throws Exception {
    String base = start(service -> service, false);
    for (String site : List.of("cross-site", "same-site")) {
      assertThat(get(base + "/api/v1/traces", "Sec-Fetch-Site", site).statusCode()).isEqualTo(403);
    }
    for (String site : List.of("same-origin", "none")) {
      assertThat(get(base + "/api/v1/traces", "Sec-Fetch-Site", site).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:8090, false, true",
    "localhost:8090, false, true",
    "[::1]:8090, false, true",
    "web:8090, false, true",
    "rebound.example.com, false, false",
    "rebound.example.com:8090, false, false",
    "127.0.0.1.example.com, false, false",
    "recount.example.com, true, true",
  })
  void aNameOfSomebodyElsesIsNoName(String host, boolean guarded, boolean taken) throws Exception {
    SameSite sameSite = SameSite.ofAll(guarded);
    HttpService service = (context, request) -> HttpResponse.of(HttpStatus.OK);
    HttpRequest request =
        HttpRequest.of(RequestHeaders.builder(HttpMethod.GET, "/").authority(host).build());
    HttpResponse answer = sameSite.serve(service, ServiceRequestContext.of(request), request);
    assertThat(answer.aggregate().join().status().code()).isEqualTo(taken ? 200 : 403);
  }

  @Test
  void theGuardStandsBeforeTheCallsAndNotBeforeThePage() throws Exception {
    String base =
        start(
            service ->
                service.decorate(
                    (inner, context, request) ->
                        request.headers().contains("authorization", "Bearer " + TOKEN)
                            ? inner.serve(context, request)
                            : ApiService.failure(HttpStatus.UNAUTHORIZED, "No.", null)),
            true);
    assertThat(get(base + "/api/v1/traces").statusCode()).isEqualTo(401);
    assertThat(get(base + "/api/v1/traces", "Authorization", "Bearer " + TOKEN).statusCode())
        .isEqualTo(200);
    assertThat(get(base + "/").statusCode()).isNotEqualTo(401);
  }

  @Test
  void textOfTelemetryIsGivenToBeSavedAndNotToBeRendered() throws Exception {
    String base = start(service -> service, false);
    var answer =
        get(base + "/api/v1/traces/" + TRACE + "/request?snapshot_id=s", "Accept", "text/html");
    assertThat(answer.body()).isEqualTo("<script>alert(1)</script>");
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain; charset=utf-8");
    assertThat(answer.headers().firstValue("content-disposition").orElse(""))
        .startsWith("attachment");
  }

  private static JsonNode pipeline() {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.putObject("roles").putObject("topology").put("ready", true).put("detail", "RUNNING");
    status.putObject("lag").putObject("topology").put("otlp_spans", 7);
    return status;
  }

  private String start(UnaryOperator<HttpService> guard, boolean guarded) {
    ServerBuilder builder =
        Server.builder()
            .http(new InetSocketAddress("127.0.0.1", 0))
            .gracefulShutdownTimeoutMillis(0, 0);
    new WebSite(
            (sql, parameters) -> {
              asked.add(sql);
              bound.add(List.copyOf(parameters.values()));
              if (failure.get() != null) {
                throw failure.get();
              }
              // Aggregates have one row, whatever there is.
              return sql.contains(
                          "count() AS total, countIf(status = 'error') AS failed, countIf(t.")
                      || sql.contains("count() AS traces, toUnixTimestamp64Micro")
                      || sql.contains("topK")
                  ? List.of(JsonNodeFactory.instance.objectNode().put("total", 0))
                  : List.of();
            },
            new Windows() {
              @Override
              public JsonNode window(String traceId, String snapshotId) {
                throw new NotFound("Not here.");
              }

              @Override
              public JsonNode difference(String traceId, String from, String to) {
                throw new NotFound("Not here.");
              }

              @Override
              public String request(String traceId, String snapshotId) {
                return "<script>alert(1)</script>";
              }
            },
            question -> {
              if (failure.get() != null) {
                throw failure.get();
              }
              throw new NotFound("Nothing to compare.");
            },
            WebSiteTest::pipeline)
        .mount(builder, guard, guarded);
    Server server = builder.build();
    SERVERS.add(server);
    server.start().join();
    return "http://127.0.0.1:" + server.activeLocalPort();
  }

  private java.net.http.HttpResponse<String> get(String url, String... headers) throws Exception {
    var request = java.net.http.HttpRequest.newBuilder(URI.create(url));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
