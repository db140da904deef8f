package dev.recount.sinks.clickhouse.client;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.command.CommandResponse;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.query.QueryResponse;
import com.clickhouse.client.api.query.QuerySettings;
import com.clickhouse.data.ClickHouseFormat;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;

/**
 * A connection to ClickHouse over HTTP. Every request is answered before its method returns, and a
 * failed one throws a {@link ClickHouseRequestException} that says what to do about it.
 *
 * <p>Opening one asks nothing of the server. Safe for use by several threads.
 */
public final class ClickHouseConnection implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final int LONGEST_STATEMENT_SHOWN = 120;

  private final ClickHouseTarget target;
  private final Client client;

  private ClickHouseConnection(ClickHouseTarget target, Client client) {
    this.target = target;
    this.client = client;
  }

  /**
   * A connection to the target.
   *
   * @param requestTimeout how long one request may take
   * @throws java.io.UncheckedIOException when the password cannot be read
   * @throws ClickHouseRequestException when the target's options are not understood
   */
  public static ClickHouseConnection open(ClickHouseTarget target, Duration requestTimeout) {
    String password = target.password().reveal();
    try {
      Client client =
          new Client.Builder()
              .setOptions(target.options())
              .addEndpoint(target.url())
              .setUsername(target.user())
              .setPassword(password)
              .setConnectTimeout(CONNECT_TIMEOUT.toMillis())
              .setSocketTimeout(requestTimeout.toMillis())
              .setExecutionTimeout(requestTimeout.toMillis(), ChronoUnit.MILLIS)
              // Whoever asks decides whether to ask again: one retry policy.
              .setMaxRetries(0)
              .build();
      return new ClickHouseConnection(target, client);
    } catch (RuntimeException refused) {
      throw new ClickHouseRequestException(
          "Cannot use ClickHouse at " + target.url() + ": " + refused.getMessage(),
          FailureKind.FATAL,
          refused);
    }
  }

  /** What the connection leads to. */
  public ClickHouseTarget target() {
    return target;
  }

  /**
   * Runs one statement.
   *
   * @throws ClickHouseRequestException when it fails
   */
  public void execute(String statement) {
    request(
        shortened(statement),
        () -> {
          try (CommandResponse response = client.execute(statement).get()) {
            return response.getWrittenRows();
          }
        });
  }

  /**
   * Asks a question with a small answer.
   *
   * @return rows of text columns, as tab-separated values without unescaping
   * @throws ClickHouseRequestException when it fails
   */
  public List<List<String>> query(String statement) {
    return request(
        shortened(statement),
        () -> {
          QuerySettings settings = new QuerySettings().setFormat(ClickHouseFormat.TabSeparated);
          try (QueryResponse response = client.query(statement, settings).get()) {
            return new String(response.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .map(line -> Arrays.asList(line.split("\t", -1)))
                .toList();
          }
        });
  }

  /**
   * Inserts rows and waits until they are written.
   *
   * @param table table of the target's database
   * @param columns columns in the order of the rows' values; others get their defaults
   * @param rows rows in RowBinary
   * @throws ClickHouseRequestException when they are not written, or it is not known whether
   */
  public void insert(String table, List<String> columns, InputStream rows) {
    request(
        "INSERT INTO " + target.database() + "." + table,
        () -> {
          InsertSettings settings =
              new InsertSettings()
                  .setDatabase(target.database())
                  // Its errors would come after the offsets are committed.
                  .serverSetting("async_insert", "0")
                  // A backfill reaches over many weeks; retention bounds the partitions already.
                  .serverSetting("max_partitions_per_insert_block", "0");
          try (InsertResponse response =
              client.insert(table, columns, rows, ClickHouseFormat.RowBinary, settings).get()) {
            return response.getWrittenRows();
          }
        });
  }

  private <R> R request(String what, Callable<R> call) {
    try {
      return call.call();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failed(what, interrupted, FailureKind.RETRIABLE);
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      throw failed(what, cause, FailureKind.of(cause));
    } catch (Exception failed) {
      throw failed(what, failed, FailureKind.of(failed));
    }
  }

  private ClickHouseRequestException failed(String what, Throwable cause, FailureKind kind) {
    return new ClickHouseRequestException(
        "ClickHouse at " + target.url() + " failed on " + what + ": " + rootMessage(cause),
        kind,
        cause);
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage().strip();
  }

  private static String shortened(String statement) {
    String line = statement.strip().replaceAll("\\s+", " ");
    return line.length() <= LONGEST_STATEMENT_SHOWN
        ? line
        : line.substring(0, LONGEST_STATEMENT_SHOWN) + "…";
  }

  @Override
  public void close() {
    client.close();
  }
}
