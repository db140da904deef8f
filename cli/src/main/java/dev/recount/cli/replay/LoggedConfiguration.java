package dev.recount.cli.replay;

import dev.recount.avro.ConfigurationChange;
import dev.recount.avro.TraceEvent;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import dev.recount.schemas.UndecodableException;
import dev.recount.topology.Configuration.Replacement;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.assembly.TickPartitioner;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the log says of the configuration. */
final class LoggedConfiguration {
  private static final Logger log = LoggerFactory.getLogger(LoggedConfiguration.class);

  private LoggedConfiguration() {}

  /**
   * What the log said last, by name: all partitions are told the same.
   *
   * @param replaced what replays put in the place of what it said before
   */
  static Map<String, String> latest(Connection connection, Map<String, Replacement> replaced) {
    AvroCodec<TraceEvent> codec =
        TopologyCodecs.of(
                connection.newRegistryClient(), Topics.withPrefix(connection.topics().prefix()))
            .traceEvents();
    Map<String, Said> latest = new HashMap<>();
    replaced.forEach((name, from) -> latest.put(name, new Said(Long.MIN_VALUE, from.text())));
    TopicScan.read(
        connection,
        connection.topics().traceEvents().name(),
        record -> {
          if (record.key() == null
              || !TickPartitioner.isConfiguration(
                  new String(record.key(), StandardCharsets.UTF_8))) {
            return;
          }
          try {
            if (codec.decode(record.value()).getPayload() instanceof ConfigurationChange change
                && change.getReplay().equals(replay(replaced, change.getName()))) {
              latest.merge(
                  change.getName(),
                  new Said(record.timestamp(), change.getValue()),
                  (before, now) -> now.time() >= before.time() ? now : before);
            }
          } catch (UndecodableException skipped) {
            log.warn("An entry of the log is unreadable: {}", skipped.getMessage());
          }
        });
    Map<String, String> texts = new HashMap<>();
    latest.forEach((name, said) -> texts.put(name, said.text()));
    return texts;
  }

  private static String replay(Map<String, Replacement> replaced, String name) {
    Replacement replacement = replaced.get(name);
    return replacement == null ? "" : replacement.replay();
  }

  /** A text and when the log said it, in milliseconds. */
  private record Said(long time, String text) {}
}
