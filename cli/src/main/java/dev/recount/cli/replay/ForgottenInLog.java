package dev.recount.cli.replay;

import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.cli.UserError;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import dev.recount.schemas.UndecodableException;
import dev.recount.topology.TopologyCodecs;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * What was to be forgotten stands in the log of traces only: a log that is derived anew from the
 * raw topics would bring it back.
 */
final class ForgottenInLog {
  private ForgottenInLog() {}

  /**
   * Copies the FORGET records of the live log. Again is no harm: what is forgotten stays so.
   *
   * @param to name of the log that is derived anew, with as many partitions
   * @throws UserError when Kafka does not take one
   */
  static void carryOver(Connection live, String to) {
    AvroCodec<TraceEvent> codec =
        TopologyCodecs.of(live.newRegistryClient(), Topics.withPrefix(live.topics().prefix()))
            .traceEvents();
    Properties properties = live.kafkaClientProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      TopicScan.read(
          live,
          live.topics().traceEvents().name(),
          record -> {
            if (isForget(codec, record.value())) {
              producer.send(
                  new ProducerRecord<>(to, record.key(), record.value()),
                  (metadata, failed) -> {
                    if (failed != null) {
                      failure.compareAndSet(null, failed);
                    }
                  });
            }
          });
      producer.flush();
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new UserError(
          "Kafka did not take what is to be forgotten: " + failed.getMessage(),
          "Nothing has been changed; run the replay again.",
          failed);
    }
  }

  private static boolean isForget(AvroCodec<TraceEvent> codec, byte @Nullable [] event) {
    try {
      return event != null && codec.decode(event).getKind() == TraceEventKind.FORGET;
    } catch (UndecodableException unreadable) {
      return false;
    }
  }
}
