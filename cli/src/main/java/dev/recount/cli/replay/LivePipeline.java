package dev.recount.cli.replay;

import dev.recount.cli.UserError;
import dev.recount.cli.output.Progress;
import dev.recount.cli.status.ConsumerLag;
import dev.recount.cli.status.PipelineNames;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** The pipeline that is at work: how far it is. */
final class LivePipeline {
  /** A sink that is at work is never so far behind for so long. */
  private static final Duration SINK_PATIENCE = Duration.ofMinutes(10);

  private final Connection connection;
  private final KafkaGroups groups;

  LivePipeline(Connection connection, KafkaGroups groups) {
    this.connection = connection;
    this.groups = groups;
  }

  /** The topics that are logs: what an application derives is a function of them. */
  static Set<String> logs(Connection connection) {
    return Stream.of(connection.topics().traceEvents(), connection.topics().alertObservations())
        .map(Topic::name)
        .collect(Collectors.toSet());
  }

  /** How far an application has processed each partition of the logs. */
  Map<TopicPartition, Long> processed(String application) {
    Map<TopicPartition, Long> processed = new HashMap<>(groups.beginnings(logs(connection)));
    groups
        .committed(application)
        .forEach((partition, offset) -> processed.computeIfPresent(partition, (p, b) -> offset));
    return processed;
  }

  /**
   * Refuses to go by an application that has not begun: what it has processed bounds what is
   * derived.
   */
  void requireAtWork(String application) {
    Set<String> logs = logs(connection);
    boolean begun =
        groups.committed(application).keySet().stream()
            .anyMatch(partition -> logs.contains(partition.topic()));
    if (!begun && !groups.ends(logs).equals(groups.beginnings(logs))) {
      throw new UserError(
          "The application in force, " + application + ", has processed nothing of the log.",
          "Start the topology, so that it is known how far it is.");
    }
  }

  /**
   * How far an application has processed each partition of the raw topics, and of what alerts
   * count: their log stays the one that there is.
   */
  Map<TopicPartition, Long> processedRaw(String application) {
    Set<String> inputs =
        Stream.concat(
                connection.topics().inputs().stream(),
                Stream.of(connection.topics().alertObservations()))
            .map(Topic::name)
            .collect(Collectors.toSet());
    Map<TopicPartition, Long> processed = new HashMap<>(groups.beginnings(inputs));
    groups
        .committed(application)
        .forEach((partition, offset) -> processed.computeIfPresent(partition, (p, b) -> offset));
    return processed;
  }

  /** Where an application goes on with everything that is no log. */
  Map<TopicPartition, Long> otherPositions(String application) {
    Map<TopicPartition, Long> positions = new HashMap<>(groups.committed(application));
    Set<String> logs = logs(connection);
    positions.keySet().removeIf(partition -> logs.contains(partition.topic()));
    return positions;
  }

  /** Waits until the records that there are now are rows. */
  void awaitRows(Progress progress) {
    PipelineNames names = PipelineNames.of(connection.topics());
    try (ConsumerLag lag = new ConsumerLag(connection)) {
      Map<TopicPartition, Long> ends = lag.ends(Shadow.records(connection.topics()));
      if (lag.isPast(names.sinkGroup(), ends)) {
        return;
      }
      progress.step("Waiting for the live sink");
      Waiting.require(
          () -> lag.isPast(names.sinkGroup(), ends),
          SINK_PATIENCE,
          "the live sink has not written what was there",
          "See with `recount status` whether it runs, then run the replay again.");
    }
  }
}
