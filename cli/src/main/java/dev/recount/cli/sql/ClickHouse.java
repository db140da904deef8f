package dev.recount.cli.sql;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.cli.UserError;
import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.output.Terminal;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** Runs queries against ClickHouse. */
public final class ClickHouse implements AutoCloseable {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .build();

  static final int MOST_ROWS_FOR_PEOPLE = 10_000;

  private final Client client;
  private final String url;

  private ClickHouse(Client client, String url) {
    this.client = client;
    this.url = url;
  }

  /** A client for the server and database that the options name. */
  public static ClickHouse connect(ClickHouseOptions options) {
    return connect(options.target());
  }

  /**
   * A client for a server and database. Nothing is asked of the server yet.
   *
   * @throws UserError when the URL is malformed or the password's file cannot be read
   */
  public static ClickHouse connect(ClickHouseTarget target) {
    try {
      Client client =
          new Client.Builder()
              .setOptions(target.options())
              .addEndpoint(target.url())
              .setUsername(target.user())
              .setPassword(target.password().reveal())
              .setDefaultDatabase(target.database())
              .build();
      return new ClickHouse(client, target.url());
    } catch (UncheckedIOException unreadable) {
      throw new UserError(
          String.valueOf(unreadable.getMessage()),
          "Name a readable file with --clickhouse-password-file.",
          unreadable);
    } catch (IllegalArgumentException malformed) {
      throw new UserError(
          "Not the URL of a ClickHouse server: "
              + target.url()
              + " ("
              + malformed.getMessage()
              + ")",
          "It looks like http://127.0.0.1:8123; set it with --clickhouse-url.",
          malformed);
    }
  }

  /**
   * Runs a query and hands over the bytes of the answer.
   *
   * @throws UserError when ClickHouse does not answer or refuses the query
   */
  void stream(Query query, ClickHouseFormat format, OutputStream out) {
    run(
        query,
        format,
        body -> {
          body.transferTo(out);
          if (format == ClickHouseFormat.JSON) {
            out.write('\n'); // the only format that does not end its last line
          }
          return Boolean.TRUE;
        });
  }

  /**
   * Runs a query and reads its rows.
   *
   * @param mostRows rows to keep; the rest is counted
   * @throws UserError when ClickHouse does not answer or refuses the query
   */
  QueryResult table(Query query, int mostRows) {
    return run(
        query,
        ClickHouseFormat.JSONCompactEachRowWithNamesAndTypes,
        body -> readTable(body, mostRows));
  }

  /**
   * Runs a query that reads and returns each row as an object by column name.
   *
   * @throws UserError when ClickHouse does not answer or refuses the query
   */
  public List<JsonNode> rows(String sql, Map<String, ?> parameters) {
    return rows(new Query(sql, parameters, false), Map.of());
  }

  /**
   * The same, giving up after some time.
   *
   * @throws UserError also when that time is over
   */
  public List<JsonNode> rows(String sql, Map<String, ?> parameters, Duration patience) {
    return rows(
        new Query(sql, parameters, false),
        Map.of("max_execution_time", Long.toString(patience.toSeconds())));
  }

  private List<JsonNode> rows(Query query, Map<String, String> limits) {
    return run(
        query,
        ClickHouseFormat.JSONEachRow,
        limits,
        body -> {
          try (MappingIterator<JsonNode> rows = JSON.readerFor(JsonNode.class).readValues(body)) {
            return rows.readAll();
          }
        });
  }

  /**
   * Runs a statement that changes something and returns when it is done.
   *
   * @param sql one statement; parameters as {@code {name:Type}}
   * @throws UserError when ClickHouse does not answer or refuses it
   */
  public void change(String sql, Map<String, ?> parameters) {
    run(new Query(sql, parameters, true), ClickHouseFormat.TabSeparated, InputStream::readAllBytes);
  }

  /**
   * Runs a query that reads and prints its rows for a person.
   *
   * @throws UserError when ClickHouse does not answer or refuses the query
   */
  public List<String> answer(String sql, Terminal terminal) {
    return new RowPrinter(terminal).table(table(Query.reading(sql), MOST_ROWS_FOR_PEOPLE));
  }

  private <R> R run(Query query, ClickHouseFormat format, Reader<R> reader) {
    return run(query, format, Map.of(), reader);
  }

  private <R> R run(
      Query query, ClickHouseFormat format, Map<String, String> limits, Reader<R> reader) {
    QuerySettings settings =
        new QuerySettings()
            .setFormat(format)
            // An error after the first rows must not end up in the middle of the answer.
            .waitEndOfQuery(true)
            .serverSetting("output_format_json_quote_64bit_integers", "0")
            .serverSetting("output_format_json_quote_denormals", "1");
    if (!query.write()) {
      settings.serverSetting("readonly", "2");
    }
    limits.forEach(settings::serverSetting);
    Map<String, Object> parameters = Map.copyOf(query.parameters());
    try (QueryResponse response =
            parameters.isEmpty()
                ? client.query(query.sql(), settings).get()
                : client.query(query.sql(), parameters, settings).get();
        InputStream body = response.getInputStream()) {
      return reader.read(body);
    } catch (ExecutionException failed) {
      throw failure(failed.getCause() == null ? failed : failed.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new UserError("Interrupted while waiting for ClickHouse.", null, interrupted);
    } catch (UserError known) {
      throw known;
    } catch (Exception failed) {
      throw failure(failed);
    }
  }

  private UserError failure(Throwable failure) {
    return ClickHouseErrors.translate(failure, url);
  }

  private static QueryResult readTable(InputStream body, int mostRows) throws IOException {
    try (JsonParser parser = JSON.createParser(body);
        MappingIterator<JsonNode> lines = JSON.readerFor(JsonNode.class).readValues(parser)) {
      if (!lines.hasNext()) {
        return new QueryResult(List.of(), List.of(), 0);
      }
      JsonNode names = lines.next();
      JsonNode types = lines.next();
      List<QueryResult.Column> columns = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        columns.add(new QueryResult.Column(names.get(i).asText(), types.get(i).asText()));
      }
      List<List<JsonNode>> rows = new ArrayList<>();
      long total = 0;
      while (lines.hasNext()) {
        JsonNode line = lines.next();
        if (total++ < mostRows) {
          rows.add(values(line.elements()));
        }
      }
      return new QueryResult(columns, rows, total);
    }
  }

  private static List<JsonNode> values(Iterator<JsonNode> elements) {
    List<JsonNode> values = new ArrayList<>();
    elements.forEachRemaining(values::add);
    return values;
  }

  @Override
  public void close() {
    client.close();
  }

  /** Reads the body of an answer. */
  private interface Reader<R> {
    R read(InputStream body) throws IOException;
  }

  /**
   * A statement with the values of its parameters.
   *
   * @param sql one statement; parameters as {@code {name:Type}}
   * @param parameters values by name
   * @param write whether it may change anything
   */
  record Query(String sql, Map<String, ?> parameters, boolean write) {
    static Query reading(String sql) {
      return new Query(sql, Map.of(), false);
    }
  }
}
