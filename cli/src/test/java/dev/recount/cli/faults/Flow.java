package dev.recount.cli.faults;

import dev.recount.cli.oracle.Telemetry;
import dev.recount.cli.oracle.TelemetrySender;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Sends telemetry from a thread of its own, a share at a time: faults take as long as they take,
 * and each is to happen while something flows.
 */
final class Flow implements AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(5);

  private final List<? extends Telemetry> events;
  private final CompletableFuture<Void> end;
  private volatile Share share = new Share(0, 0, 0);
  private final AtomicInteger sent = new AtomicInteger();
  private volatile boolean closed;

  /** Events from one to another, evenly over a time. */
  private record Share(int from, int to, long nanos) {}

  private Flow(Supplier<TelemetrySender> sender, List<? extends Telemetry> events) {
    this.events = events;
    this.end =
        CompletableFuture.runAsync(
            () -> run(sender),
            task -> {
              Thread thread = new Thread(task, "flow");
              thread.setDaemon(true);
              thread.start();
            });
  }

  /**
   * Begins to send as soon as there is a share.
   *
   * @param sender opens what sends
   */
  static Flow start(Supplier<TelemetrySender> sender, List<? extends Telemetry> events) {
    return new Flow(sender, events);
  }

  /** Sends a further share of the events, given as how many there are, over a time. */
  void send(int shares, Duration over) {
    awaitShare();
    sendNext((events.size() + shares - 1) / shares, over);
  }

  /** Sends so many further events, once those before are sent. */
  void sendNext(int count) {
    awaitShare();
    sendNext(count, Duration.ZERO);
  }

  private void sendNext(int count, Duration over) {
    int from = sent.get();
    share = new Share(from, Math.min(events.size(), from + count), over.toNanos());
  }

  /** Waits until the present share is sent. */
  void awaitShare() {
    Patience.await("what is to be sent is sent", () -> end.isDone() || sent.get() >= share.to());
    if (end.isCompletedExceptionally()) {
      end.join();
    }
  }

  /** Events that have been sent so far. */
  int sent() {
    return sent.get();
  }

  private void run(Supplier<TelemetrySender> open) {
    try (TelemetrySender sender = open.get()) {
      Share last = share;
      long begin = System.nanoTime();
      for (int next = 0; !closed && next < events.size(); ) {
        Share now = share;
        if (!now.equals(last)) {
          last = now;
          begin = System.nanoTime();
        }
        long due = begin + now.nanos() / Math.max(1, now.to() - now.from()) * (next - now.from());
        if (next < now.to() && System.nanoTime() >= due) {
          sender.send(events.get(next));
          next++;
          if (next == now.to()) {
            sender.flush();
          }
          sent.set(next);
        } else {
          LockSupport.parkNanos(LOOK.toNanos());
        }
      }
      sender.flush();
    }
  }

  /** Sends the rest at once, and returns when Kafka has all of it. */
  void finish() {
    send(1, Duration.ZERO);
    end.join();
  }

  /** Sends no more once the present share is sent, and returns when Kafka has it. */
  void stop() {
    awaitShare();
    closed = true;
    end.join();
  }

  @Override
  public void close() {
    closed = true;
  }
}
