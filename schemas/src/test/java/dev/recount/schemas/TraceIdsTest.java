package dev.recount.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceIdsTest {
  @Test
  void canonicalIdsAreValid() {
    assertThat(TraceIds.isTraceId("0af7651916cd43dd8448eb211c80319c")).isTrue();
    assertThat(TraceIds.isSpanId("b7ad6b7169203331")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0af7651916cd43dd8448eb211c80319",
        "0af7651916cd43dd8448eb211c80319cc",
        "0AF7651916CD43DD8448EB211C80319C",
        "0af7651916cd43dd8448eb211c80319g",
        "00000000000000000000000000000000"
      })
  void whatIsShortLongUpperCaseForeignOrZeroIsNotATraceId(String text) {
    assertThat(TraceIds.isTraceId(text)).isFalse();
  }
}
