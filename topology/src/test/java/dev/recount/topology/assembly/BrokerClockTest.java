package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** An idle partition is looked after by the broker's clock, whatever the machine's shows. */
class BrokerClockTest extends AssemblerTestBase {
  private static final long HOUR = 3_600_000;

  /** Longer than the quiet time of a trace whose root has ended. */
  private static final long SETTLED = 11_000;

  @Test
  void aMachineWhoseClockIsBehindAsksForTheTickInTime() {
    harness.behind = HOUR;
    run();
    harness.jump(SETTLED);
    harness.lookAfter();
    assertThat(harness.ticks).isEqualTo(1);
  }

  @Test
  void nothingIsAskedForBeforeItIsDue() {
    harness.behind = HOUR;
    run();
    harness.jump(SETTLED / 2);
    harness.lookAfter();
    assertThat(harness.ticks).isZero();
  }

  @Test
  void theNextEntryShowsThatAClockWasSetRight() {
    harness.behind = HOUR;
    run();
    harness.behind = 0;
    span(T2, 2, 0, false, "gen_ai.operation.name", "invoke_agent");
    harness.jump(SETTLED / 2);
    harness.lookAfter();
    assertThat(harness.ticks).isZero();
    harness.jump(SETTLED / 2 + 1);
    harness.lookAfter();
    assertThat(harness.ticks).isEqualTo(1);
  }

  @Test
  void anEntryThatHasWaitedTellsNothingOfClocks() {
    BrokerClock clock = new BrokerClock();
    clock.observe(HOUR, 0);
    clock.observe(HOUR, 2 * HOUR);
    assertThat(clock.at(0)).isEqualTo(HOUR);
  }
}
