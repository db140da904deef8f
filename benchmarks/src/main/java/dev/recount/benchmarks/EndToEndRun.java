package dev.recount.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One load on one running pipeline, until all of its rows can be asked for. */
final class EndToEndRun {
  private static final long POLL_MILLIS = 250;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
  private static final int SECONDS_OF_REST = 3;

  /** Processor time that the processes take at rest, with room to spare, in milliseconds. */
  private static final long RESTING_MILLIS_A_SECOND = 500;

  private final UpProcess up;
  private final @Nullable Load warmUp;
  private final Load load;
  private final @Nullable Load giant;
  private final int connections;
  private final int rate;
  private final int giantRate;
  private final long quietMillis;
  private final Tables tables;
  private final List<long[]> progress = new ArrayList<>();

  /**
   * @param warmUp sent before the clock starts; only counted among the rows
   * @param giant sent beside the load
   * @param rate spans a second of the load; 0 for as fast as it is taken
   */
  EndToEndRun(
      UpProcess up,
      @Nullable Load warmUp,
      Load load,
      @Nullable Load giant,
      int connections,
      int rate,
      int giantRate,
      long quietMillis) {
    this.up = up;
    this.warmUp = warmUp;
    this.load = load;
    this.giant = giant;
    this.connections = connections;
    this.rate = rate;
    this.giantRate = giantRate;
    this.quietMillis = quietMillis;
    this.tables = new Tables(up.clickHouse());
  }

  /** Figures by what they are, in order. */
  Map<String, Object> measure(Load.Senders door) throws Exception {
    List<ProcessUsage> processes = new ArrayList<>(up.processes());
    processes.add(ProcessUsage.ofThisProcess("load generator"));
    if (warmUp != null) {
      warmUp.send(door, connections, 0, (export, nanos) -> {});
      while (tables.settledTraces() < traces(warmUp)) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
      awaitRest();
    }
    Map<Long, Long> cpuBefore = new LinkedHashMap<>();
    processes.forEach(process -> cpuBefore.put(process.pid(), process.cpuMillis()));
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("ready after, seconds", rounded(up.startSeconds()));
    for (ProcessUsage process : processes) {
      figures.put(process.name() + ": MB resident before", process.residentBytes() >> 20);
    }
    LatencyProbe probe = rate > 0 ? new LatencyProbe(tables) : null;
    long began = System.nanoTime();
    CompletableFuture<Double> sending = CompletableFuture.supplyAsync(() -> send(door, probe));
    CompletableFuture<Double> sendingGiant =
        giant == null
            ? CompletableFuture.completedFuture(0.0)
            : CompletableFuture.supplyAsync(() -> sendGiant(door, giant));
    boolean complete = awaitRows(sending, sendingGiant);
    double seconds = (progress.get(progress.size() - 1)[0] - began) / 1e9;
    if (probe != null) {
      probe.close();
    }
    double sendingSeconds = sending.join();
    figures.put("spans sent", measuredSpans());
    figures.put("bytes a span", load.bytes() / load.spans());
    figures.put("sending took, seconds", rounded(sendingSeconds));
    figures.put("sent, spans a second", Math.round(load.spans() / sendingSeconds));
    figures.put("all rows queryable after, seconds", rounded(seconds));
    figures.put(
        "from first send to last row, spans a second", Math.round(measuredSpans() / seconds));
    figures.put("between first and last tenth, spans a second", Math.round(Rates.middle(progress)));
    if (probe != null) {
      figures.put("latency beyond the quiet time: traces followed", probe.samples());
      for (double percent : new double[] {50, 95, 99, 100}) {
        figures.put(
            "latency beyond the quiet time, ms: p" + Math.round(percent),
            probe.percentile(percent, quietMillis));
      }
    }
    for (ProcessUsage process : processes) {
      long cpu = process.cpuMillis() - cpuBefore.getOrDefault(process.pid(), 0L);
      figures.put(process.name() + ": MB resident at peak", process.peakBytes() >> 20);
      figures.put(process.name() + ": CPU seconds", rounded(cpu / 1e3));
    }
    boolean whole = complete & compare(figures);
    figures.put("whole", whole);
    return figures;
  }

  /**
   * Waits until nothing is left of warming up: aliases, verdicts and alerts are still read when all
   * traces have settled, and classes compiled.
   */
  private void awaitRest() throws InterruptedException {
    long begin = System.nanoTime();
    long busy = Long.MAX_VALUE;
    while (busy > SECONDS_OF_REST * RESTING_MILLIS_A_SECOND
        && System.nanoTime() - begin < PATIENCE_NANOS) {
      long before = cpuMillis();
      TimeUnit.SECONDS.sleep(SECONDS_OF_REST);
      busy = cpuMillis() - before;
    }
  }

  private long cpuMillis() {
    return up.processes().stream().mapToLong(ProcessUsage::cpuMillis).sum();
  }

  private double send(Load.Senders door, @Nullable LatencyProbe probe) {
    try {
      return load.send(
          door,
          connections,
          rate,
          (export, nanos) -> {
            if (probe != null) {
              probe.sending(export, nanos);
            }
          });
    } catch (Exception failed) {
      throw new CompletionException(failed);
    }
  }

  private double sendGiant(Load.Senders door, Load trace) {
    try {
      return trace.send(door, 1, giantRate, (export, nanos) -> {});
    } catch (Exception failed) {
      throw new CompletionException(failed);
    }
  }

  /** Whether everything came; gives up when nothing new has come for long. */
  private boolean awaitRows(CompletableFuture<Double> sending, CompletableFuture<Double> giantToo)
      throws IOException, InterruptedException {
    long lastNews = System.nanoTime();
    long rows = -1;
    while (true) {
      long written = tables.written("spans");
      long now = System.nanoTime();
      if (written != rows) {
        rows = written;
        lastNews = now;
        progress.add(new long[] {now, written});
      }
      if (sending.isDone() && giantToo.isDone() && written >= spans() && allSettled()) {
        progress.add(new long[] {System.nanoTime(), written});
        return true;
      }
      if (now - lastNews > PATIENCE_NANOS) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private boolean allSettled() throws IOException, InterruptedException {
    return tables.settledTraces() == traces()
        && tables.latest("spans") == spans()
        && (giant != null || tables.latest("decisions") == decisions());
  }

  private long measuredSpans() {
    return load.spans() + (giant == null ? 0 : giant.spans());
  }

  private long spans() {
    return measuredSpans() + (warmUp == null ? 0 : warmUp.spans());
  }

  private static long traces(Load load) {
    return load.spans() / AgentTraces.SPANS_PER_RUN;
  }

  /** Traces of ordinary length, warming up included. */
  private long ordinaryTraces() {
    return traces(load) + (warmUp == null ? 0 : traces(warmUp));
  }

  private long traces() {
    return ordinaryTraces() + (giant == null ? 0 : 1);
  }

  private long decisions() {
    return ordinaryTraces() * AgentTraces.DECISIONS_PER_RUN;
  }

  private boolean compare(Map<String, Object> figures) throws IOException, InterruptedException {
    boolean whole = compare(figures, "traces settled", tables.settledTraces(), traces());
    whole &= compare(figures, "spans", tables.latest("spans"), spans());
    if (giant == null) {
      // Of a giant trace no more are folded than the cap says.
      whole &= compare(figures, "decisions", tables.latest("decisions"), decisions());
    }
    whole &= compare(figures, "spans doubled", tables.doubled("spans", "span_id"), 0);
    whole &= compare(figures, "decisions doubled", tables.doubled("decisions", "decision_id"), 0);
    return whole;
  }

  private static boolean compare(
      Map<String, Object> figures, String what, long found, long expected) {
    figures.put("rows: " + what, found + (found == expected ? "" : ", not " + expected));
    return found == expected;
  }

  private static String rounded(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
