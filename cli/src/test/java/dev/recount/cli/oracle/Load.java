package dev.recount.cli.oracle;

import dev.recount.schemas.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Sends telemetry at an even pace from a thread of its own, and the last of it only when told. */
final class Load implements AutoCloseable {
  private static final double HELD_BACK = 0.1;

  private final CountDownLatch finish = new CountDownLatch(1);
  private final CompletableFuture<Void> sent;

  private Load(Connection connection, List<? extends Telemetry> events, Duration over) {
    this.sent =
        CompletableFuture.runAsync(
            () -> run(connection, events, over),
            task -> {
              Thread thread = new Thread(task, "load");
              thread.setDaemon(true);
              thread.start();
            });
  }

  static Load start(Connection connection, List<? extends Telemetry> events) {
    return new Load(connection, events, Duration.ofMillis(Math.max(6_000, events.size() / 3)));
  }

  private void run(Connection connection, List<? extends Telemetry> events, Duration over) {
    try (TelemetrySender sender = new TelemetrySender(connection, OracleStack.SEED)) {
      long begin = System.nanoTime();
      int free = (int) (events.size() * (1 - HELD_BACK));
      for (int i = 0; i < events.size(); i++) {
        if (i == free) {
          sender.flush();
          finish.await();
        } else if (i < free) {
          long due = begin + over.toNanos() / free * i;
          while (System.nanoTime() < due) {
            LockSupport.parkNanos(Math.max(1, due - System.nanoTime()));
          }
        }
        sender.send(events.get(i));
      }
      sender.flush();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Sends the rest and returns when Kafka has all of it. */
  void finish() {
    finish.countDown();
    sent.join();
  }

  @Override
  public void close() {
    finish.countDown();
  }
}
