package dev.recount.schemas.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Replaces scalars within a JSON text. What is not replaced keeps its bytes: white space, the order
 * and repetition of keys, the spelling of numbers.
 */
public final class JsonText {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private JsonText() {}

  /** What is to stand in place of a scalar. */
  public interface Replacer {
    /**
     * In place of a string.
     *
     * @param value the string without quotes and escapes
     * @return another one, or the same object to leave it
     */
    String string(String value);

    /** In place of an object's key, likewise. */
    String key(String name);

    /**
     * In place of a number.
     *
     * @param literal as it is spelled
     * @return a string, or null to leave the number
     */
    @Nullable String number(String literal);
  }

  /** Whether a text may be a JSON object or array: by its first character only. */
  public static boolean looksLikeJson(String text) {
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (character == '{' || character == '[') {
        return true;
      }
      if (character != ' ' && character != '\n' && character != '\r' && character != '\t') {
        return false;
      }
    }
    return false;
  }

  /**
   * Replaces scalars of an object or array.
   *
   * @return the text with what was replaced, the same object when nothing was; empty when it is no
   *     well-formed JSON object or array
   */
  public static Optional<String> replace(String json, Replacer replacer) {
    if (!looksLikeJson(json)) {
      return Optional.empty();
    }
    StringBuilder replaced = new StringBuilder();
    int copied = 0;
    int depth = 0;
    boolean ended = false;
    // From an array of characters, so that the parser's offsets are those of the text.
    char[] characters = json.toCharArray();
    try (JsonParser parser = JSON.createParser(characters)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (ended) {
          return Optional.empty(); // a second value after the first
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        ended = depth == 0;
        String other = replacement(parser, token, replacer);
        if (other == null) {
          continue;
        }
        int start = (int) parser.currentTokenLocation().getCharOffset();
        int end =
            token.isNumeric() ? start + parser.getTextLength() : endOfString(characters, start);
        replaced.append(json, copied, start).append('"');
        JsonStringEncoder.getInstance().quoteAsString(other, replaced);
        replaced.append('"');
        copied = end;
      }
    } catch (IOException malformed) {
      return Optional.empty();
    }
    return Optional.of(
        copied == 0 ? json : replaced.append(json, copied, json.length()).toString());
  }

  @SuppressWarnings("ReferenceEquality") // the same object says that it is to stay
  private static @Nullable String replacement(JsonParser parser, JsonToken token, Replacer replacer)
      throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      String value = parser.getText();
      String other = replacer.string(value);
      return other == value ? null : other;
    }
    if (token == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      String other = replacer.key(name);
      return other == name ? null : other;
    }
    return token.isNumeric() ? replacer.number(parser.getText()) : null;
  }

  /** The position after a string that begins at a position. */
  private static int endOfString(char[] json, int start) {
    int at = start + 1;
    while (json[at] != '"') {
      at += json[at] == '\\' ? 2 : 1;
    }
    return at + 1;
  }
}
