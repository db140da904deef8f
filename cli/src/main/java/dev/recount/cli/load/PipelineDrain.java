package dev.recount.cli.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.UserError;
import dev.recount.cli.output.Text;
import dev.recount.cli.pipeline.PipelineStateReader;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.status.ConsumerLag;
import dev.recount.cli.status.PipelineNames;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Waits until what has been sent can be asked for: the topology has read it, its traces have
 * settled in ClickHouse, and the sink has written the rest of what the topology had to say.
 */
final class PipelineDrain {
  private static final Duration PAUSE = Duration.ofMillis(250);

  /** What leads through the log to a trace: feedback, its link to an alias, the link from there. */
  private static final int HOPS = 3;

  /** IDs that fit into one query's parameter. */
  private static final int MOST_IDS = 1_000;

  private final Connection connection;
  private final ClickHouse clickHouse;
  private final Instant deadline;
  private final Duration timeout;

  PipelineDrain(Connection connection, ClickHouse clickHouse, Duration timeout) {
    this.connection = PipelineStateReader.inForce(connection);
    this.clickHouse = clickHouse;
    this.timeout = timeout;
    this.deadline = Instant.now().plus(timeout);
  }

  /**
   * Waits.
   *
   * @param traceIds the traces that were sent
   * @param progress told how many of them have settled
   * @throws UserError when they have not in time, with the stage that is behind
   */
  void await(List<String> traceIds, LongConsumer progress) {
    PipelineNames names = PipelineNames.of(connection.topics());
    String application = PipelineStateReader.applicationInForce(connection);
    Set<String> distinct = Set.copyOf(traceIds);
    try (ConsumerLag lag = new ConsumerLag(connection)) {
      Map<TopicPartition, Long> inputs = lag.ends(topicNames(connection.topics().inputs()));
      await(() -> lag.isPast(application, inputs), "the topology has not read its inputs");
      for (int hop = 0; hop < HOPS; hop++) {
        Map<TopicPartition, Long> events =
            lag.ends(List.of(connection.topics().traceEvents().name()));
        await(
            () -> lag.isPast(application, events),
            "the topology has not read the log of trace events");
      }
      await(
          () -> {
            long settled = settled(distinct);
            progress.accept(settled);
            return settled == distinct.size();
          },
          "not all of the " + Text.count(distinct.size(), "trace") + " have settled in ClickHouse");
      Set<String> records = topicNames(connection.topics().tables());
      records.remove(connection.topics().deadLetters().name()); // another group's
      Map<TopicPartition, Long> outputs = lag.ends(records);
      await(() -> lag.isPast(names.sinkGroup(), outputs), "the sink has not written all records");
      if (lag.exists(names.archiveGroup())) {
        Map<TopicPartition, Long> archived =
            lag.ends(
                Set.of(
                    connection.topics().snapshotRecords().name(),
                    connection.topics().snapshotContents().name()));
        await(
            () -> lag.isPast(names.archiveGroup(), archived),
            "the archive has not kept all context snapshots");
      }
    }
  }

  private void await(BooleanSupplier done, String otherwise) {
    while (!done.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new UserError(
            "After " + Text.duration(timeout) + " " + otherwise + ".",
            "Everything has been sent and nothing is lost. `recount status` shows how far the"
                + " pipeline is; wait longer with --timeout.");
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new UserError("Interrupted while waiting.", null);
      }
    }
  }

  private long settled(Set<String> traceIds) {
    List<String> all = List.copyOf(traceIds);
    long settled = 0;
    for (int first = 0; first < all.size(); first += MOST_IDS) {
      List<String> some = all.subList(first, Math.min(all.size(), first + MOST_IDS));
      for (JsonNode row :
          clickHouse.rows(
              "SELECT count() AS settled FROM traces_latest"
                  + " WHERE phase != 'provisional' AND trace_id IN {ids:Array(String)}",
              Map.of("ids", some))) {
        settled += row.path("settled").asLong();
      }
    }
    return settled;
  }

  private static Set<String> topicNames(List<Topic> topics) {
    return topics.stream().map(Topic::name).collect(Collectors.toCollection(TreeSet::new));
  }
}
