package dev.recount.cli.forget;

import dev.recount.cli.UserError;
import dev.recount.cli.output.Text;
import dev.recount.cli.pipeline.PipelineStateReader;
import dev.recount.cli.status.ConsumerLag;
import dev.recount.cli.status.PipelineNames;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicPartition;

/** Waits until whatever was under way when something was to be forgotten has arrived. */
final class CatchUp {
  private static final Duration PAUSE = Duration.ofMillis(250);

  /** A record of the log may lead to another: what is kept under an alias or a call. */
  private static final int HOPS = 3;

  private final Connection connection;
  private final Duration timeout;
  private final long deadline;

  CatchUp(Connection connection, Duration timeout) {
    this.connection = connection;
    this.timeout = timeout;
    this.deadline = System.nanoTime() + timeout.toNanos();
  }

  /**
   * Waits.
   *
   * @throws UserError when it takes too long, with the stage that is behind
   */
  void await() {
    Topics topics = connection.topics();
    PipelineNames names = PipelineNames.of(topics);
    String application = PipelineStateReader.applicationInForce(connection);
    try (ConsumerLag lag = new ConsumerLag(connection)) {
      for (int hop = 0; hop < HOPS; hop++) {
        await(lag, application, List.of(topics.traceEvents()), "the topology");
      }
      List<Topic> records =
          topics.tables().stream().filter(topic -> !topic.equals(topics.deadLetters())).toList();
      await(lag, names.sinkGroup(), records, "the ClickHouse sink");
      await(lag, names.deadLetterGroup(), List.of(topics.deadLetters()), "the dead letters' sink");
      if (lag.exists(names.archiveGroup())) {
        List<Topic> archived = List.of(topics.snapshotRecords(), topics.snapshotContents());
        await(lag, names.archiveGroup(), archived, "the archive");
      }
    }
  }

  private void await(ConsumerLag lag, String group, Collection<Topic> topics, String who) {
    Map<TopicPartition, Long> ends = lag.ends(topics.stream().map(Topic::name).toList());
    while (!lag.isPast(group, ends)) {
      if (System.nanoTime() > deadline) {
        throw new UserError(
            "What is stored was deleted and the log says what is to be forgotten, but after "
                + Text.duration(timeout)
                + " "
                + who
                + " has not read all that was under way: some of it may still be written.",
            "`recount status` shows how far the pipeline is. When it has caught up, run the same"
                + " command again.");
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      if (Thread.currentThread().isInterrupted()) {
        throw new UserError("Interrupted while waiting.", "Run the same command again.");
      }
    }
  }
}
