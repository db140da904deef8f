package dev.recount.sinks.clickhouse;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.recount.local.LocalStack;
import dev.recount.sinks.clickhouse.client.ClickHouseConnection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The embedded stack, started once for all tests; every test takes databases and topics of its own.
 */
public final class TestStack {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final class Holder {
    static final LocalStack STACK = LocalStack.startEphemeral();

    static {
      Runtime.getRuntime().addShutdownHook(new Thread(STACK::close, "test-stack-close"));
    }
  }

  private TestStack() {}

  /** The running stack. */
  public static LocalStack get() {
    return Holder.STACK;
  }

  /** A name that no other test uses. */
  public static String newName() {
    return "test_" + NAMES.incrementAndGet();
  }

  /** A database that does not exist, on the stack's ClickHouse. */
  public static ClickHouseTarget newTarget() {
    return ClickHouseTarget.plain(get().clickHouse().url()).withDatabase(newName());
  }

  /** A connection to a target. */
  public static ClickHouseConnection connect(ClickHouseTarget target) {
    return ClickHouseConnection.open(target, Duration.ofSeconds(30));
  }

  /** The answer to a query, a JSON object for each row. */
  public static List<JsonNode> json(String query) {
    try {
      String settings = "?default_format=JSONEachRow&output_format_json_quote_64bit_integers=0";
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(get().clickHouse().url() + "/" + settings))
              .POST(HttpRequest.BodyPublishers.ofString(query))
              .build();
      HttpResponse<String> response =
          HTTP.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (response.statusCode() != 200) {
        throw new IllegalStateException(response.body());
      }
      return response.body().lines().map(TestStack::parse).toList();
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(query, failed);
    }
  }

  /** A JSON text as a tree. */
  public static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException malformed) {
      throw new IllegalStateException(json, malformed);
    }
  }
}
