package dev.recount.local.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.ServerException;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.data.ClickHouseFormat;
import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import dev.recount.local.process.PortInUseException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClickHouseProcessTest {
  private static final Installation INSTALLATION =
      Installation.ofThisUser(InstallationListener.SILENT);

  @TempDir static Path folder;
  private static ClickHouseProcess clickHouse;

  @BeforeAll
  static void startClickHouse() {
    clickHouse = ClickHouseProcess.start(INSTALLATION, folder, 0);
  }

  @AfterAll
  static void stopClickHouse() {
    clickHouse.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void clientInsertsRowBinaryAndReadsItBack(boolean compress) throws Exception {
    try (Client client = client(clickHouse, compress)) {
      client
          .execute(
              "CREATE OR REPLACE TABLE numbers (id UInt32, text String) ENGINE = MergeTree ORDER BY id")
          .get();

      // More than one block of the compression and of the engine.
      try (InsertResponse inserted = insert(client, "numbers", 0, 100_000)) {
        assertThat(inserted.getWrittenRows()).isEqualTo(100_000);
      }

      assertThat(client.queryAll("SELECT sum(id) AS s, uniqExact(text) AS u FROM numbers"))
          .singleElement()
          .satisfies(row -> assertThat(row.getLong("s")).isEqualTo(4_999_950_000L))
          .satisfies(row -> assertThat(row.getLong("u")).isEqualTo(100_000));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void jdbcReadsLargeResultsPieceByPiece(boolean compress) throws Exception {
    try (Connection connection = jdbc(compress);
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT number, toString(number) FROM numbers(1000000) WHERE number >= ?")) {
      query.setLong(1, 10);
      long rows = 0;
      long sum = 0;
      try (ResultSet result = query.executeQuery()) {
        while (result.next()) {
          assertThat(result.getString(2)).isEqualTo(Long.toString(result.getLong(1)));
          rows++;
          sum += result.getLong(1);
        }
      }
      assertThat(rows).isEqualTo(999_990);
      assertThat(sum).isEqualTo(499_999_499_955L);
    }
  }

  @Test
  void jdbcInsertsWithParametersThatLookLikeSql() throws Exception {
    try (Connection connection = jdbc(true);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE OR REPLACE TABLE texts (id UInt32, text String) ENGINE = MergeTree ORDER BY id");
      String text = "it's \\ \n\n; DROP TABLE texts -- é日";
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO texts VALUES (?, ?)")) {
        insert.setInt(1, 1);
        insert.setString(2, text);
        insert.executeUpdate();
      }
      try (PreparedStatement query =
          connection.prepareStatement("SELECT text FROM texts WHERE text = ?")) {
        query.setString(1, text);
        try (ResultSet result = query.executeQuery()) {
          assertThat(result.next()).isTrue();
          assertThat(result.getString(1)).isEqualTo(text);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void errorsReachTheDriversWithTheirCode(boolean compress) throws Exception {
    try (Connection connection = jdbc(compress);
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.executeQuery("SELECT * FROM nowhere"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(60));
    }
    try (Client client = client(clickHouse, compress)) {
      // The error is known before the data has been sent.
      assertThatThrownBy(() -> insert(client, "nowhere", 0, 500_000))
          .satisfiesAnyOf(
              e ->
                  assertThat(e)
                      .isInstanceOfSatisfying(
                          ServerException.class, s -> assertThat(s.getCode()).isEqualTo(60)),
              e ->
                  assertThat(e)
                      .isInstanceOf(ExecutionException.class)
                      .hasMessageContaining("UNKNOWN_TABLE"));
    }
  }

  @Test
  void acknowledgedRowsSurviveAKillDuringInserts(@TempDir Path own) throws Exception {
    AtomicLong acknowledged = new AtomicLong();
    try (ClickHouseProcess killed = ClickHouseProcess.start(INSTALLATION, own, 0);
        Client client = client(killed, true)) {
      client
          .execute("CREATE TABLE numbers (id UInt32, text String) ENGINE = MergeTree ORDER BY id")
          .get();
      Thread writer =
          new Thread(
              () -> {
                try {
                  while (true) {
                    insert(client, "numbers", (int) acknowledged.get(), 1000).close();
                    acknowledged.addAndGet(1000);
                  }
                } catch (Exception e) {
                  // The kill: what was acknowledged before is what counts.
                  return;
                }
              },
              "writer");
      writer.start();
      await().atMost(Duration.ofSeconds(120)).until(() -> acknowledged.get() >= 20_000);
      killed.kill();
      writer.join(30_000);
      assertThat(writer.isAlive()).isFalse();
    }
    try (ClickHouseProcess again = ClickHouseProcess.start(INSTALLATION, own, 0);
        Client client = client(again, true)) {
      // The insert that the kill met may or may not be there.
      assertThat(
              client
                  .queryAll("SELECT count() AS c FROM numbers WHERE id < " + acknowledged.get())
                  .get(0)
                  .getLong("c"))
          .isEqualTo(acknowledged.get());
    }
  }

  @Test
  void aChildThatDiesIsReported(@TempDir Path own) {
    try (ClickHouseProcess process = ClickHouseProcess.start(INSTALLATION, own, 0)) {
      assertThat(process.failure()).isEmpty();
      ProcessHandle.of(process.processId()).orElseThrow().destroyForcibly();
      await().atMost(Duration.ofSeconds(60)).until(() -> process.failure().isPresent());
      assertThat(process.failure().orElseThrow())
          .contains("ClickHouse ended unexpectedly")
          .contains("clickhouse.log");
    }
  }

  @Test
  void aPortInUseNamesThePortAndTheOption(@TempDir Path own) throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> ClickHouseProcess.start(INSTALLATION, own, other.getLocalPort()))
          .isInstanceOf(PortInUseException.class)
          .hasMessageContaining(Integer.toString(other.getLocalPort()))
          .hasMessageContaining("--clickhouse-port");
    }
  }

  private static Client client(ClickHouseProcess process, boolean compress) {
    return new Client.Builder()
        .addEndpoint(process.url())
        .setUsername("default")
        .setPassword("")
        .setDefaultDatabase("default")
        .compressClientRequest(compress)
        .compressServerResponse(compress)
        .build();
  }

  private static Connection jdbc(boolean compress) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "default");
    properties.setProperty("password", "");
    properties.setProperty("compress", Boolean.toString(compress));
    return DriverManager.getConnection(
        "jdbc:clickhouse://127.0.0.1:" + clickHouse.port() + "/default", properties);
  }

  private static InsertResponse insert(Client client, String table, int first, int count)
      throws Exception {
    return client
        .insert(table, new ByteArrayInputStream(rows(first, count)), ClickHouseFormat.RowBinary)
        .get();
  }

  private static byte[] rows(int first, int count) throws IOException {
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    for (int id = first; id < first + count; id++) {
      for (int shift = 0; shift < 32; shift += 8) {
        rows.write(id >>> shift);
      }
      byte[] text = ("text\n\n;" + id).getBytes(StandardCharsets.UTF_8);
      rows.write(text.length);
      rows.write(text);
    }
    return rows.toByteArray();
  }
}
