package dev.recount.local.clickhouse;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/** What a request to ClickHouse's HTTP interface asks for, besides its body. */
final class QueryRequest {
  private static final Pattern NAME = Pattern.compile("\\w+");
  private static final String PARAMETER_PREFIX = "param_";

  /** URL parameters that speak to the HTTP interface; every other one is a setting of the query. */
  private static final Set<String> OWN =
      Set.of(
          "query",
          "database",
          "default_format",
          "compress",
          "decompress",
          "user",
          "password",
          "quota_key",
          "query_id",
          "stacktrace",
          "role",
          "buffer_size",
          "wait_end_of_query",
          "session_id",
          "session_timeout",
          "session_check",
          "close_session",
          "client_protocol_version",
          "http_write_exception_in_output_format",
          "enable_http_compression",
          "http_zlib_compression_level",
          "send_progress_in_http_headers",
          "http_headers_progress_interval_ms",
          "cancel_http_readonly_queries_on_client_close",
          "add_http_cors_header",
          "http_response_buffer_size",
          "http_make_head_request");

  private final String method;
  private final Headers headers;
  private final Map<String, String> values = new LinkedHashMap<>();

  QueryRequest(HttpExchange exchange) {
    this.method = exchange.getRequestMethod();
    this.headers = exchange.getRequestHeaders();
    String query = exchange.getRequestURI().getRawQuery();
    if (query != null) {
      for (String pair : query.split("&", -1)) {
        int equals = pair.indexOf('=');
        if (!pair.isEmpty()) {
          put(
              decode(equals < 0 ? pair : pair.substring(0, equals)),
              equals < 0 ? "" : decode(pair.substring(equals + 1)));
        }
      }
    }
  }

  /** Adds a parameter that came in the body, as a form field. */
  void put(String name, String value) {
    values.put(name, value);
  }

  Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  boolean flag(String name) {
    return value(name)
        .filter(value -> value.equals("1") || value.equalsIgnoreCase("true"))
        .isPresent();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.getFirst(name)).filter(value -> !value.isEmpty());
  }

  String queryId() {
    return value("query_id")
        .or(() -> header("X-ClickHouse-Query-Id"))
        .orElseGet(() -> UUID.randomUUID().toString());
  }

  Optional<String> database() {
    return value("database").or(() -> header("X-ClickHouse-Database"));
  }

  String defaultFormat() {
    return value("default_format").or(() -> header("X-ClickHouse-Format")).orElse("TabSeparated");
  }

  /** Whether the request may only read: a GET, or one that sets readonly. */
  boolean isReadOnly() {
    return isGetOrHead() || value("readonly").filter(value -> !value.equals("0")).isPresent();
  }

  boolean isGetOrHead() {
    return method.equals("GET") || isHead();
  }

  boolean isHead() {
    return method.equals("HEAD");
  }

  /** Values for the statement's placeholders. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          if (name.startsWith(PARAMETER_PREFIX)) {
            parameters.put(name.substring(PARAMETER_PREFIX.length()), value);
          }
        });
    return parameters;
  }

  /**
   * The statement that makes the request's settings those of a connection; empty if it has none.
   *
   * @throws ChdbException if a parameter has no name that a setting could have
   */
  Optional<String> settings() throws ChdbException {
    StringBuilder statement = new StringBuilder();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      String name = entry.getKey();
      if (name.startsWith(PARAMETER_PREFIX) || OWN.contains(name)) {
        continue;
      }
      if (!NAME.matcher(name).matches()) {
        throw ChdbException.of(
            ErrorStatus.BAD_REQUEST_PARAMETER,
            "BAD_REQUEST_PARAMETER",
            "There is no setting '" + name + "'");
      }
      String value = entry.getValue().replace("\\", "\\\\").replace("'", "\\'");
      statement
          .append(statement.length() == 0 ? "SET " : ", ")
          .append(name)
          .append("='")
          .append(value)
          .append('\'');
    }
    return Optional.of(statement.toString()).filter(text -> !text.isEmpty());
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // A stray percent sign: take it as it is, as ClickHouse does.
      return text;
    }
  }
}
