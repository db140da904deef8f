package dev.recount.schemas.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlNodeTest {
  private static final List<String> KNOWN = List.of("rules", "readmission", "unretained");

  private static void readMapping(String text) {
    YamlNode.read("some.yaml", text).mapping("the file", KNOWN);
  }

  @Test
  void entriesKeepTheirOrder() {
    Map<String, YamlNode> entries =
        YamlNode.read("some.yaml", "rules: [a, b]\nreadmission: off\n").mapping("the file", KNOWN);
    assertThat(entries.keySet()).containsExactly("rules", "readmission");
    assertThat(entries)
        .hasEntrySatisfying("rules", rules -> assertThat(rules.isSequence()).isTrue());
    assertThat(entries)
        .hasEntrySatisfying("readmission", value -> assertThat(value.bool("x")).isFalse());
  }

  @Test
  void anUnknownKeyIsRefusedWithItsPlaceAndTheOneThatWasMeant() {
    assertThatThrownBy(() -> readMapping("rules: []\n  \nreadmision: {}\n"))
        .isInstanceOf(YamlException.class)
        .hasMessage(
            "some.yaml line 3 column 1: unknown key 'readmision' in the file;"
                + " did you mean 'readmission'?");
  }

  @Test
  void whereNothingIsNearAllThatIsKnownIsListed() {
    assertThatThrownBy(() -> readMapping("policies: []"))
        .hasMessageContaining("use one of readmission, rules, unretained");
  }

  @Test
  void whatIsNoYamlIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> readMapping("rules: [a\nreadmission: b\n"))
        .isInstanceOf(YamlException.class)
        .hasMessageStartingWith("some.yaml line 2 column")
        .hasMessageContaining("this is not YAML");
  }

  @Test
  void anAliasMayNotContainItself() {
    assertThatThrownBy(() -> readMapping("rules:\n  - &a {not: *a}\n"))
        .isInstanceOf(YamlException.class)
        .hasMessageContaining("some.yaml line 2 column")
        .hasMessageContaining("contains itself");
  }

  @Test
  void aliasesThatMultiplyAreRefused() {
    StringBuilder bomb = new StringBuilder("rules:\n  - &l0 [x]\n");
    for (int level = 1; level <= 22; level++) {
      bomb.append("  - &l%d [*l%d, *l%d]\n".formatted(level, level - 1, level - 1));
    }
    assertThatThrownBy(() -> readMapping(bomb.toString()))
        .isInstanceOf(YamlException.class)
        .hasMessageContaining("aliases");
  }

  @Test
  void anAliasStandsForWhatItNames() {
    Map<String, YamlNode> entries =
        YamlNode.read("some.yaml", "rules: &r [a]\nreadmission: *r\n").mapping("the file", KNOWN);
    assertThat(entries.values())
        .hasSize(2)
        .allSatisfy(list -> assertThat(list.isSequence()).isTrue());
  }

  @Test
  void aKeyThatIsThereTwiceIsRefused() {
    assertThatThrownBy(() -> readMapping("rules: a\nrules: b\n"))
        .hasMessageContaining("line 2 column 1: 'rules' is there twice");
  }

  @Test
  void anEmptyFileIsRefused() {
    assertThatThrownBy(() -> readMapping("# nothing\n")).hasMessageContaining("is empty");
  }

  @Test
  void charactersThatYamlForbidsAreRefused() {
    assertThatThrownBy(() -> readMapping("rules: \u0001"))
        .isInstanceOf(YamlException.class)
        .hasMessageContaining("this is not YAML");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "500ms | PT0.5S",
        "30s | PT30S",
        "10m | PT10M",
        "2h | PT2H",
        "1d | PT24H",
      })
  void aDurationNeedsAUnit(String text, Duration duration) {
    assertThat(YamlNode.read("some.yaml", text).duration("a window")).isEqualTo(duration);
  }

  @Test
  void whatIsNotWhatItMustBeIsRefusedWithItsPlace() {
    YamlNode value = YamlNode.read("some.yaml", "\n  many");
    assertThatThrownBy(() -> value.number("a share"))
        .hasMessage("some.yaml line 2 column 3: 'many' is no number; write a share as in 0.25");
    assertThatThrownBy(() -> value.wholeNumber("a count", 1, 9))
        .hasMessageStartingWith("some.yaml line 2 column 3: 'many' does not do for a count");
    assertThatThrownBy(() -> value.duration("a window"))
        .hasMessageStartingWith("some.yaml line 2 column 3: 'many' is no duration");
    assertThatThrownBy(() -> value.bool("a switch"))
        .hasMessageStartingWith("some.yaml line 2 column 3: 'many' is neither true nor false");
    assertThatThrownBy(() -> value.sequence("the list"))
        .hasMessageStartingWith("some.yaml line 2 column 3: the list must be a list");
    assertThatThrownBy(() -> value.mapping("the file"))
        .hasMessageStartingWith("some.yaml line 2 column 3: the file must be a mapping");
  }

  @Test
  void aValueKnowsItsKey() {
    YamlNode value = YamlNode.read("some.yaml", "a: 1\nb: 2").mapping("the file").get("b");
    assertThat(value).isNotNull();
    assertThat(value.key().text("a key")).isEqualTo("b");
    assertThat(value.key().error("x", "y")).hasMessage("some.yaml line 2 column 1: x; y");
  }
}
