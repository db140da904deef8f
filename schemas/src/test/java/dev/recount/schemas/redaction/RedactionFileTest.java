package dev.recount.schemas.redaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionFileTest {
  private static final byte[] KEY = "sixteen bytes ok".getBytes(StandardCharsets.UTF_8);

  private static Redaction read(String yaml) {
    return RedactionFile.read("redaction.yaml", yaml, KEY);
  }

  @Test
  void theExampleOfTheDocumentationIsRead() {
    Redaction redaction =
        read(
            """
            detectors: [email, card, phone, keys]
            patterns:
              - name: order_id
                pattern: 'ORD-[0-9]{8}'
            fields:
              resources: off
            except: ["service.*"]
            """);
    assertThat(redaction.isActive()).isTrue();
    assertThat(redaction.text(RedactedField.LOGS, "ORD-12345678")).startsWith("[order_id:");
    assertThat(redaction.text(RedactedField.RESOURCES, "ORD-12345678")).isEqualTo("ORD-12345678");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "detectors: [email, e-mail] | 1 | unknown detector 'e-mail' | use one of private_key",
        "detectors: email | 1 | must be a list | write '- item' lines",
        "detectors: [email]\\nfeilds: {logs: off} | 2 | unknown key 'feilds' | did you mean 'fields'",
        "detectors: [email]\\nfields:\\n  log: off | 3 | unknown key 'log' | did you mean 'logs'",
        "detectors: [email]\\nfields:\\n  logs: maybe | 3 | 'maybe' is neither | on or off",
        "patterns:\\n- name: a\\n  pattern: '(?=x)' | 3 | cannot be used | RE2's syntax",
        "patterns:\\n- name: a\\n  pattern: 'x*' | 3 | it matches the empty text | RE2's",
        "patterns:\\n- name: A-b\\n  pattern: x | 2 | no name for a pattern | lower-case",
        "patterns:\\n- name: email\\n  pattern: x | 2 | taken already | another name",
        "patterns:\\n- pattern: x | 2 | needs a name | give both",
        "except: ['a'] | 1 | nothing to look for | add 'detectors",
        "detectors: [email]\\ndetectors: [card] | 2 | there twice | keep one",
        "detectors: [email | 1 | not YAML | expected"
      })
  void whatCannotBeFollowedIsNamedByItsPlaceWithARemedy(
      String yaml, int line, String what, String remedy) {
    assertThatThrownBy(() -> read(yaml.replace("\\n", "\n")))
        .isInstanceOf(RedactionException.class)
        .hasMessageMatching("redaction\\.yaml line " + line + " column [1-9][0-9]*: (?s:.*)")
        .hasMessageContaining(what)
        .hasMessageContaining(remedy);
  }

  @Test
  void anEmptyFileAndAShortKeyAreRefused() {
    assertThatThrownBy(() -> read("# nothing\n")).hasMessageContaining("is empty");
    assertThatThrownBy(
            () ->
                RedactionFile.read(
                    "f", "detectors: [all]", "short".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("has 5 bytes")
        .hasMessageNotContaining("short:");
  }
}
