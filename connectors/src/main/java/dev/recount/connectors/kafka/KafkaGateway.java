package dev.recount.connectors.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where records go. An interface so that what is in front of it can be tried without a broker. */
@FunctionalInterface
public interface KafkaGateway {
  /**
   * Sends one record. May block for a short, bounded time, so it is not called on an event loop.
   * Never throws: a failure is in the future.
   *
   * @param key record key; null spreads records over the partitions
   * @return completes when all in-sync replicas have the record, or exceptionally with a {@link
   *     SendException}
   */
  CompletableFuture<Void> send(String topic, byte @Nullable [] key, byte[] value);

  /**
   * Sends records without a key, in order. Stops at the first that fails at once: when Kafka does
   * not answer, each further one would block as long as that one did.
   *
   * @return completes when every record sent has been acknowledged or has failed, exceptionally
   *     with the {@link SendException} of one that failed
   */
  default CompletableFuture<Void> sendAll(String topic, List<byte[]> values) {
    List<CompletableFuture<Void>> sent = new ArrayList<>(values.size());
    for (byte[] value : values) {
      CompletableFuture<Void> one = send(topic, null, value);
      sent.add(one);
      if (one.isCompletedExceptionally()) {
        break;
      }
    }
    return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new));
  }
}
