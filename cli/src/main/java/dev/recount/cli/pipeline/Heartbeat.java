package dev.recount.cli.pipeline;

import dev.recount.schemas.Connection;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Tells others that a replay is at work, so that nobody takes it for one that was interrupted.
 * Whoever watches for {@link #WATCH} sees it, whatever the clocks say.
 */
public final class Heartbeat implements AutoCloseable {
  /** How long to watch for one that is at work. */
  public static final Duration WATCH = Duration.ofSeconds(4);

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final KafkaProducer<String, String> producer;
  private final ScheduledExecutorService beating =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "replay-heartbeat");
            thread.setDaemon(true);
            return thread;
          });

  private Heartbeat(KafkaProducer<String, String> producer) {
    this.producer = producer;
  }

  /** Begins. */
  public static Heartbeat start(Connection connection) {
    Heartbeat heartbeat =
        new Heartbeat(
            new KafkaProducer<>(
                connection.kafkaClientProperties(),
                new StringSerializer(),
                new StringSerializer()));
    String topic = connection.topics().pipelineState().name();
    String who = "process " + ProcessHandle.current().pid();
    heartbeat.beating.scheduleAtFixedRate(
        () ->
            heartbeat.producer.send(
                new ProducerRecord<>(topic, PipelineStateReader.HEARTBEAT, who)),
        0,
        INTERVAL.toMillis(),
        TimeUnit.MILLISECONDS);
    return heartbeat;
  }

  @Override
  public void close() {
    beating.shutdownNow();
    producer.close(INTERVAL);
  }
}
