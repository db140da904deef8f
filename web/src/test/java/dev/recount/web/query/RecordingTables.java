package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.web.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Notes what is asked, and answers what it is told to. */
final class RecordingTables implements Tables {
  /** A question. */
  record Asked(String sql, Map<String, String> parameters) {}

  private final List<Asked> asked = new ArrayList<>();
  private final Function<Asked, List<JsonNode>> answers;

  RecordingTables(Function<Asked, List<JsonNode>> answers) {
    this.answers = answers;
  }

  @Override
  public List<JsonNode> rows(String sql, Map<String, String> parameters) {
    Asked question = new Asked(sql, Map.copyOf(parameters));
    asked.add(question);
    return answers.apply(question);
  }

  List<Asked> asked() {
    return List.copyOf(asked);
  }
}
