package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

/** What ClickHouse, and the network before it, does to inserts. */
final class ClickHouseFaults {
  private static final Duration LONGER_THAN_A_REQUEST = Duration.ofMillis(2_500);

  private final FaultStack stack;

  ClickHouseFaults(FaultStack stack) {
    this.stack = stack;
  }

  List<Fault> all() {
    return List.of(
        new Fault("answers to inserts lost", this::cutOff),
        new Fault("ClickHouse: too many parts", () -> refuse(252)),
        new Fault("ClickHouse: read-only", () -> refuse(164)),
        new Fault("ClickHouse: memory limit", () -> refuse(241)),
        new Fault("ClickHouse: not enough space", () -> refuse(243)),
        new Fault(
            "ClickHouse slower than the request timeout",
            () -> meet(new FaultyProxy.Slow(LONGER_THAN_A_REQUEST), 2)),
        new Fault("ClickHouse does not answer", () -> meet(new FaultyProxy.Hang(), 2)));
  }

  private void cutOff() {
    stack.proxy().behave(new FaultyProxy.CutOff());
    Patience.await("inserts", () -> stack.proxy().cutOffInserts() >= 3);
    stack.proxy().behave(new FaultyProxy.Pass());
  }

  /** Inserts are refused until the sinks say so, and nothing was put aside for it. */
  private void refuse(int code) {
    stack.proxy().behave(new FaultyProxy.Refuse(code, "made up for a test"));
    Patience.await("the sinks say so", () -> !stack.sinksHealth().isOk());
    assertThat(stack.proxy().hits()).isPositive();
    stack.proxy().behave(new FaultyProxy.Pass());
  }

  /** The proxy behaves like this until enough requests have met it. */
  private void meet(FaultyProxy.Behaviour behaviour, int hits) {
    stack.proxy().behave(behaviour);
    Patience.await(behaviour.toString(), () -> stack.proxy().hits() >= hits);
    stack.proxy().behave(new FaultyProxy.Pass());
  }
}
