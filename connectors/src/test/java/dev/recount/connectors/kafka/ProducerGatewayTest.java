package dev.recount.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.schemas.Connection;
import dev.recount.schemas.KafkaUnavailableException;
import dev.recount.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class ProducerGatewayTest {
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final ProducerGateway gateway = new ProducerGateway(producer);

  @Test
  void aSendCompletesWithItsAcknowledgement() {
    CompletableFuture<Void> sent = gateway.send("t", null, new byte[] {1});
    assertThat(sent).isNotDone();
    producer.completeNext();
    assertThat(sent).isCompleted();
  }

  @Test
  void aTimeoutIsWorthARetryAndARecordThatIsTooLargeIsNot() {
    assertThat(failure(new TimeoutException("x")).retryable()).isTrue();
    assertThat(failure(new RecordTooLargeException("x")).retryable()).isFalse();
  }

  private SendException failure(RuntimeException failure) {
    CompletableFuture<Void> sent = gateway.send("t", null, new byte[] {1});
    producer.errorNext(failure);
    try {
      sent.join();
      throw new AssertionError("sent");
    } catch (CompletionException failed) {
      assertThat(failed.getCause()).hasMessage("Kafka did not take a record for t: x");
      return (SendException) Objects.requireNonNull(failed.getCause());
    }
  }

  @Test
  void aFailureWithinSendIsInTheFuture() {
    producer.sendException = new TimeoutException("no metadata");
    assertThat(gateway.send("t", null, new byte[] {1})).isCompletedExceptionally();
    producer.sendException = null;
    producer.close();
    assertThat(gateway.send("t", null, new byte[] {1})).isCompletedExceptionally();
  }

  @Test
  void propertiesOfTheConnectionWin() {
    Connection connection =
        new Connection(
            "b:1", "http://r", Topics.withPrefix(""), Map.of("compression.type", "zstd"), Map.of());
    Properties properties =
        ProducerGateway.producerProperties(
            connection, Duration.ofSeconds(7), Duration.ofSeconds(2));
    assertThat(properties)
        .containsEntry("compression.type", "zstd")
        .containsEntry("acks", "all")
        .containsEntry("delivery.timeout.ms", "7000")
        .containsEntry("bootstrap.servers", "b:1");
  }

  @Test
  void propertiesThatMakeNoProducerAreAClearError() {
    Connection connection =
        new Connection("b", "http://r", Topics.withPrefix(""), Map.of("acks", "9"), Map.of());
    assertThatThrownBy(() -> ProducerGateway.connect(connection))
        .isInstanceOf(KafkaUnavailableException.class)
        .hasMessageContaining("Cannot create a producer for Connection[b");
  }
}
