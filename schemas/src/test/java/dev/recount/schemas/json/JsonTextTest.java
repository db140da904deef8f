package dev.recount.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
  /** Shouts, and turns sevens into words. */
  private static final JsonText.Replacer SHOUTING =
      new JsonText.Replacer() {
        @Override
        public String string(String value) {
          return value.equals("quiet") ? value : value.toUpperCase(Locale.ROOT);
        }

        @Override
        public String key(String name) {
          return name.equals("k") ? "K\n" : name;
        }

        @Override
        public @Nullable String number(String literal) {
          return literal.equals("7") ? "\"seven\"" : null;
        }
      };

  @Test
  void whatIsReplacedStaysJsonAndTheRestKeepsItsBytes() {
    String json =
        " { \"a\" : [1.50, 7,-7e0, \"x\\u0040\\\"y\", \"quiet\" ],\n\"k\":{\"a\":null,\"a\":true}} ";
    assertThat(JsonText.replace(json, SHOUTING))
        .hasValue(
            " { \"a\" : [1.50, \"\\\"seven\\\"\",-7e0, \"X@\\\"Y\", \"quiet\" ],\n"
                + "\"K\\n\":{\"a\":null,\"a\":true}} ");
  }

  @Test
  void whatNeedsNoChangeIsTheSameObject() {
    String json = "{\"a\":[\"quiet\",1]}";
    assertThat(JsonText.replace(json, SHOUTING).orElseThrow()).isSameAs(json);
  }

  @Test
  void longTextsAreReplacedInPlace() {
    String json = "[" + "\"quiet\",  ".repeat(20_000) + "\"é𝄞 loud\",7]";
    assertThat(JsonText.replace(json, SHOUTING).orElseThrow())
        .isEqualTo(json.replace("é𝄞 loud", "É𝄞 LOUD").replace(",7]", ",\"\\\"seven\\\"\"]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text",
        "\"a\"",
        "7",
        "{",
        "[7",
        "{\"a\":1} x",
        "[1][2]",
        "[a@b.com]",
        "{'a':1}"
      })
  void whatIsNoObjectOrArrayIsNot(String text) {
    assertThat(JsonText.replace(text, SHOUTING)).isEmpty();
  }

  @Test
  void whatIsNestedTooDeeplyIsNotJson() {
    assertThat(JsonText.replace("[".repeat(100_000) + "]".repeat(100_000), SHOUTING)).isEmpty();
  }
}
