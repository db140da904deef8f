package dev.recount.cli.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ForbearingRegistryTest {
  @Test
  void aCounterThatIsNegativeSpoilsNothing() {
    AtomicLong nanoseconds = new AtomicLong(-2_330_063_496_368L);
    ForbearingRegistry registry = new ForbearingRegistry();
    FunctionCounter.builder("kafka.txn.commit.time.ns.total", nanoseconds, AtomicLong::get)
        .register(registry);
    Gauge.builder("kafka.offset", () -> -1).register(registry);
    assertThat(registry.scrape())
        .contains("kafka_txn_commit_time_ns_total 0.0", "kafka_offset -1.0");
    nanoseconds.set(7);
    assertThat(registry.scrape()).contains("kafka_txn_commit_time_ns_total 7.0");
    registry.close();
  }
}
