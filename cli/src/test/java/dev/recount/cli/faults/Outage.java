package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

/** ClickHouse is away for longer than every timeout, and memory stays flat. */
final class Outage {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final FaultStack stack;
  private double sinksMegabytes;
  private double topologyMegabytes;
  private long lag;

  Outage(FaultStack stack) {
    this.stack = stack;
  }

  /** Lasts as long as it is told to; only lag grows. */
  void happen(Duration lasts) {
    happen(lasts, () -> {});
  }

  /**
   * Likewise.
   *
   * @param meanwhile what is done every second
   */
  void happen(Duration lasts, Runnable meanwhile) {
    long sinks = stack.sinks().processId();
    long topology = stack.topology().processId();
    // Whoever is asked for the first time takes his time.
    Patience.await(
        "figures of the sinks", () -> stack.sinksMetrics().isOk(), () -> stack.sinksEvidence());
    Patience.await(
        "figures of the topology",
        () -> stack.topologyMetrics().isOk(),
        () -> stack.topologyEvidence());
    stack.proxy().behave(new FaultyProxy.Down());
    long began = System.nanoTime();
    while (System.nanoTime() - began < lasts.toNanos()) {
      ProcessFaults.pass(LOOK);
      meanwhile.run();
      sinksMegabytes = Math.max(sinksMegabytes, stack.sinksMetrics().heapMegabytes());
      topologyMegabytes = Math.max(topologyMegabytes, stack.topologyMetrics().heapMegabytes());
      lag = Math.max(lag, stack.progress().unwritten());
    }
    assertThat(stack.sinksHealth().isOk()).as(stack.sinksHealth().body()).isFalse();
    assertThat(lag).as("lag").isPositive();
    assertThat(sinksMegabytes).as("heap of the sinks").isPositive();
    assertThat(topologyMegabytes).as("heap of the topology").isPositive();
    assertThat(stack.sinks().isAlive() && stack.topology().isAlive()).isTrue();
    assertThat(stack.sinks().processId()).isEqualTo(sinks);
    assertThat(stack.topology().processId()).isEqualTo(topology);
    stack.proxy().behave(new FaultyProxy.Pass());
  }

  /** What was seen, in a line. */
  String report() {
    return String.format(
        "heap at most %.0f MB in the sinks, %.0f MB in the topology, of %s each; lag up to %d records",
        sinksMegabytes, topologyMegabytes, FaultStack.HEAP, lag);
  }
}
