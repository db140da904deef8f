package dev.recount.sinks.archive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;

/**
 * Kafka Connect plugin that keeps context snapshots in a folder or an object store: manifests of
 * {@code snapshot-records}, bodies of {@code snapshot-contents}.
 *
 * <p>It decodes Avro itself, so its converters are {@code
 * org.apache.kafka.connect.converters.ByteArrayConverter}.
 */
public final class SnapshotArchiveConnector extends SinkConnector {
  private Map<String, String> properties = Map.of();

  /** Release of this plugin, or {@code unpackaged} when it does not run from a jar. */
  @Override
  public String version() {
    String release = SnapshotArchiveConnector.class.getPackage().getImplementationVersion();
    return release == null ? "unpackaged" : release;
  }

  @Override
  public ConfigDef config() {
    return SnapshotArchiveConfig.DEFINITION;
  }

  @Override
  public void start(Map<String, String> given) {
    properties = Map.copyOf(given);
  }

  @Override
  public Class<? extends Task> taskClass() {
    return SnapshotArchiveTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int tasks) {
    List<Map<String, String>> configs = new ArrayList<>(tasks);
    for (int task = 0; task < tasks; task++) {
      Map<String, String> config = new HashMap<>(properties);
      // One of them is enough to remove what is old.
      config.put(SnapshotArchiveConfig.PRUNES_CONFIG, Boolean.toString(task == 0));
      configs.add(config);
    }
    return configs;
  }

  @Override
  public void stop() {
    properties = Map.of();
  }
}
