package dev.recount.cli.status;

import dev.recount.schemas.Topics;

/**
 * What the parts of a pipeline are called in Kafka.
 *
 * @param applicationId application ID of the topology, which is also its consumer group
 * @param connector name of the connector that writes records to ClickHouse
 * @param deadLetterConnector name of the one that writes dead letters
 * @param archiveConnector name of the one that archives context snapshots
 */
public record PipelineNames(
    String applicationId, String connector, String deadLetterConnector, String archiveConnector) {
  private static final String CONNECT_GROUP_PREFIX = "connect-";
  private static final String APPLICATION_ID = "recount";
  private static final String CONNECTOR = "recount-clickhouse";
  private static final String DEAD_LETTER_CONNECTOR = "recount-clickhouse-dead-letters";
  private static final String ARCHIVE_CONNECTOR = "recount-archive";

  /** The names under a topic prefix: pipelines with different prefixes get along in one Kafka. */
  public static PipelineNames of(Topics topics) {
    return new PipelineNames(
        topics.prefix() + APPLICATION_ID,
        topics.prefix() + CONNECTOR,
        topics.prefix() + DEAD_LETTER_CONNECTOR,
        topics.prefix() + ARCHIVE_CONNECTOR);
  }

  /** The consumer group that Kafka Connect makes for the connector of records. */
  public String sinkGroup() {
    return CONNECT_GROUP_PREFIX + connector;
  }

  /** The consumer group that Kafka Connect makes for the connector of dead letters. */
  public String deadLetterGroup() {
    return CONNECT_GROUP_PREFIX + deadLetterConnector;
  }

  /** The consumer group that Kafka Connect makes for the archive. */
  public String archiveGroup() {
    return CONNECT_GROUP_PREFIX + archiveConnector;
  }
}
