package dev.recount.cli.status;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.UserError;
import dev.recount.cli.pipeline.PipelineStateReader;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How far each consumer of the pipeline is behind. */
public final class PipelineLag {
  private PipelineLag() {}

  /**
   * Puts in records by topic for each consumer.
   *
   * @throws UserError when Kafka does not answer
   */
  public static void of(Connection connection, ObjectNode lag) {
    Topics topics = PipelineStateReader.inForce(connection).topics();
    String application = PipelineStateReader.applicationInForce(connection);
    PipelineNames names = PipelineNames.of(topics);
    List<String> read =
        Stream.concat(topics.inputs().stream(), Stream.of(topics.traceEvents()))
            .map(Topic::name)
            .toList();
    String deadLetters = topics.deadLetters().name();
    List<String> written =
        topics.tables().stream()
            .map(Topic::name)
            .filter(name -> !name.equals(deadLetters))
            .toList();
    try (ConsumerLag groups = new ConsumerLag(connection)) {
      put(lag.putObject("topology"), groups.byTopic(application, read));
      ObjectNode sinks = lag.putObject("sinks");
      put(sinks, groups.byTopic(names.sinkGroup(), written));
      put(sinks, groups.byTopic(names.deadLetterGroup(), List.of(deadLetters)));
      List<String> archived =
          List.of(topics.snapshotRecords().name(), topics.snapshotContents().name());
      if (groups.exists(names.archiveGroup())) {
        put(lag.putObject("archive"), groups.byTopic(names.archiveGroup(), archived));
      }
    }
  }

  private static void put(ObjectNode into, Map<String, Long> lag) {
    lag.forEach(into::put);
  }
}
