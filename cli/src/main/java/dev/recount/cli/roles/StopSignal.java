package dev.recount.cli.roles;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C and SIGTERM as something to wait for. The second one ends the process on the spot, for
 * those who have waited long enough.
 */
public final class StopSignal implements AutoCloseable {
  private static final String[] SIGNALS = {"INT", "TERM"};
  private static final int SIGNAL_EXIT_BASE = 128;

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Map<Signal, SignalHandler> before = new ConcurrentHashMap<>();

  /** Takes over the signals of this process until it is closed. */
  public StopSignal() {
    for (String name : SIGNALS) {
      Signal signal = new Signal(name);
      before.put(signal, Signal.handle(signal, this::arrived));
    }
  }

  private void arrived(Signal signal) {
    if (stopped.getCount() == 0) {
      Runtime.getRuntime().halt(SIGNAL_EXIT_BASE + signal.getNumber());
    }
    stopped.countDown();
  }

  /** Whether a signal has come. */
  public boolean hasArrived() {
    return stopped.getCount() == 0;
  }

  /** Waits for a signal; false when none came in time. */
  public boolean await(Duration timeout) throws InterruptedException {
    return stopped.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    before.forEach(Signal::handle);
  }
}
