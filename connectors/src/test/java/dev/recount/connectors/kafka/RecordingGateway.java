package dev.recount.connectors.kafka;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A gateway that keeps what it is sent and acknowledges, fails or stays silent as told. */
public final class RecordingGateway implements KafkaGateway {
  /** What was sent. */
  public record Sent(String topic, byte @Nullable [] key, byte[] value) {}

  private final List<Sent> sent = new CopyOnWriteArrayList<>();
  private final List<CompletableFuture<Void>> waiting = new CopyOnWriteArrayList<>();
  private volatile @Nullable SendException failure;
  private volatile boolean silent;

  @Override
  public CompletableFuture<Void> send(String topic, byte @Nullable [] key, byte[] value) {
    SendException failing = failure;
    if (failing != null) {
      return CompletableFuture.failedFuture(failing);
    }
    sent.add(new Sent(topic, key, value));
    if (silent) {
      CompletableFuture<Void> acknowledgement = new CompletableFuture<>();
      waiting.add(acknowledgement);
      return acknowledgement;
    }
    return CompletableFuture.completedFuture(null);
  }

  /** Fails every send from now on. */
  public void failWith(SendException exception) {
    failure = exception;
  }

  /** Keeps acknowledgements back from now on. */
  public void keepSilent() {
    silent = true;
  }

  /** Gives the acknowledgements that were kept back. */
  public void acknowledge() {
    waiting.forEach(acknowledgement -> acknowledgement.complete(null));
  }

  /** Forgets everything and acknowledges again. */
  public void reset() {
    failure = null;
    silent = false;
    sent.clear();
    waiting.clear();
  }

  /** What was sent, in order. */
  public List<Sent> sent() {
    return sent;
  }

  /** Values sent to a topic, in order. */
  public List<byte[]> values(String topic) {
    return sent.stream().filter(one -> one.topic().equals(topic)).map(Sent::value).toList();
  }
}
