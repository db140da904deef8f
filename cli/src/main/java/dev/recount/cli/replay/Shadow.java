package dev.recount.cli.replay;

import dev.recount.cli.UserError;
import dev.recount.cli.output.Progress;
import dev.recount.cli.output.Text;
import dev.recount.cli.pipeline.Rebuild;
import dev.recount.cli.replay.BoundedReading.Chosen;
import dev.recount.cli.replay.BoundedReading.Limits;
import dev.recount.cli.roles.ShadowSink;
import dev.recount.cli.roles.ShadowTopology;
import dev.recount.cli.status.ConsumerLag;
import dev.recount.cli.status.PipelineNames;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.TopicCreator;
import dev.recount.schemas.Topics;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;

/** The second application with its topics, its sink and its tables. */
final class Shadow implements AutoCloseable {
  /** The shadow's topics go when the replay is done, not by their age. */
  private static final Duration RETENTION = Duration.ofDays(36_500);

  private static final short BROKERS_DEFAULT = -1;

  /**
   * A sink that starts is not at work at once; one that makes no progress for so long has failed.
   */
  private static final Duration SINK_PATIENCE = Duration.ofSeconds(30);

  private final Connection live;
  private final Connection own;
  private final Rebuild rebuild;
  private final Path folder;
  private final Progress progress;
  private final KafkaGroups groups;
  private final ConsumerLag lag;
  private final ShadowSink sink;

  private Shadow(
      Connection live,
      Connection own,
      Rebuild rebuild,
      Path folder,
      Progress progress,
      KafkaGroups groups,
      ShadowSink sink) {
    this.live = live;
    this.own = own;
    this.rebuild = rebuild;
    this.folder = folder;
    this.progress = progress;
    this.groups = groups;
    this.sink = sink;
    this.lag = new ConsumerLag(live);
  }

  /**
   * Makes what is missing of the shadow's topics and tables, and starts its sink.
   *
   * @param folder where its state is kept on this machine
   */
  static Shadow start(
      Connection live,
      Rebuild rebuild,
      ClickHouseTarget target,
      Path folder,
      Progress progress,
      KafkaGroups groups) {
    Connection own = connection(live, rebuild.topicPrefix());
    createOutputs(live, own.topics(), groups);
    if (rebuild.rawLog() != null) {
      int partitions = groups.ends(List.of(live.topics().traceEvents().name())).size();
      TopicCreator.createMissing(
          groups.admin(), List.of(own.topics().traceEvents()), partitions, BROKERS_DEFAULT);
    }
    progress.step("Starting " + rebuild.application() + " beside " + rebuild.replaces());
    ShadowSink sink =
        ShadowSink.start(own, target.withDatabase(rebuild.database()), folder.resolve("connect"));
    return new Shadow(live, own, rebuild, folder, progress, groups, sink);
  }

  /** The same servers with the shadow's topics. */
  static Connection connection(Connection live, String topicPrefix) {
    return live.withTopics(Topics.withPrefix(topicPrefix));
  }

  /** Makes the topics that a shadow writes to, as far as they are missing. */
  static void createOutputs(Connection live, Topics topics, KafkaGroups groups) {
    int partitions = groups.ends(List.of(live.topics().traceEvents().name())).size();
    TopicCreator.createMissing(
        groups.admin(),
        Stream.concat(
                topics.outputs().stream().map(Shadow::kept),
                // Of rows that are in no topic since their trace is not kept. Nobody reads it.
                Stream.of(topics.alertObservations()))
            .toList(),
        partitions,
        BROKERS_DEFAULT);
  }

  private static Topic kept(Topic topic) {
    return new Topic(
        topic.name(),
        topic.key(),
        topic.value(),
        topic.cleanup(),
        RETENTION,
        topic.maximumBytes(),
        topic.appendTime());
  }

  /**
   * Derives up to the bounds, and stops there.
   *
   * @param settled how long a log of its own must rest before it counts as derived; zero for not at
   *     all
   */
  void derive(Map<TopicPartition, Long> bounds, Optional<Chosen> chosen, Duration settled) {
    Map<TopicPartition, Long> limits = new HashMap<>(bounds);
    String ownLog = rebuild.rawLog();
    if (ownLog != null) {
      ForgottenInLog.carryOver(live, ownLog);
      groups.ends(List.of(ownLog)).keySet().forEach(log -> limits.put(log, Long.MAX_VALUE));
    }
    skipOtherTopics(limits.keySet());
    long total = lag.left(rebuild.application(), bounds);
    if (total == 0 && settled.isZero()) {
      return;
    }
    Map<String, Object> consumer = new HashMap<>();
    consumer.put(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, BoundedReading.class.getName());
    consumer.put(BoundedReading.LIMITS, new Limits(limits, chosen));
    try (Progress.Bar bar =
            progress.timedBar("Deriving from " + Text.count(total) + " records", total);
        ShadowTopology topology =
            ShadowTopology.start(
                live,
                ownLog == null ? live.topics() : live.topics().withTraceEvents(ownLog),
                own.topics(),
                ownLog != null,
                rebuild.application(),
                folder.resolve("streams"),
                rebuild.settings(),
                rebuild.replaced(),
                consumer)) {
      long left = total;
      while (left > 0) {
        Waiting.pause();
        requireNoFailure(topology.failure());
        left = lag.left(rebuild.application(), bounds);
        bar.at(total - left);
      }
      if (ownLog != null && !settled.isZero()) {
        awaitRest(ownLog, settled, topology);
      }
    }
  }

  /** Waits until nothing has been written to a log for some time, and all of it is processed. */
  private void awaitRest(String log, Duration rest, ShadowTopology topology) {
    progress.step("Waiting until its traces have settled");
    Map<TopicPartition, Long> ends = Map.of();
    long since = System.nanoTime();
    while (System.nanoTime() - since < rest.toNanos() || !lag.isPast(rebuild.application(), ends)) {
      Waiting.pause();
      requireNoFailure(topology.failure());
      Map<TopicPartition, Long> now = lag.ends(List.of(log));
      if (!now.equals(ends)) {
        ends = now;
        since = System.nanoTime();
      }
    }
  }

  private static void requireNoFailure(Optional<String> failure) {
    if (failure.isPresent()) {
      throw new UserError(
          "The shadow has failed: " + failure.get(),
          "The live pipeline is undisturbed. Run it again to go on, with --verbose to see more.");
    }
  }

  /** What it is not given needs not be fetched from the beginning either. */
  private void skipOtherTopics(Set<TopicPartition> logs) {
    Map<TopicPartition, Long> others = new HashMap<>(groups.committed(rebuild.replaces()));
    others.keySet().removeAll(logs);
    others.keySet().removeAll(groups.committed(rebuild.application()).keySet());
    groups.move(rebuild.application(), others);
  }

  /** Waits until what has been derived is in the shadow's tables. */
  void awaitRows() {
    PipelineNames names = PipelineNames.of(own.topics());
    Map<TopicPartition, Long> ends = lag.ends(records(own.topics()));
    long total = lag.left(names.sinkGroup(), ends);
    try (Progress.Bar bar =
        progress.timedBar("Writing " + Text.count(total, "record") + " to its tables", total)) {
      long left = total;
      long since = System.nanoTime();
      while (left > 0) {
        Waiting.pause();
        long now = lag.left(names.sinkGroup(), ends);
        since = now < left ? System.nanoTime() : since;
        left = now;
        bar.at(Math.max(0, total - left));
        if (System.nanoTime() - since > SINK_PATIENCE.toNanos()) {
          requireNoFailure(sink.failure());
        }
      }
    }
  }

  /** Names of the topics whose records are rows of the tables that are a function of the log. */
  static Set<String> records(Topics topics) {
    Set<String> names = new TreeSet<>();
    topics.tables().forEach(topic -> names.add(topic.name()));
    names.remove(topics.deadLetters().name());
    return names;
  }

  /** How many entries of the log and records of its own it could not process. */
  long deadLetters() {
    return lag.left(
        PipelineNames.of(own.topics()).sinkGroup(),
        lag.ends(List.of(own.topics().deadLetters().name())));
  }

  @Override
  public void close() {
    sink.close();
    lag.close();
  }
}
