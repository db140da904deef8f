package dev.recount.schemas.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private static final byte[] KEY =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
  private static final String PSEUDONYM = "\\[%s:[0-9a-f]{20}]";

  private static final Redaction ALL = redaction("detectors: [all]");

  private static Redaction redaction(String yaml) {
    return RedactionFile.read("redaction.yaml", yaml, KEY);
  }

  private static String redact(String text) {
    return redact(ALL, text);
  }

  private static String redact(Redaction redaction, String text) {
    return redaction.text(RedactedField.MESSAGES, text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "email | ada.lovelace+test@mail.example.co.uk",
        "email | O'Brien@example.com",
        "card | 4111111111111111",
        "card | 4111 1111 1111 1111",
        "card | 5500-0055-5555-5559",
        "card | 378282246310005",
        "phone | +44 20 7946 0958",
        "phone | +491701234567",
        "phone | (415) 555-0134",
        "phone | 415-555-0134",
        "aws_key | AKIAIOSFODNN7EXAMPLE",
        "github_token | ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "gitlab_token | glpat-abcdefghij0123456789",
        "anthropic_key | sk-ant-api03-abcdefghijklmnop_QRST-uv",
        "openai_key | sk-proj-abcdefghijklmnop0123456789",
        "slack_token | xoxb-123456789012-abcdefABCDEF",
        "google_key | AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "stripe_key | sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "jwt | eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
        "langsmith_key | lsv2_pt_0123456789abcdef0123456789abcdef_0123456789",
        "npm_token | npm_0123456789abcdefghijABCDEFGHIJ012345",
        "huggingface_token | hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"
      })
  void whatHasAWellKnownShapeGivesWayToAPseudonymOfItsType(String type, String secret) {
    for (String around : List.of("%s", "say %s, twice", "<%s>", "\"%s\"", "k=%s;")) {
      String redacted = redact(around.formatted(secret));
      assertThat(redacted)
          .matches(
              java.util.regex.Pattern.quote(around)
                  .replace("%s", "\\E" + PSEUDONYM.formatted(type) + "\\Q"));
      assertThat(redact(redacted)).isEqualTo(redacted);
    }
  }

  @Test
  void aPrivateKeyGoesWithItsHeaders() {
    String old =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n"
            + "MIIE+/=\n-----END RSA PRIVATE KEY-----\nrest";
    assertThat(redact(old)).matches(PSEUDONYM.formatted("private_key") + "\nrest");
    String block =
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOY+/=\n-----END PGP PRIVATE KEY BLOCK-----\nrest";
    assertThat(redact(block)).matches(PSEUDONYM.formatted("private_key") + "\nrest");
  }

  @Test
  void aPasswordInAUrlIsFoundWhereJsonEscapesItsSlashes() {
    assertThat(
            redact(
                redaction("detectors: [keys]"),
                "{\"url\":\"postgres:\\/\\/app:hunter22@db\\/shop\"}"))
        .doesNotContain("hunter22");
  }

  @Test
  void aSecretWithALabelLosesTheSecretOnly() {
    assertThat(redact("Authorization: Bearer abcdef0123456789-._~+/="))
        .matches("Authorization: Bearer " + PSEUDONYM.formatted("bearer_token"));
    assertThat(redact("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
        .matches("aws_secret_access_key = " + PSEUDONYM.formatted("aws_secret"));
    assertThat(redact("postgres://app:hunter2@db.internal/x"))
        .matches("postgres://app:" + PSEUDONYM.formatted("url_password") + "@db\\.internal/x");
    assertThat(
            redact("-----BEGIN RSA PRIVATE KEY-----\nMIIE+/=\n-----END RSA PRIVATE KEY-----\nrest"))
        .matches(PSEUDONYM.formatted("private_key") + "\nrest");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4111111111111112",
        "order 1763800000000000000",
        "2026-11-22 19:00:43",
        "x4111111111111111",
        "41111111111111111111111111",
        "user@localhost",
        "a @ b.com",
        "127.0.0.1:4317",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "task-abcdefghijklmnopqrstuvwxyz",
        "3f2a9c01-d4b7-e5f6-0a1b-3f2a9c01d4b7",
        "1.234.567.890"
      })
  void whatOnlyLooksLikeItStays(String text) {
    assertThat(redact(text)).isSameAs(text);
  }

  @Test
  void oneValueHasOnePseudonymHoweverItIsSpelledAndUnderOneKeyOnly() {
    assertThat(redact("Ada@Example.com")).isEqualTo(redact("ada@example.com"));
    assertThat(redact("4111 1111 1111 1111")).isEqualTo(redact("4111111111111111"));
    assertThat(redact("ada@example.com")).isNotEqualTo(redact("bob@example.com"));
    Redaction otherKey =
        RedactionFile.read(
            "f", "detectors: [email]", "another key of length".getBytes(StandardCharsets.UTF_8));
    assertThat(redact(otherKey, "ada@example.com")).isNotEqualTo(redact("ada@example.com"));
  }

  @Test
  void aPseudonymThatWasNotMadeHereProtectsNothing() {
    assertThat(redact("[card:4111111111111111]")).doesNotContain("4111");
    assertThat(redact("[email:ada@example.com]")).doesNotContain("ada@");
    String ours = redact("ada@example.com");
    assertThat(redact("[" + ours + "," + ours + "]")).isEqualTo("[" + ours + "," + ours + "]");
  }

  @Test
  void jsonStaysJsonWhereverTheSecretIs() {
    String json =
        "{\"card\": 4111111111111111, \"n\": 1.50,\"ada@example.com\":[\"mail \\u0061da\\u0040example.com\"],"
            + "\"args\":\"{\\\"card\\\":4111111111111111}\"}";
    String card = redact("4111111111111111");
    String email = redact("ada@example.com");
    assertThat(redact(json))
        .isEqualTo(
            "{\"card\": \""
                + card
                + "\", \"n\": 1.50,\""
                + email
                + "\":[\"mail "
                + email
                + "\"],\"args\":\"{\\\"card\\\":\\\""
                + card
                + "\\\"}\"}");
  }

  @Test
  void patternsOfOnesOwnComeFirst() {
    Redaction own =
        redaction(
            """
            detectors: [email]
            patterns:
              - {name: order_id, pattern: 'ORD-[0-9]{4}'}
              - {name: staff, pattern: '[a-z]+@example\\.com'}
              - {name: pin, pattern: 'pin ([0-9]{4})'}
            """);
    assertThat(redact(own, "ORD-1234 of ada@example.com, bob@example.org, pin 1234"))
        .matches(
            "\\[order_id:\\w{20}] of \\[staff:\\w{20}], \\[email:\\w{20}], pin \\[pin:\\w{20}]");
  }

  @Test
  void aPatternThatMatchesItsOwnEdgesComesToAnEnd() {
    for (String pattern : List.of("^.", "\\b.", ".$", "[a-z]", "(?s).+", "[^x]")) {
      Redaction greedy = redaction("patterns: [{name: greedy, pattern: '" + pattern + "'}]");
      String redacted = redact(greedy, "a long text, ".repeat(50));
      assertThat(redact(greedy, redacted)).as(pattern).isEqualTo(redacted);
    }
  }

  @Test
  void fieldsThatAreOffAndKeysThatAreExceptedStay() {
    Redaction some =
        redaction(
            "detectors: [email]\nfields: {tool_results: off}\nexcept: [\"contact.*\", \"*.owner\"]");
    String email = "ada@example.com";
    assertThat(some.attribute("gen_ai.tool.call.result", email)).isEqualTo(email);
    assertThat(some.attribute("gen_ai.tool.call.arguments", email)).isNotEqualTo(email);
    assertThat(some.attribute("contact.mail", email)).isEqualTo(email);
    assertThat(some.attribute("team.owner", email)).isEqualTo(email);
    assertThat(some.attribute("owner", email)).isNotEqualTo(email);
    assertThat(Redaction.none().attribute("a", email)).isSameAs(email);
    assertThat(some.toString()).doesNotContain("0123456789abcdef");
  }

  @Test
  void attributesBelongToTheFieldThatTheirKeySays() {
    assertThat(RedactedField.ofAttribute("gen_ai.prompt.0.content"))
        .isEqualTo(RedactedField.MESSAGES);
    assertThat(RedactedField.ofAttribute("gen_ai.prompt.name")).isEqualTo(RedactedField.ATTRIBUTES);
    assertThat(RedactedField.ofAttribute("llm.input_messages.3.message.content"))
        .isEqualTo(RedactedField.MESSAGES);
    assertThat(RedactedField.ofAttribute("ai.telemetry.metadata.sessionId"))
        .isEqualTo(RedactedField.IDENTIFIERS);
    assertThat(RedactedField.ofAttribute("exception.stacktrace")).isEqualTo(RedactedField.ERRORS);
    assertThat(RedactedField.ofAttribute("http.url")).isEqualTo(RedactedField.ATTRIBUTES);
  }

  @Provide
  Arbitrary<String> telemetry() {
    Arbitrary<String> parts =
        Arbitraries.of(
            "ada@example.com",
            "4111111111111111",
            "4111 1111 1111 1111",
            "+44 20 7946 0958",
            "sk-ant-api03-abcdefghijklmnop_QRST-uv",
            "Bearer abcdef0123456789",
            "[email:0123456789abcdef0123]",
            "[card:",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVm",
            "-----BEGIN PRIVATE KEY-----",
            "{\"a\":\"",
            "\"}",
            "[",
            "]",
            "{",
            "}",
            "\"",
            "\\",
            "\\u0040",
            ":",
            ",",
            " ",
            "\n",
            "a",
            "1",
            "@",
            ".com",
            "-",
            "é");
    return parts.list().ofMaxSize(12).map(list -> String.join("", list));
  }

  @Property(tries = 3000)
  void twiceIsOnce(@ForAll("telemetry") String text) {
    String once = redact(text);
    assertThat(redact(once)).isEqualTo(once);
  }

  @Property(tries = 1000)
  void twiceIsOnceForAnyText(@ForAll String text) {
    String once = redact(text);
    assertThat(redact(once)).isEqualTo(once);
  }
}
