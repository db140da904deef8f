package dev.recount.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Time from a trace's last span being sent to the first query that finds its settled row. Asks for
 * the traces of a sample that have not been found yet, again and again, so that a figure is too
 * high by one pause and the query's own time at most.
 */
final class LatencyProbe implements AutoCloseable {
  /** Asking more often would take a share of the machine that is missed by what is measured. */
  private static final long PAUSE_MILLIS = 100;

  private static final int MOST_OUTSTANDING = 400;

  private final Tables tables;
  private final ConcurrentLinkedQueue<Sample> sent = new ConcurrentLinkedQueue<>();
  private final Map<String, Long> outstanding = new HashMap<>();
  private final Histogram millis = new Histogram(3);
  private final Thread thread;
  private volatile boolean stopped;

  private record Sample(String traceId, long nanos) {}

  LatencyProbe(Tables tables) {
    this.tables = tables;
    thread = new Thread(this::run, "latency-probe");
    thread.setDaemon(true);
    thread.start();
  }

  /** Takes note of an export: of the traces that end with it, one is followed. */
  void sending(Load.Export export, long nanos) {
    if (!export.ending().isEmpty() && sent.size() < MOST_OUTSTANDING) {
      sent.add(new Sample(export.ending().get(0), nanos));
    }
  }

  private void run() {
    try {
      while (!stopped || !outstanding.isEmpty()) {
        for (Sample sample = sent.poll(); sample != null; sample = sent.poll()) {
          outstanding.put(sample.traceId(), sample.nanos());
        }
        if (!outstanding.isEmpty()) {
          List<String> found = tables.settled(outstanding.keySet());
          long now = System.nanoTime();
          for (String traceId : found) {
            Long from = outstanding.remove(traceId);
            if (from != null) {
              millis.recordValue((now - from) / 1_000_000);
            }
          }
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (java.io.IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
  }

  /** Waits until every trace of the sample has been found. */
  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(TimeUnit.MINUTES.toMillis(1));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  long samples() {
    return millis.getTotalCount();
  }

  /** Milliseconds within which a share of the traces was found, the quiet time taken off. */
  long percentile(double percent, long quietMillis) {
    return Math.max(0, millis.getValueAtPercentile(percent) - quietMillis);
  }
}
