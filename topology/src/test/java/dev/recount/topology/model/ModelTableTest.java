package dev.recount.topology.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelTableTest {
  private static Tokens tokens(
      @Nullable Long input, @Nullable Long output, @Nullable Long read, @Nullable Long write) {
    return new Tokens(input, output, read, write, null, null);
  }

  @Test
  void everyKindOfTokenHasItsOwnPrice() {
    // 1,000,000 fresh at $3, 2,000,000 read at $0.30, 400,000 written at $3.75, 100,000 out at $15.
    Tokens tokens = tokens(3_400_000L, 100_000L, 2_000_000L, 400_000L);
    assertThat(ModelTable.standard().costNanoUsd("claude-sonnet-4-5", tokens))
        .isEqualTo(3_000_000_000L + 600_000_000L + 1_500_000_000L + 1_500_000_000L);
  }

  @Test
  void smallCostsAreExact() {
    // 7 × $0.15 and 1 × $0.60 per million: 1.65 millionths.
    assertThat(ModelTable.standard().costNanoUsd("gpt-4o-mini", tokens(7L, 1L, null, null)))
        .isEqualTo(1_650L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-4o-mini",
        "GPT-4o-mini",
        "gpt-4o-mini-2024-07-18",
        "openai/gpt-4o-mini",
        "openai/gpt-4o-mini-2024-07-18",
        "gpt-4o-mini-latest"
      })
  void aModelIsKnownWhoeverServesItAndInWhateverVersion(String name) {
    assertThat(ModelTable.standard().contextLimit(name)).isEqualTo(128_000L);
    assertThat(ModelTable.standard().costNanoUsd(name, tokens(10L, 0L, null, null)))
        .isEqualTo(1_500L);
  }

  @ParameterizedTest
  @CsvSource({
    "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "claude-3-5-sonnet-20241022",
    "claude-3-5-sonnet@20240620"
  })
  void aModelOnAnotherPlatformIsKnown(String name) {
    assertThat(ModelTable.standard().costNanoUsd(name, tokens(1L, 1L, null, null)))
        .isEqualTo(18_000L);
  }

  @Test
  void whatIsNotKnownHasNoCostRatherThanNone() {
    ModelTable models = ModelTable.standard();
    assertThat(models.costNanoUsd("gpt-4o-mini-of-our-own", tokens(1L, 1L, null, null))).isNull();
    assertThat(models.costNanoUsd(null, tokens(1L, 1L, null, null))).isNull();
    assertThat(models.costNanoUsd("gpt-4o", tokens(1L, null, null, null))).isNull();
    assertThat(models.costNanoUsd("gpt-4o", Tokens.UNKNOWN)).isNull();
    // The model has no price for what went into a cache.
    assertThat(models.costNanoUsd("gpt-4o", tokens(5L, 1L, null, 3L))).isNull();
  }

  @Test
  void hugeNumbersOverflowIntoNoCost() {
    assertThat(
            ModelTable.standard()
                .costNanoUsd("gpt-4o", tokens(Long.MAX_VALUE, Long.MAX_VALUE, null, null)))
        .isNull();
  }

  @Test
  void usersAddAndReplaceRows() {
    ModelTable models =
        ModelTable.standardWith("# ours\nour-model,1,2,,,4096\ngpt-4o,0.000001,1,,,\n");
    assertThat(models.contextLimit("our-model")).isEqualTo(4096L);
    assertThat(models.costNanoUsd("our-model", tokens(1_000_000L, 0L, null, null)))
        .isEqualTo(1_000_000_000L);
    assertThat(models.costNanoUsd("gpt-4o", tokens(2_000_000L, 0L, null, null))).isEqualTo(2_000L);
    assertThat(models.contextLimit("gpt-4o-mini")).isEqualTo(128_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt,1,2", "gpt,a,2,,,", "gpt,-1,2,,,", "gpt,0.0000001,2,,,", ",1,2,,,"})
  void malformedRowsAreRefusedByTheirLine(String row) {
    assertThatThrownBy(() -> ModelTable.standardWith("# a remark\n" + row))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Line 2");
  }
}
