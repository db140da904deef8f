package dev.recount.topology.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceStateTest {
  @ParameterizedTest
  @CsvSource({
    "1, 0",
    "0.5, 8",
    "0.25, c",
    "0.1, e6666666666666",
    "0.05, f3333333333333",
    "0.01, fd70a3d70a3d71"
  })
  void aThresholdIsWrittenAsOpenTelemetryDefinesIt(String probability, String threshold) {
    assertThat(TraceState.encode(new Share(new BigDecimal(probability)).threshold()))
        .isEqualTo(threshold);
  }

  @Test
  void aThresholdIsPutInFrontAndWhatOthersSayIsKept() {
    TraceState before = TraceState.parse("vendor=x, ot=rv:abcdefabcdef12;th:8 ,other=y=z");
    assertThat(before.threshold()).hasValue(8L << 52);
    assertThat(before.randomness()).hasValue(0xabcdefabcdef12L);
    assertThat(before.with(0xcL << 52, OptionalLong.empty()))
        .hasToString("ot=rv:abcdefabcdef12;th:c,vendor=x,other=y=z");
    assertThat(TraceState.EMPTY.with(0, OptionalLong.of(1)))
        .hasToString("ot=th:0;rv:00000000000001");
  }

  @Test
  void whatIsMalformedCountsForNothing() {
    TraceState state = TraceState.parse("ot=th:xyz;rv:12;;:,=,x");
    assertThat(state.threshold()).isEmpty();
    assertThat(state.randomness()).isEmpty();
    assertThat(TraceState.parse(null)).isEqualTo(TraceState.EMPTY);
    assertThat(TraceState.parse(" ")).isEqualTo(TraceState.EMPTY);
  }

  @Test
  void whatDoesNotFitIsNotWritten() {
    TraceState full = TraceState.parse("ot=a:" + "x".repeat(250));
    assertThat(full.with(0, OptionalLong.empty())).isEqualTo(full);
  }

  @Test
  void theLastBitsOfARandomTraceIdDecide() {
    Randomness randomness = Randomness.of("00000000000000000100000000000001", TraceState.EMPTY);
    assertThat(randomness.value()).as("a counter is hashed").isNotEqualTo(1);
    assertThat(randomness.stated()).hasValue(randomness.value());
    Randomness last = Randomness.of("0af7651916cd43dd8448eb211c80319c", TraceState.EMPTY);
    assertThat(last.value()).isEqualTo(0x48eb211c80319cL);
    assertThat(last.stated()).isEmpty();
    TraceState given = TraceState.parse("ot=rv:00000000000007");
    assertThat(Randomness.of("0af7651916cd43dd8448eb211c80319c", given).value()).isEqualTo(7);
  }
}
