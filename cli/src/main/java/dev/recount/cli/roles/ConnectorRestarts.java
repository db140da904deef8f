package dev.recount.cli.roles;

import dev.recount.local.connect.ConnectorStatus;
import dev.recount.local.process.StackException;
import dev.recount.sinks.clickhouse.delivery.BackOff;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts connectors again that have failed, and tasks of theirs. Connect leaves them as they are
 * until somebody comes; what made them fail has often passed by then, such as a disk that was full
 * or a right that was missing. Nothing is lost meanwhile: they go on where they had committed.
 *
 * <p>Each waits longer after each failure in a row, a minute at most, and may fail for ever.
 */
final class ConnectorRestarts implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConnectorRestarts.class);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** What runs for as long has recovered: its next failure is a first one. */
  private static final Duration STEADY = Duration.ofMinutes(2);

  private final Map<String, Attempts> attempts = new LinkedHashMap<>();
  private final Function<String, Optional<ConnectorStatus>> status;
  private final Consumer<String> restart;
  private final CountDownLatch closed = new CountDownLatch(1);

  ConnectorRestarts(
      List<String> connectors,
      Function<String, Optional<ConnectorStatus>> status,
      Consumer<String> restart,
      LongSupplier nanoClock) {
    this.status = status;
    this.restart = restart;
    connectors.forEach(connector -> attempts.put(connector, new Attempts(nanoClock)));
  }

  /**
   * Watches connectors from a thread of its own.
   *
   * @param status how one is, by name
   * @param restart starts what has failed of one again
   */
  static ConnectorRestarts start(
      List<String> connectors,
      Function<String, Optional<ConnectorStatus>> status,
      Consumer<String> restart) {
    ConnectorRestarts restarts =
        new ConnectorRestarts(connectors, status, restart, System::nanoTime);
    Thread watch = new Thread(restarts::watch, "connector-restarts");
    watch.setDaemon(true);
    watch.start();
    return restarts;
  }

  private void watch() {
    try {
      while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks at every connector once. */
  void look() {
    attempts.forEach(
        (connector, of) -> {
          try {
            status.apply(connector).ifPresent(found -> look(connector, found, of));
          } catch (StackException away) {
            log.debug("{} does not say how it is", connector, away);
          } catch (RuntimeException unforeseen) {
            // The watch goes on: without it what has failed would stay so until somebody comes.
            log.warn("{} could not be looked at, and is in half a second", connector, unforeseen);
          }
        });
  }

  private void look(String connector, ConnectorStatus found, Attempts of) {
    if (found.isRunning()) {
      of.runs();
    } else if (found.isFailed()) {
      if (of.fails()) {
        log.warn(
            "{} has failed and is started again in {} s: {}",
            connector,
            of.seconds(),
            found.reason());
      }
      if (of.isDue()) {
        of.restarted();
        restart.accept(connector);
      }
    }
  }

  /** When a failed connector is started again, as the end of a sentence; empty if it is not. */
  String outlook(String connector) {
    Attempts of = attempts.get(connector);
    return of == null ? "" : of.outlook();
  }

  @Override
  public void close() {
    closed.countDown();
  }

  /** What has been tried for one connector. */
  private static final class Attempts {
    private final LongSupplier nanoClock;
    private final BackOff backOff;
    private boolean waiting;
    private long restartedAt;

    Attempts(LongSupplier nanoClock) {
      this.nanoClock = nanoClock;
      this.backOff = new BackOff(FIRST_WAIT, LONGEST_WAIT, nanoClock);
    }

    /** Notes that it has failed, and says whether that is news. */
    synchronized boolean fails() {
      boolean news = !waiting;
      if (news) {
        waiting = true;
        backOff.failed();
      }
      return news;
    }

    synchronized boolean isDue() {
      return waiting && backOff.isReady();
    }

    synchronized void restarted() {
      waiting = false;
      restartedAt = nanoClock.getAsLong();
    }

    synchronized void runs() {
      if (nanoClock.getAsLong() - restartedAt > STEADY.toNanos()) {
        backOff.succeeded();
      }
      waiting = false;
    }

    synchronized long seconds() {
      return (backOff.remaining().toMillis() + 999) / 1_000;
    }

    synchronized String outlook() {
      return waiting
          ? "; failed " + backOff.failures() + " times, started again in " + seconds() + " s"
          : "";
    }
  }
}
