package dev.recount.topology.fold;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.avro.Alternative;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists that spans carry as JSON in {@code recount.decision.considered} and {@code
 * recount.decision.constraints}. What is no such list is taken as a single entry.
 */
final class Alternatives {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Alternatives() {}

  /** Alternatives: an array of names, or of objects with name, score and rejected_because. */
  static List<Alternative> parse(@Nullable String text) {
    List<Alternative> alternatives = new ArrayList<>();
    for (JsonNode entry : elements(text)) {
      Alternative alternative = new Alternative();
      if (entry.isObject()) {
        alternative.setName(entry.path("name").asText(""));
        JsonNode score = entry.path("score");
        alternative.setScore(score.isNumber() ? Double.valueOf(score.asDouble()) : null);
        JsonNode reason = entry.path("rejected_because");
        alternative.setRejectedBecause(reason.isTextual() ? reason.asText() : null);
      } else {
        alternative.setName(textOf(entry));
      }
      alternatives.add(alternative);
    }
    return alternatives;
  }

  /** Texts: an array of strings. */
  static List<String> parseTexts(@Nullable String text) {
    List<String> texts = new ArrayList<>();
    for (JsonNode entry : elements(text)) {
      texts.add(textOf(entry));
    }
    return texts;
  }

  private static String textOf(JsonNode node) {
    return node.isTextual() ? node.asText() : node.toString();
  }

  private static Iterable<JsonNode> elements(@Nullable String text) {
    if (text == null) {
      return List.of();
    }
    try {
      JsonNode node = JSON.readTree(text);
      if (node != null && node.isArray()) {
        return node;
      }
    } catch (JsonProcessingException | RuntimeException notJson) {
      // Taken as a single entry below: a sender that writes plain text means just that.
    }
    return List.of(JSON.getNodeFactory().textNode(text));
  }
}
