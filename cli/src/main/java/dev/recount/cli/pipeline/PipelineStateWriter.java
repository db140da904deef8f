package dev.recount.cli.pipeline;

import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes the pipeline's state. All writers of a pipeline have one transactional ID: the one that
 * was opened last shuts out those before it, so that two replays never act at the same time for
 * long.
 */
public final class PipelineStateWriter implements AutoCloseable {
  private static final String TRANSACTIONAL_ID = "recount-pipeline-state";
  private static final int TRANSACTION_MILLIS = 10_000;

  private final KafkaProducer<String, String> producer;
  private final String topic;

  private PipelineStateWriter(KafkaProducer<String, String> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /** Opens the writer and shuts out those before it. What they have begun to write is undone. */
  public static PipelineStateWriter open(Connection connection) {
    Properties properties = properties(connection);
    properties.put(
        ProducerConfig.TRANSACTIONAL_ID_CONFIG, connection.topics().prefix() + TRANSACTIONAL_ID);
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_MILLIS);
    KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
    try {
      producer.initTransactions();
    } catch (KafkaException failed) {
      producer.close();
      throw new UserError(
          "Cannot write the state of the pipeline: " + failed.getMessage(), null, failed);
    }
    return new PipelineStateWriter(producer, connection.topics().pipelineState().name());
  }

  /**
   * Writes the state and returns when it is safe.
   *
   * @throws UserError when another writer has been opened since
   */
  public void write(PipelineState state) {
    try {
      producer.beginTransaction();
      producer.send(
          new ProducerRecord<>(topic, PipelineStateReader.STATE, PipelineStateReader.json(state)));
      producer.commitTransaction();
    } catch (ProducerFencedException | InvalidProducerEpochException fenced) {
      throw new UserError(
          "Another replay has been started and goes on in place of this one.", null, fenced);
    }
  }

  /** Tells with which settings the live topology was started. */
  public static void writeSettings(Connection connection, Map<String, String> settings) {
    Properties properties = properties(connection);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      Future<RecordMetadata> written =
          producer.send(
              new ProducerRecord<>(
                  connection.topics().pipelineState().name(),
                  PipelineStateReader.SETTINGS,
                  PipelineStateReader.json(new TreeMap<>(settings))));
      written.get();
    } catch (ExecutionException failed) {
      throw new KafkaException("Cannot write the settings of the topology", failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new KafkaException("Interrupted while writing settings", interrupted);
    }
  }

  private static Properties properties(Connection connection) {
    return connection.kafkaClientProperties();
  }

  @Override
  public void close() {
    producer.close();
  }
}
