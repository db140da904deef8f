package dev.recount.topology.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "order found | Order found. | ok | true",
        "order found | The order was shipped | ok | -",
        "order found | no such order | error | false",
        "left: 3 | {\"left\": 3} | ok | true",
        "{\"left\": 3} | {\"left\": 3.0, \"item\": \"A1\"} | ok | true",
        "{\"left\": 3} | {\"left\": 4} | ok | false",
        "{\"left\": 3} | three are left | ok | -",
        "[1, 2] | [1,2] | ok | true",
        "[1, 2] | [2, 1] | ok | false",
        "success | anything | ok | true",
        "Success! | timeout | error | false",
        "failed | timeout | error | true",
        "the refund is rejected | window is closed | error | -",
        "order found | - | ok | -",
        "- | order found | ok | -",
        "order found | order found | unset | -"
      })
  void theExpectedIsComparedWithTheActual(
      @Nullable String expected,
      @Nullable String actual,
      Status status,
      @Nullable Boolean matched) {
    assertThat(Outcomes.matched(expected, actual, status)).isEqualTo(matched);
  }
}
