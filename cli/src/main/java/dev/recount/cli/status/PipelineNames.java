package dev.recount.cli.status;

import dev.recount.schemas.Topics;

/**
 * What the parts of a pipeline are called in Kafka.
 *
 * @param applicationId application ID of the topology, which is also its consumer group
 * @param connector name of the ClickHouse sink's connector
 */
public record PipelineNames(String applicationId, String connector) {
  private static final String APPLICATION_ID = "recount";
  private static final String CONNECTOR = "recount-clickhouse";

  /** The names under a topic prefix: pipelines with different prefixes get along in one Kafka. */
  public static PipelineNames of(Topics topics) {
    return new PipelineNames(topics.prefix() + APPLICATION_ID, topics.prefix() + CONNECTOR);
  }

  /** The consumer group that Kafka Connect makes for a sink connector. */
  public String sinkGroup() {
    return "connect-" + connector;
  }
}
