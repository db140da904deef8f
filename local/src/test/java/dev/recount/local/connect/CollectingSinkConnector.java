package dev.recount.local.connect;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.sink.SinkConnector;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/** A sink that keeps what it is given in memory, in a list of the name it is configured with. */
public final class CollectingSinkConnector extends SinkConnector {
  static final String LIST_CONFIG = "list";

  /** A record that makes the task fail. */
  static final String POISON = "poison";

  private static final Map<String, List<String>> LISTS = new ConcurrentHashMap<>();

  private Map<String, String> config = Map.of();

  static List<String> list(String name) {
    return LISTS.computeIfAbsent(name, key -> new CopyOnWriteArrayList<>());
  }

  @Override
  public void start(Map<String, String> properties) {
    config = properties;
  }

  @Override
  public void stop() {}

  @Override
  public Class<? extends Task> taskClass() {
    return CollectingTask.class;
  }

  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    return new ArrayList<>(Collections.nCopies(maxTasks, config));
  }

  @Override
  public ConfigDef config() {
    return new ConfigDef()
        .define(LIST_CONFIG, ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "where records go");
  }

  @Override
  public String version() {
    return "1";
  }

  /** Its task. */
  public static final class CollectingTask extends SinkTask {
    private List<String> records = List.of();

    @Override
    public void start(Map<String, String> properties) {
      records = list(String.valueOf(properties.get(LIST_CONFIG)));
    }

    @Override
    public void put(Collection<SinkRecord> batch) {
      for (SinkRecord record : batch) {
        String text = new String((byte[]) record.value(), StandardCharsets.UTF_8);
        if (text.equals(POISON)) {
          throw new IllegalStateException("poisoned");
        }
        records.add(text);
      }
    }

    @Override
    public void stop() {}

    @Override
    public String version() {
      return "1";
    }
  }
}
