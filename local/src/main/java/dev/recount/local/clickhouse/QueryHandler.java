package dev.recount.local.clickhouse;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** ClickHouse's HTTP interface: one request, one statement. */
final class QueryHandler implements HttpHandler {
  /**
   * How much of a body is looked at to find where a statement ends and its data begins, in bytes.
   */
  private static final int HEAD_BYTES = 256 * 1024;

  private static final int MAX_QUERY_BYTES = 32 * 1024 * 1024;

  private final Sessions sessions;
  private final String timeZone;

  QueryHandler(Sessions sessions, String timeZone) {
    this.sessions = sessions;
    this.timeZone = timeZone;
  }

  /**
   * Answers a request. What cannot be told in a status any more is thrown: the server then breaks
   * the connection, so that the client does not take half a result for a whole one.
   */
  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    boolean bare =
        exchange.getRequestURI().getRawQuery() == null && exchange.getRequestMethod().equals("GET");
    if (path.equals("/ping") || path.equals("/replicas_status") || (path.equals("/") && bare)) {
      sendText(exchange, 200, "Ok.\n");
    } else if (!path.equals("/")) {
      sendText(
          exchange,
          404,
          "There is no handle " + path + "; queries go to /, health checks to /ping.\n");
    } else {
      serve(exchange);
    }
    exchange.close();
  }

  private void serve(HttpExchange exchange) throws IOException {
    QueryRequest request = new QueryRequest(exchange);
    ResponseWriter response = new ResponseWriter(exchange, request, timeZone);
    InputStream body = exchange.getRequestBody();
    try {
      body = RequestBody.open(exchange, request);
      run(request, response, body);
    } catch (ChdbException e) {
      fail(response, exchange, e);
    } catch (IOException e) {
      // The client is gone, or its data cannot be decompressed: tell it, if it is still there to
      // hear.
      fail(
          response,
          exchange,
          ChdbException.of(ErrorStatus.BAD_ARGUMENTS, "BAD_ARGUMENTS", "Bad request: " + e));
    } catch (RuntimeException | Error e) {
      System.err.println("A request failed unexpectedly: " + e);
      fail(
          response,
          exchange,
          ChdbException.of(ChdbException.NO_CODE, "STD_EXCEPTION", String.valueOf(e)));
    }
  }

  private static void fail(ResponseWriter response, HttpExchange exchange, ChdbException error)
      throws IOException {
    if (response.hasStarted()) {
      throw new IOException("The result broke off: " + error.getMessage(), error);
    }
    // A client that is still sending does not read; an answer now would be lost to it.
    RequestBody.drain(exchange.getRequestBody());
    response.sendError(error);
  }

  private void run(QueryRequest request, ResponseWriter response, InputStream body)
      throws ChdbException, IOException {
    byte[] inUrl = request.value("query").orElse("").getBytes(StandardCharsets.UTF_8);
    byte[] head = inUrl.length > 0 ? inUrl : body.readNBytes(HEAD_BYTES);
    SqlStatement statement = SqlStatement.parse(head);
    if (!statement.insertsData()) {
      head = withRest(head, inUrl.length > 0, body);
      statement = SqlStatement.parse(head);
    }
    if (statement.keyword().isEmpty()) {
      throw ChdbException.of(ErrorStatus.SYNTAX_ERROR, "SYNTAX_ERROR", "Empty query");
    }
    try (Sessions.Lease lease = sessions.lease(request)) {
      ChdbConnection connection = lease.connection();
      prepare(connection, request, lease.session() != null);
      check(connection, request, statement, lease.session() != null);
      if (statement.insertsData()) {
        insert(connection, request, response, statement, head, body);
      } else {
        query(connection, request, response, statement, head);
      }
    }
    response.complete();
  }

  /** A statement in the URL can go on in the body. */
  private static byte[] withRest(byte[] head, boolean inUrl, InputStream body)
      throws ChdbException, IOException {
    byte[] rest = body.readNBytes(MAX_QUERY_BYTES + 1);
    if (rest.length > MAX_QUERY_BYTES) {
      throw ChdbException.of(
          ErrorStatus.QUERY_IS_TOO_LARGE,
          "QUERY_IS_TOO_LARGE",
          "A statement can have " + MAX_QUERY_BYTES + " bytes; larger data goes into an INSERT");
    }
    if (rest.length == 0) {
      return head;
    }
    int separator = inUrl ? 1 : 0;
    byte[] whole = Arrays.copyOf(head, head.length + separator + rest.length);
    if (inUrl) {
      whole[head.length] = '\n';
    }
    System.arraycopy(rest, 0, whole, head.length + separator, rest.length);
    return whole;
  }

  /** Gives a connection the request's database and settings. */
  private static void prepare(ChdbConnection connection, QueryRequest request, boolean session)
      throws ChdbException {
    Optional<String> database = request.database();
    // A fresh connection is in the default database already.
    if (database.isPresent() && (session || !database.get().equals("default"))) {
      connection.execute("USE `" + database.get().replace("\\", "\\\\").replace("`", "\\`") + "`");
    }
    Optional<String> settings = request.settings();
    if (settings.isPresent()) {
      connection.execute(settings.get());
    }
  }

  /**
   * Refuses what a ClickHouse server refuses over HTTP and the engine, made for use in a process,
   * lets pass.
   */
  private static void check(
      ChdbConnection connection, QueryRequest request, SqlStatement statement, boolean session)
      throws ChdbException {
    if (statement.several()) {
      throw ChdbException.of(
          ErrorStatus.SYNTAX_ERROR, "SYNTAX_ERROR", "Multi-statements are not allowed");
    }
    if (statement.intoOutfile()) {
      throw ChdbException.of(
          ErrorStatus.INTO_OUTFILE_NOT_ALLOWED,
          "INTO_OUTFILE_NOT_ALLOWED",
          "INTO OUTFILE is not allowed over HTTP");
    }
    boolean refused = request.isGetOrHead() && !statement.isReading();
    // The engine guards tables and settings itself once readonly is set, but lets files be written.
    refused |= session && request.isReadOnly() && !statement.isReading();
    refused |=
        statement.insertsIntoFunction()
            && !connection.execute("SELECT getSetting('readonly')").strip().equals("0");
    if (refused) {
      throw ChdbException.of(
          ErrorStatus.READONLY,
          "READONLY",
          "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly");
    }
  }

  private static void insert(
      ChdbConnection connection,
      QueryRequest request,
      ResponseWriter response,
      SqlStatement statement,
      byte[] head,
      InputStream body)
      throws ChdbException, IOException {
    byte[] sql = Arrays.copyOf(head, statement.sqlEnd());
    String format = nameOr(statement.format(), "Values");
    QuerySummary summary;
    try (ChdbInsert insert = connection.insert(sql, format, request.parameters());
        InputStream data = RequestBody.concat(head, statement.dataStart(), body)) {
      summary = insert.send(data);
    }
    response.sendWhole("TabSeparated", ByteBuffer.allocate(0), summary);
  }

  private static void query(
      ChdbConnection connection,
      QueryRequest request,
      ResponseWriter response,
      SqlStatement statement,
      byte[] sql)
      throws ChdbException, IOException {
    String format = nameOr(statement.format(), request.defaultFormat());
    Optional<PieceJoiner> joiner = PieceJoiner.of(format);
    boolean whole =
        request.isHead()
            || request.flag("wait_end_of_query")
            || request.flag("extremes")
            || request.flag("output_format_json_array_of_rows");
    if (joiner.isPresent() && statement.isStreamable() && !whole) {
      stream(connection, request, response, sql, format, joiner.get());
      return;
    }
    try (ChdbResult result = connection.query(sql, request.defaultFormat(), request.parameters())) {
      response.sendWhole(format, result.bytes(), result.summary());
    }
  }

  private static void stream(
      ChdbConnection connection,
      QueryRequest request,
      ResponseWriter response,
      byte[] sql,
      String format,
      PieceJoiner joiner)
      throws ChdbException, IOException {
    try (ChdbStream stream =
        connection.stream(sql, request.defaultFormat(), request.parameters())) {
      Optional<ChdbResult> piece = stream.next();
      if (piece.isEmpty()) {
        response.sendWhole(format, ByteBuffer.allocate(0), QuerySummary.NONE);
        return;
      }
      // One piece ahead: a small result is then sent whole, with its length and final counts.
      while (piece.isPresent()) {
        try (ChdbResult current = piece.get()) {
          piece = stream.next();
          if (!response.hasStarted()) {
            if (piece.isEmpty()) {
              response.sendWhole(format, current.bytes(), current.summary());
              return;
            }
            response.begin(format, current.summary());
          }
          response.send(joiner.join(current.bytes()));
        }
      }
    }
  }

  private static String nameOr(@Nullable String named, String otherwise) {
    return named == null ? otherwise : named;
  }

  private static void sendText(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=UTF-8");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
    if (!head) {
      try (OutputStream body = exchange.getResponseBody()) {
        body.write(bytes);
      }
    }
  }
}
