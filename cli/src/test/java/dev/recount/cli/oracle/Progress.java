package dev.recount.cli.oracle;

import dev.recount.cli.pipeline.PipelineStateReader;
import dev.recount.cli.status.ConsumerLag;
import dev.recount.cli.status.PipelineNames;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** How far a pipeline has come, by what is in Kafka alone. */
public final class Progress {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Connection connection;

  /** The progress of the pipeline whose topics these are. */
  public Progress(Connection connection) {
    this.connection = connection;
  }

  /** The application that is in force now. */
  String application() {
    return PipelineStateReader.applicationInForce(connection);
  }

  /** Entries of the log so far, rolled back ones and markers included. */
  long logged() {
    try (ConsumerLag lag = new ConsumerLag(connection)) {
      return total(lag.ends(Set.of(connection.topics().traceEvents().name())));
    }
  }

  /** Records so far in the topics that the topology writes, the log included, markers too. */
  public long written() {
    try (ConsumerLag lag = new ConsumerLag(connection)) {
      return total(lag.ends(writtenTopics()));
    }
  }

  /** Inputs that the topology has not read yet. */
  public long unread() {
    try (ConsumerLag lag = new ConsumerLag(connection)) {
      return sum(lag.byTopic(application(), names(connection.topics().inputs())));
    }
  }

  /** Whether the topology has read all that is in its inputs now, asked then and later. */
  public BooleanSupplier inputsRead() {
    Map<TopicPartition, Long> inputs;
    try (ConsumerLag lag = new ConsumerLag(connection)) {
      inputs = lag.ends(names(connection.topics().inputs()));
    }
    return () -> {
      try (ConsumerLag lag = new ConsumerLag(connection)) {
        return lag.isPast(application(), inputs);
      }
    };
  }

  /** Records that the ClickHouse sink has not written yet, dead letters aside. */
  public long unwritten() {
    try (ConsumerLag lag = new ConsumerLag(connection)) {
      return sum(lag.byTopic(PipelineNames.of(connection.topics()).sinkGroup(), records()));
    }
  }

  private static long sum(Map<String, Long> lag) {
    return lag.values().stream().mapToLong(Long::longValue).sum();
  }

  private Set<String> writtenTopics() {
    Set<String> written = names(connection.topics().outputs());
    written.add(connection.topics().traceEvents().name());
    return written;
  }

  private Set<String> records() {
    Set<String> records = names(connection.topics().tables());
    records.remove(connection.topics().deadLetters().name());
    return records;
  }

  private static long total(Map<TopicPartition, Long> ends) {
    return ends.values().stream().mapToLong(Long::longValue).sum();
  }

  private static Set<String> names(List<Topic> topics) {
    Set<String> names = new TreeSet<>();
    topics.forEach(topic -> names.add(topic.name()));
    return names;
  }

  /**
   * Waits until everything has been read, nothing more is due, and the sink has it all.
   *
   * @param quiet longer than any of the topology's waits: when nothing has been written for so
   *     long, nothing is due
   */
  public void awaitDrained(Duration quiet) {
    Set<String> log = Set.of(connection.topics().traceEvents().name());
    try (ConsumerLag lag = new ConsumerLag(connection)) {
      Map<TopicPartition, Long> inputs = lag.ends(names(connection.topics().inputs()));
      await("inputs read", () -> lag.isPast(application(), inputs));
      List<Long> seen = new ArrayList<>(List.of(-1L, System.nanoTime()));
      await(
          "nothing more written",
          () -> {
            long now = total(lag.ends(writtenTopics()));
            if (now != seen.get(0)) {
              seen.set(0, now);
              seen.set(1, System.nanoTime());
            }
            return System.nanoTime() - seen.get(1) > quiet.toNanos()
                && lag.isPast(application(), lag.ends(log));
          });
      await(
          "sink",
          () -> lag.isPast(PipelineNames.of(connection.topics()).sinkGroup(), lag.ends(records())));
    }
  }

  /** Waits as long as anything may take. */
  public static void await(String what, BooleanSupplier condition) {
    Awaitility.await(what)
        .atMost(OracleStack.PATIENCE)
        .pollInterval(POLL)
        .until(condition::getAsBoolean);
  }
}
