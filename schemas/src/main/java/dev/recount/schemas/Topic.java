package dev.recount.schemas;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * One topic of the catalogue.
 *
 * @param name full name, prefix included
 * @param key what the record key is, in words
 * @param value Avro schema of the value; empty for topics that carry OTLP or original bytes
 * @param cleanup what the broker may remove
 * @param retention how long the broker keeps records
 * @param maximumBytes largest record batch that the broker accepts, in bytes
 * @param appendTime whether the broker stamps records itself, so that the log can serve as a clock
 */
public record Topic(
    String name,
    String key,
    Optional<Schema> value,
    Cleanup cleanup,
    Duration retention,
    int maximumBytes,
    boolean appendTime) {

  /** Kafka's cleanup policies, as far as the catalogue uses them. */
  public enum Cleanup {
    /** Records go when they reach the retention. */
    DELETE("delete"),
    /** Superseded records go; the latest of each key stays. */
    COMPACT("compact"),
    /** Superseded records go early, the rest at the retention. */
    COMPACT_AND_DELETE("compact,delete");

    private final String policy;

    Cleanup(String policy) {
      this.policy = policy;
    }
  }

  /** The registry subject of the value, {@code <topic>-value}. */
  public String subject() {
    return name + "-value";
  }

  /**
   * The topic as the admin client creates it.
   *
   * @param partitions number of partitions
   * @param replicationFactor number of replicas, or -1 for the broker's default
   */
  NewTopic toNewTopic(int partitions, short replicationFactor) {
    return new NewTopic(
            name,
            Optional.of(partitions),
            replicationFactor < 0 ? Optional.empty() : Optional.of(replicationFactor))
        .configs(configuration());
  }

  /** Topic settings as Kafka names them. */
  Map<String, String> configuration() {
    Map<String, String> settings = new HashMap<>();
    settings.put(TopicConfig.CLEANUP_POLICY_CONFIG, cleanup.policy);
    settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
    settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(maximumBytes));
    if (appendTime) {
      settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    }
    return settings;
  }
}
