package dev.recount.sinks.clickhouse.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimestampsTest {
  @Test
  void ordinaryTimesKeepTheirPrecision() {
    Instant time = Instant.parse("2026-11-03T10:11:12.123456Z");
    assertThat(Timestamps.millis(time)).isEqualTo(1_793_700_672_123L);
    assertThat(Timestamps.micros(time)).isEqualTo(1_793_700_672_123_456L);
    assertThat(Timestamps.keyMillis(time)).isEqualTo(1_793_700_672_123L);
    assertThat(Timestamps.nanos(1_793_700_672_123_456_789L)).isEqualTo(1_793_700_672_123_456_789L);
  }

  @Test
  void timesBeyondTheRangeOfAColumnMoveToItsEnd() {
    Instant late = Instant.parse("2300-01-01T00:00:00Z");
    assertThat(Timestamps.micros(late))
        .isEqualTo(Timestamps.micros(Instant.parse("2299-12-31T23:59:59.999999Z")));
    assertThat(Timestamps.micros(Instant.MAX)).isEqualTo(Timestamps.micros(late));
    assertThat(Timestamps.micros(Instant.parse("1969-12-31T23:59:59.999999Z"))).isZero();
    assertThat(Timestamps.micros(Instant.MIN)).isZero();
    assertThat(Timestamps.keyMillis(late))
        .isEqualTo(Instant.parse("2099-12-31T23:59:59.999Z").toEpochMilli());
  }

  @Test
  void nanosecondsPast2262LookNegativeAndAreLate() {
    assertThat(Timestamps.nanos(-1)).isEqualTo(Long.MAX_VALUE);
    assertThat(Timestamps.nanos(0)).isZero();
  }
}
