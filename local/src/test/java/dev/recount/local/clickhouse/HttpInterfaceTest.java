package dev.recount.local.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What curl and other languages' drivers rely on, beyond what the Java drivers exercise. */
class HttpInterfaceTest {
  @TempDir static Path folder;
  private static ClickHouseProcess clickHouse;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void startClickHouse() throws Exception {
    clickHouse =
        ClickHouseProcess.start(Installation.ofThisUser(InstallationListener.SILENT), folder, 0);
    assertThat(
            post("", "CREATE TABLE items (id UInt32, name String) ENGINE = MergeTree ORDER BY id")
                .statusCode())
        .isEqualTo(200);
  }

  @AfterAll
  static void stopClickHouse() {
    clickHouse.close();
  }

  @Test
  void answersHealthChecks() throws Exception {
    assertThat(get("/ping").body()).isEqualTo("Ok.\n");
    assertThat(get("/elsewhere").statusCode()).isEqualTo(404);
  }

  @Test
  void resultsComeInTheFormatAskedForWithClickHousesHeaders() throws Exception {
    HttpResponse<String> response =
        post("?default_format=JSONEachRow&query_id=mine", "SELECT 1 AS one");
    assertThat(response.body()).isEqualTo("{\"one\":1}\n");
    assertThat(response.headers().firstValue("X-ClickHouse-Format")).contains("JSONEachRow");
    assertThat(response.headers().firstValue("X-ClickHouse-Query-Id")).contains("mine");
    assertThat(response.headers().firstValue("X-ClickHouse-Timezone")).isPresent();
    assertThat(response.headers().firstValue("X-ClickHouse-Summary").orElseThrow())
        .contains("\"result_rows\":\"1\"");

    assertThat(post("", "SELECT 1 AS one FORMAT CSVWithNames").body()).isEqualTo("\"one\"\n1\n");
    assertThat(get("/?query=" + encode("SELECT 1")).body()).isEqualTo("1\n");
  }

  @Test
  void largeResultsOfFormatsWithAFrameAreWhole() throws Exception {
    String json = post("", "SELECT number FROM numbers(200000) FORMAT JSON").body();
    assertThat(json).contains("\"rows\": 200000").containsOnlyOnce("\"meta\"");
    assertThat(post("", "SELECT number FROM numbers(200000) FORMAT CSVWithNames").body().lines())
        .hasSize(200_001);
  }

  @Test
  void parametersAndSettingsApply() throws Exception {
    assertThat(post("?param_x=" + encode("it's"), "SELECT {x:String}").body())
        .isEqualTo("it\\'s\n");
    assertThat(post("?max_threads=3", "SELECT getSetting('max_threads')").body()).isEqualTo("3\n");
    assertThat(post("?no_such_setting=3", "SELECT 1").statusCode()).isEqualTo(404);
    assertThat(post("?database=system", "SELECT currentDatabase()").body()).isEqualTo("system\n");
    assertThat(
            post("?database=nowhere", "SELECT 1")
                .headers()
                .firstValue("X-ClickHouse-Exception-Code"))
        .contains("81");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT 1; SELECT 2|400|62
          SELECT 1; DROP TABLE items|400|62
          SELEC 1|400|62
          SELECT * FROM nowhere|404|60
          SELECT 1 INTO OUTFILE '/tmp/x'|400|358
          """)
  void refusalsHaveClickHousesStatusAndCode(String sql, int status, String code) throws Exception {
    HttpResponse<String> response = post("", sql);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("X-ClickHouse-Exception-Code")).contains(code);
    assertThat(response.body()).startsWith("Code: " + code + ". DB::Exception: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"?readonly=1", "?readonly=2", "?readonly=2&session_id=reader"})
  void readonlyRequestsCannotWrite(String query) throws Exception {
    Path file = folder.resolve("written.csv");
    for (String sql :
        new String[] {
          "INSERT INTO items VALUES (1, 'a')",
          "INSERT INTO items SELECT 1, 'a'",
          "CREATE TABLE more (id UInt8) ENGINE = Memory",
          "DROP TABLE items",
          "SET readonly = 0",
          "SELECT 1 SETTINGS readonly = 0",
          "INSERT INTO FUNCTION file('" + file + "', 'CSV', 'a UInt8') VALUES (1)",
          "INSERT INTO FUNCTION file('" + file + "', 'CSV', 'a UInt8') SELECT 1",
        }) {
      HttpResponse<String> response = post(query, sql);
      assertThat(response.headers().firstValue("X-ClickHouse-Exception-Code"))
          .as(sql)
          .contains("164");
    }
    assertThat(Files.exists(file)).isFalse();
    assertThat(post(query, "SELECT 1").body()).isEqualTo("1\n");
    assertThat(post(query, "SHOW TABLES LIKE 'items'").body()).isEqualTo("items\n");
  }

  @Test
  void getRequestsCannotWrite() throws Exception {
    assertThat(get("/?query=" + encode("INSERT INTO items SELECT 1, 'a'")).statusCode())
        .isEqualTo(403);
    assertThat(get("/?query=" + encode("DROP TABLE items")).statusCode()).isEqualTo(403);
  }

  @Test
  void insertDataMayFollowInTheBodyOrTheUrl() throws Exception {
    post(
        "",
        "CREATE OR REPLACE TABLE inserted (id UInt32, name String) ENGINE = MergeTree ORDER BY id");
    assertAccepted(post("", "INSERT INTO inserted FORMAT TSV\n1\ta\n"));
    assertAccepted(post("", "INSERT INTO inserted VALUES (2, 'b'), (3, 'FORMAT TSV; SELECT')"));
    assertAccepted(
        post("?query=" + encode("INSERT INTO inserted (name, id) FORMAT CSV"), "\"c\",4\n"));
    assertAccepted(post("?query=" + encode("INSERT INTO inserted VALUES (5, 'e'),"), "(6, 'f')"));
    assertAccepted(
        post("", "INSERT INTO inserted FORMAT JSONEachRow {\"id\": 7, \"name\": \"g\\n\\n;\"}"));
    assertAccepted(post("", "INSERT INTO inserted SELECT 8, 'values'"));
    assertThat(
            post("", "SELECT groupArray(id), any(name) FROM (SELECT * FROM inserted ORDER BY id)")
                .body())
        .isEqualTo("[1,2,3,4,5,6,7,8]\ta\n");
  }

  @Test
  void sessionsKeepSettingsAndTemporaryTables() throws Exception {
    post("?session_id=one", "CREATE TEMPORARY TABLE mine (id UInt8)");
    post("?session_id=one", "INSERT INTO mine VALUES (7)");
    post("?session_id=one", "SET max_threads = 2");
    assertThat(post("?session_id=one", "SELECT id, getSetting('max_threads') FROM mine").body())
        .isEqualTo("7\t2\n");
    assertThat(post("?session_id=two", "SELECT id FROM mine").statusCode()).isEqualTo(404);
    post("?session_id=one&close_session=1", "SELECT 1");
    assertThat(post("?session_id=one&session_check=1", "SELECT 1").body())
        .contains("SESSION_NOT_FOUND");
  }

  @Test
  void aSessionIsFreeOnceItsAnswerIsRead() throws Exception {
    for (int i = 0; i < 300; i++) {
      String sql = i % 2 == 0 ? "SELECT " + i : "SELECT number FROM numbers(200000)";
      assertThat(post("?session_id=again", sql).statusCode()).as("request %d", i).isEqualTo(200);
    }
  }

  @Test
  void bodiesMayBeCompressedBothWays() throws Exception {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write("SELECT number FROM numbers(3)".getBytes(StandardCharsets.UTF_8));
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(clickHouse.url() + "/?enable_http_compression=1"))
            .header("Content-Encoding", "gzip")
            .header("Accept-Encoding", "gzip")
            .POST(BodyPublishers.ofByteArray(compressed.toByteArray()))
            .build();
    HttpResponse<byte[]> response = CLIENT.send(request, BodyHandlers.ofByteArray());
    assertThat(new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes())
        .isEqualTo("0\n1\n2\n".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aResultThatBreaksOffDoesNotLookWhole() {
    assertThatThrownBy(
            () ->
                post(
                    "?max_threads=1",
                    "SELECT throwIf(number = 5000000) FROM numbers(6000000) FORMAT TSV"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void anInsertThatBreaksOffInsertsNothing() throws Exception {
    post("", "CREATE OR REPLACE TABLE broken (id UInt8) ENGINE = MergeTree ORDER BY id");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), clickHouse.port())) {
      String head =
          "POST /?query=" + encode("INSERT INTO broken FORMAT RowBinary") + " HTTP/1.1\r\n";
      socket
          .getOutputStream()
          .write(
              (head + "Host: localhost\r\nContent-Length: 10\r\n\r\nabc")
                  .getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      // The server has dealt with it once it answers or closes.
      socket.getInputStream().readAllBytes();
    }
    assertThat(post("", "SELECT count() FROM broken").body()).isEqualTo("0\n");
  }

  @Test
  void requestsFromWebPagesAreRefused() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(clickHouse.url()))
            .header("Origin", "https://example.org")
            .POST(BodyPublishers.ofString("SELECT 1"))
            .build();
    assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(403);
  }

  private static void assertAccepted(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  private static HttpResponse<String> post(String query, String sql) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(clickHouse.url() + "/" + query))
            .POST(BodyPublishers.ofString(sql))
            .build();
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(clickHouse.url() + path)).build(),
        BodyHandlers.ofString());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
