package dev.recount.schemas.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class YamlFileTest {
  private static final List<String> KNOWN = List.of("rules", "readmission", "unretained");

  private static void readMapping(String text) {
    YamlFile.Opened opened = YamlFile.open("some.yaml", text);
    opened.file().mapping(opened.root(), "the file", KNOWN);
  }

  @Test
  void entriesKeepTheirOrder() {
    YamlFile.Opened opened = YamlFile.open("some.yaml", "rules: [a, b]\nreadmission: off\n");
    var entries = opened.file().mapping(opened.root(), "the file", KNOWN);
    assertThat(entries.keySet()).containsExactly("rules", "readmission");
    var readmission = entries.values().stream().skip(1).findFirst().orElseThrow();
    assertThat(opened.file().bool(readmission.value(), "x")).isFalse();
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
}
