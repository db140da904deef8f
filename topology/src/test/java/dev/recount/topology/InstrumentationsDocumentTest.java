package dev.recount.topology;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The tables of the documentation say of each recording what it is held to. */
class InstrumentationsDocumentTest {
  /** The input tokens of the whole run. */
  private static final String TOTAL_ON_A_SPAN =
      "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"1481\"}}";

  private static final Path DOCS = Path.of("..", "docs");

  @Test
  void theTablesSayWhatTheRecordingsAreHeldTo() throws IOException {
    List<Recording> all = Recording.all();
    assertThat(rows(DOCS.resolve("instrumentations.md"), line -> line.startsWith("| `")))
        .containsExactlyInAnyOrderElementsOf(
            all.stream().map(InstrumentationsDocumentTest::description).toList());
    int columns = fields(all.get(0)).split("\\|", -1).length;
    assertThat(
            rows(
                DOCS.resolve("conventions.md"),
                line -> line.startsWith("| `") && line.split("\\|", -1).length == columns))
        .containsExactlyInAnyOrderElementsOf(
            all.stream().map(InstrumentationsDocumentTest::fields).toList());
  }

  private static List<String> rows(Path page, Predicate<String> isRow) throws IOException {
    return Files.readAllLines(page).stream().filter(isRow).toList();
  }

  @Test
  void whatARecordingYieldsIsWhatItsRunIsHeldTo() {
    for (Recording recording : Recording.all()) {
      JsonNode yields = recording.expected().get("yields");
      JsonNode tools = recording.run().get("tool_calls");
      assertYields(recording, "tool_call_id", tools.get(0).has("call_id"));
      assertYields(recording, "arguments", tools.get(0).has("arguments"));
      assertYields(recording, "result", tools.get(0).has("result"));
      assertYields(recording, "error", tools.get(1).has("failed"));
      assertYields(recording, "cached_tokens", recording.run().has("cached_tokens"));
      assertYields(recording, "session", recording.run().has("session_id"));
      assertYields(recording, "user", recording.run().has("user_id"));
      assertYields(recording, "agent", recording.run().has("agent_name"));
      assertYields(recording, "agent_version", recording.run().has("agent_version"));
      assertYields(recording, "prompt", recording.run().has("prompt_version"));
      assertThat(yields.get("model_call").textValue()).as(recording.name()).isEqualTo("span");
    }
  }

  @Test
  void theHardOnesAreAmongThem() {
    List<Recording> all = Recording.all();
    assertThat(all)
        .as("no tool spans")
        .anyMatch(
            recording ->
                recording.expected().get("yields").get("tool_call").textValue().equals("messages"));
    assertThat(all)
        .as("totals on a wrapper")
        .anyMatch(
            recording ->
                recording.requests().toString().contains(TOTAL_ON_A_SPAN)
                    && recording.run().get("model_calls").size() == 3);
    assertThat(all)
        .as("root last, in a request of its own")
        .anyMatch(InstrumentationsDocumentTest::rootComesLast);
  }

  private static boolean rootComesLast(Recording recording) {
    List<JsonNode> parents = new ArrayList<>();
    for (Recording.Request request : recording.requests()) {
      parents.add(request.body().findPath("parentSpanId"));
    }
    long roots = parents.stream().filter(JsonNode::isMissingNode).count();
    return parents.size() > 1 && roots == 1 && parents.get(parents.size() - 1).isMissingNode();
  }

  private static void assertYields(Recording recording, String field, boolean held) {
    assertThat(!recording.expected().get("yields").get(field).textValue().equals("no"))
        .as(recording.name() + " " + field)
        .isEqualTo(held);
  }

  private static String fields(Recording recording) {
    StringBuilder row = new StringBuilder("| `").append(recording.name()).append("` |");
    for (JsonNode field : recording.expected().get("yields")) {
      String value = field.textValue();
      row.append(' ').append(value.equals("no") ? "–" : value).append(" |");
    }
    return row.toString();
  }

  private static String description(Recording recording) {
    JsonNode instrumentation = recording.expected().get("instrumentation");
    return String.join(
        " | ",
        "| `" + recording.name() + "`",
        "`" + instrumentation.get("name").textValue() + "`",
        instrumentation.get("version").textValue(),
        instrumentation.get("language").textValue(),
        instrumentation.get("convention").textValue(),
        recording.expected().get("quirks").textValue() + " |");
  }
}
