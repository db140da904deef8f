package dev.recount.sinks.archive;

import dev.recount.sinks.archive.storage.StorageLocation;
import dev.recount.sinks.config.SinkConfig;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Settings of the snapshot archive. */
public final class SnapshotArchiveConfig extends SinkConfig {
  public static final String URL_CONFIG = "archive.url";
  private static final String URL_DOC =
      "Where the archive is: file:///folder, a path, or s3://bucket/prefix, for stores other than Amazon's with ?endpoint=URL&region=NAME&path-style=true. Credentials come from where the AWS SDK looks for them.";

  public static final String RETENTION_DAYS_CONFIG = "archive.retention.days";
  private static final String RETENTION_DAYS_DOC =
      "How many days a trace stays in a folder after the last of it was written; 0 keeps it for ever. In a bucket, let a lifecycle rule remove what is old.";

  public static final String PARALLEL_WRITES_CONFIG = "archive.parallel.writes";
  private static final String PARALLEL_WRITES_DOC = "How many objects are written at a time.";
  private static final int PARALLEL_WRITES_DEFAULT = 16;

  /** Set by the connector for one of its tasks. */
  static final String PRUNES_CONFIG = "archive.prunes";

  private static final String PRUNES_DOC =
      "Whether this task removes what is older than the retention. Set by the connector.";

  /** The settings, with their documentation. */
  public static final ConfigDef DEFINITION =
      common("the storage")
          .define(
              URL_CONFIG,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              SnapshotArchiveConfig::requireLocation,
              Importance.HIGH,
              URL_DOC)
          .define(
              RETENTION_DAYS_CONFIG,
              Type.INT,
              (int) ArchiveTarget.DEFAULT_RETENTION.toDays(),
              ConfigDef.Range.between(0, 36_500),
              Importance.MEDIUM,
              RETENTION_DAYS_DOC)
          .define(
              PARALLEL_WRITES_CONFIG,
              Type.INT,
              PARALLEL_WRITES_DEFAULT,
              ConfigDef.Range.between(1, 256),
              Importance.LOW,
              PARALLEL_WRITES_DOC)
          .define(PRUNES_CONFIG, Type.BOOLEAN, true, Importance.LOW, PRUNES_DOC);

  /**
   * Reads the settings.
   *
   * @throws ConfigException when one is missing or not valid
   */
  public SnapshotArchiveConfig(Map<String, String> properties) {
    super(DEFINITION, properties);
  }

  /** Where the archive is. */
  public StorageLocation location() {
    return StorageLocation.parse(getString(URL_CONFIG));
  }

  /** How long traces stay; zero for ever. */
  public Duration retention() {
    return Duration.ofDays(getInt(RETENTION_DAYS_CONFIG));
  }

  /** Whether this task removes what is older than that. */
  public boolean prunes() {
    return getBoolean(PRUNES_CONFIG) && !retention().isZero();
  }

  /** How many objects are written at a time. */
  public int parallelWrites() {
    return getInt(PARALLEL_WRITES_CONFIG);
  }

  private static void requireLocation(String name, @Nullable Object value) {
    try {
      StorageLocation.parse(String.valueOf(value));
    } catch (IllegalArgumentException refused) {
      throw new ConfigException(name, value, refused.getMessage());
    }
  }
}
