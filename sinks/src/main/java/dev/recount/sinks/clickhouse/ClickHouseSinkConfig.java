package dev.recount.sinks.clickhouse;

import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.client.Secret;
import dev.recount.sinks.clickhouse.delivery.BatchLimits;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import dev.recount.sinks.config.SinkConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Settings of the ClickHouse sink. */
public final class ClickHouseSinkConfig extends SinkConfig {
  public static final String URL_CONFIG = "clickhouse.url";
  private static final String URL_DOC =
      "Base URL of ClickHouse's HTTP interface: http://host:8123 or https://host:8443.";

  public static final String USER_CONFIG = "clickhouse.user";
  private static final String USER_DOC =
      "User to insert and, where migrations are on, to create tables as.";

  public static final String PASSWORD_CONFIG = "clickhouse.password";
  private static final String PASSWORD_DOC = "Password of the user.";

  public static final String PASSWORD_FILE_CONFIG = "clickhouse.password.file";
  private static final String PASSWORD_FILE_DOC =
      "File that holds the password of the user, instead of the password itself.";

  public static final String DATABASE_CONFIG = "clickhouse.database";
  private static final String DATABASE_DOC =
      "Database of the tables. Created when missing, where migrations are on.";

  public static final String CLUSTER_CONFIG = "clickhouse.cluster";
  private static final String CLUSTER_DOC =
      "Cluster on all of whose servers replicated tables are created. Empty for a single server.";

  public static final String REQUEST_TIMEOUT_MS_CONFIG = "clickhouse.request.timeout.ms";
  private static final String REQUEST_TIMEOUT_MS_DOC =
      "How long one insert or statement may take, in milliseconds. Keep it well below the consumer's max.poll.interval.ms.";
  private static final int REQUEST_TIMEOUT_MS_DEFAULT = 60_000;

  /** Options of ClickHouse's Java client, passed through without this prefix. */
  public static final String CLIENT_OPTION_PREFIX = "clickhouse.client.";

  public static final String BATCH_ROWS_CONFIG = "batch.rows";
  private static final String BATCH_ROWS_DOC = "A batch is written at this many rows.";
  private static final int BATCH_ROWS_DEFAULT = 50_000;

  public static final String BATCH_BYTES_CONFIG = "batch.bytes";
  private static final String BATCH_BYTES_DOC =
      "A batch is written at this many bytes of rows. Up to one batch for each table is held in memory.";
  private static final int BATCH_BYTES_DEFAULT = 16 << 20;

  public static final String BATCH_MEMORY_BYTES_CONFIG = "batch.memory.bytes";
  private static final String BATCH_MEMORY_BYTES_DOC =
      "The largest batch is written when all of them together, rows and the records that they came from, take up this many bytes. By default (-1) an eighth of the heap, divided by tasks.max.";
  private static final long AN_EIGHTH_OF_THE_HEAP = -1;
  private static final long LEAST_BATCH_MEMORY = 1 << 20;

  /** Connect's own setting. */
  private static final String TASKS_MAX = "tasks.max";

  public static final String FLUSH_INTERVAL_MS_CONFIG = "flush.interval.ms";
  private static final String FLUSH_INTERVAL_MS_DOC =
      "A batch is written when its first row has waited this long, in milliseconds.";
  private static final int FLUSH_INTERVAL_MS_DEFAULT = 500;

  public static final String MIGRATE_CONFIG = "migrate.on.start";
  private static final String MIGRATE_DOC =
      "Whether to create the database and its tables and bring them up to date at start.";

  public static final String RETENTION_DAYS_CONFIG = "retention.days";
  private static final String RETENTION_DAYS_DOC =
      "How many days rows are kept, counted from the arrival of a trace's first event. Expired rows are removed by the week.";

  /** The settings, with their documentation. */
  public static final ConfigDef DEFINITION =
      common("ClickHouse")
          .define(
              URL_CONFIG,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              ClickHouseSinkConfig::requireHttpUrl,
              Importance.HIGH,
              URL_DOC)
          .define(
              USER_CONFIG, Type.STRING, ClickHouseTarget.DEFAULT_USER, Importance.HIGH, USER_DOC)
          .define(PASSWORD_CONFIG, Type.PASSWORD, "", Importance.HIGH, PASSWORD_DOC)
          .define(PASSWORD_FILE_CONFIG, Type.STRING, "", Importance.MEDIUM, PASSWORD_FILE_DOC)
          .define(
              DATABASE_CONFIG,
              Type.STRING,
              ClickHouseTarget.DEFAULT_DATABASE,
              ClickHouseSinkConfig::requireIdentifier,
              Importance.HIGH,
              DATABASE_DOC)
          .define(
              CLUSTER_CONFIG,
              Type.STRING,
              "",
              ClickHouseSinkConfig::requireIdentifier,
              Importance.LOW,
              CLUSTER_DOC)
          .define(
              REQUEST_TIMEOUT_MS_CONFIG,
              Type.INT,
              REQUEST_TIMEOUT_MS_DEFAULT,
              ConfigDef.Range.atLeast(1_000),
              Importance.LOW,
              REQUEST_TIMEOUT_MS_DOC)
          .define(
              BATCH_ROWS_CONFIG,
              Type.INT,
              BATCH_ROWS_DEFAULT,
              ConfigDef.Range.between(1, 10_000_000),
              Importance.MEDIUM,
              BATCH_ROWS_DOC)
          .define(
              BATCH_BYTES_CONFIG,
              Type.INT,
              BATCH_BYTES_DEFAULT,
              ConfigDef.Range.between(1, 1 << 29),
              Importance.MEDIUM,
              BATCH_BYTES_DOC)
          .define(
              BATCH_MEMORY_BYTES_CONFIG,
              Type.LONG,
              AN_EIGHTH_OF_THE_HEAP,
              ClickHouseSinkConfig::requireRoom,
              Importance.MEDIUM,
              BATCH_MEMORY_BYTES_DOC)
          .define(
              FLUSH_INTERVAL_MS_CONFIG,
              Type.INT,
              FLUSH_INTERVAL_MS_DEFAULT,
              ConfigDef.Range.between(1, 600_000),
              Importance.MEDIUM,
              FLUSH_INTERVAL_MS_DOC)
          .define(MIGRATE_CONFIG, Type.BOOLEAN, true, Importance.MEDIUM, MIGRATE_DOC)
          .define(
              RETENTION_DAYS_CONFIG,
              Type.INT,
              (int) SchemaOptions.DEFAULT_RETENTION.toDays(),
              ConfigDef.Range.between(1, 36_500),
              Importance.MEDIUM,
              RETENTION_DAYS_DOC);

  /**
   * Reads the settings.
   *
   * @throws ConfigException when one is missing or not valid
   */
  public ClickHouseSinkConfig(Map<String, String> properties) {
    super(DEFINITION, properties);
    if (!getPassword(PASSWORD_CONFIG).value().isEmpty()
        && !getString(PASSWORD_FILE_CONFIG).isEmpty()) {
      throw new ConfigException(
          "Set " + PASSWORD_CONFIG + " or " + PASSWORD_FILE_CONFIG + ", not both");
    }
  }

  /** Where to write. */
  public ClickHouseTarget target() {
    Map<String, String> options = new HashMap<>();
    originalsWithPrefix(CLIENT_OPTION_PREFIX)
        .forEach((name, value) -> options.put(name, String.valueOf(value)));
    return new ClickHouseTarget(
        getString(URL_CONFIG),
        getString(USER_CONFIG),
        password(),
        getString(DATABASE_CONFIG),
        options);
  }

  private Secret password() {
    String file = getString(PASSWORD_FILE_CONFIG);
    return file.isEmpty()
        ? Secret.of(getPassword(PASSWORD_CONFIG).value())
        : Secret.inFile(Path.of(file));
  }

  /** What the migrations leave open. */
  public SchemaOptions schemaOptions() {
    String cluster = getString(CLUSTER_CONFIG);
    return new SchemaOptions(
        getString(DATABASE_CONFIG),
        Duration.ofDays(getInt(RETENTION_DAYS_CONFIG)),
        cluster.isEmpty() ? Optional.empty() : Optional.of(cluster));
  }

  /** Whether to migrate at start. */
  public boolean migrates() {
    return getBoolean(MIGRATE_CONFIG);
  }

  /** When batches are written. */
  public BatchLimits batchLimits() {
    return new BatchLimits(
        getInt(BATCH_ROWS_CONFIG),
        getInt(BATCH_BYTES_CONFIG),
        batchMemory(),
        Duration.ofMillis(getInt(FLUSH_INTERVAL_MS_CONFIG)));
  }

  private long batchMemory() {
    long configured = getLong(BATCH_MEMORY_BYTES_CONFIG);
    if (configured != AN_EIGHTH_OF_THE_HEAP) {
      return configured;
    }
    int tasks = Integer.parseInt(String.valueOf(originals().getOrDefault(TASKS_MAX, "1")));
    return Math.max(LEAST_BATCH_MEMORY, Runtime.getRuntime().maxMemory() / 8 / Math.max(1, tasks));
  }

  private static void requireRoom(String name, @Nullable Object value) {
    if (value instanceof Long bytes
        && bytes != AN_EIGHTH_OF_THE_HEAP
        && bytes < LEAST_BATCH_MEMORY) {
      throw new ConfigException(name, value, "must be -1 or at least " + LEAST_BATCH_MEMORY);
    }
  }

  /** How long one request may take. */
  public Duration requestTimeout() {
    return Duration.ofMillis(getInt(REQUEST_TIMEOUT_MS_CONFIG));
  }

  private static void requireHttpUrl(String name, @Nullable Object value) {
    try {
      URI url = new URI(String.valueOf(value));
      if (url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return;
      }
    } catch (URISyntaxException malformed) {
      // Answered below, with an example.
    }
    throw new ConfigException(name, value, "must be a URL such as http://localhost:8123");
  }

  private static void requireIdentifier(String name, @Nullable Object value) {
    if (value instanceof String text && !text.isEmpty()) {
      try {
        ClickHouseTarget.requireIdentifier(text);
      } catch (IllegalArgumentException refused) {
        throw new ConfigException(name, value, refused.getMessage());
      }
    }
  }
}
