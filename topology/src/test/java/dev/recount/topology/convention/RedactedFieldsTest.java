package dev.recount.topology.convention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.schemas.redaction.RedactedField;
import dev.recount.topology.convention.MessageSources.Form;
import dev.recount.topology.convention.MessageSources.Holds;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What redaction turns on and off by field is what the conventions put there: whoever leaves only
 * messages redacted relies on it, whichever SDK sends them.
 */
class RedactedFieldsTest {
  private static final Map<Fact, RedactedField> FIELDS =
      Map.of(
          Fact.TOOL_RESULT, RedactedField.TOOL_RESULTS,
          Fact.SESSION_ID, RedactedField.IDENTIFIERS,
          Fact.USER_ID, RedactedField.IDENTIFIERS,
          Fact.RESPONSE_ID, RedactedField.IDENTIFIERS,
          Fact.TOOL_CALL_ID, RedactedField.IDENTIFIERS,
          Fact.ERROR_MESSAGE, RedactedField.ERRORS,
          Fact.MEMORY_CHUNKS, RedactedField.MESSAGES);

  @Test
  void everySourceOfMessagesIsOfTheFieldMessages() {
    for (MessageSources.Source source : MessageSources.byRank()) {
      if (source.holds() == Holds.TOOLS) {
        continue;
      }
      String key =
          source.form() == Form.FLATTENED ? source.key() + "0.message.content" : source.key();
      assertThat(RedactedField.ofAttribute(key)).as(key).isEqualTo(RedactedField.MESSAGES);
    }
  }

  @Test
  void everyFactThatMayBePersonalIsOfItsField() {
    for (Conventions.Row row : Conventions.SPAN_ATTRIBUTES) {
      for (String entry : row.keys()) {
        String key = entry.replaceFirst("#.*", "");
        if (row.fact() == Fact.TOOL_ARGUMENTS) {
          assertThat(RedactedField.ofAttribute(key))
              .as(key)
              .isEqualTo(RedactedField.TOOL_ARGUMENTS);
        } else if (FIELDS.containsKey(row.fact())) {
          assertThat(RedactedField.ofAttribute(key)).as(key).isEqualTo(FIELDS.get(row.fact()));
        }
      }
    }
  }
}
