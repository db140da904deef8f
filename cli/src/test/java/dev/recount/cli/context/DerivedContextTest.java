package dev.recount.cli.context;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.cli.recorded.RecordedRuns;
import dev.recount.connectors.importing.ImportOptions;
import dev.recount.sinks.archive.format.ArchivedTrace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where nobody sends snapshots, the windows that spans tell of become the same chats. */
class DerivedContextTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MODEL_CALLS = 1229;

  @Test
  void everyWindowOfTheRecordingComesBackAsItsMessagesAndTools(@TempDir Path folder)
      throws IOException {
    RecordedRuns runs = RecordedRuns.of(ImportOptions.defaults().withEvents(false, false), folder);
    JsonNode recorded = JSON.readTree(RecordedRuns.file().toFile());
    LargeContents large = new LargeContents(folder.resolve("content"));
    int compared = 0;
    for (int run = 0; run < recorded.size(); run++) {
      String traceId = runs.imported().traceIds().get(run);
      ArchivedTrace trace = trace(runs, traceId);
      List<JsonNode> expected = windows(recorded.get(run).path("traj"));
      assertThat(trace.snapshots()).as(traceId).hasSize(expected.size());
      int number = 0;
      for (String snapshot : trace.snapshots().keySet()) {
        Chat chat = Chat.of(ContextWindow.load(trace, snapshot, large));
        assertThat(said(JSON.readTree(chat.json()).path("messages")))
            .as("window %d of trace %s", number, traceId)
            .isEqualTo(expected.get(number));
        assertThat(chat.tools())
            .hasSize(14)
            .allMatch(tool -> tool.startsWith("{\"type\":\"function\",\"function\":{\"name\":\""));
        number++;
        compared++;
      }
    }
    assertThat(compared).isEqualTo(MODEL_CALLS);
  }

  private static ArchivedTrace trace(RecordedRuns runs, String traceId) {
    List<SnapshotRecord> snapshots =
        runs.snapshots().stream().filter(row -> row.getTraceId().equals(traceId)).toList();
    List<SnapshotContents> contents =
        runs.contents().stream().filter(row -> row.getTraceId().equals(traceId)).toList();
    return ArchivedTrace.of(traceId, snapshots, contents);
  }

  /** What stands before each answer of the model. */
  private static List<JsonNode> windows(JsonNode messages) throws JsonProcessingException {
    List<JsonNode> windows = new ArrayList<>();
    ArrayNode before = JSON.createArrayNode();
    for (JsonNode message : messages) {
      if (message.path("role").asText().equals("assistant")) {
        windows.add(said(before));
      }
      before.add(message);
    }
    return windows;
  }

  /**
   * Messages without what spans do not tell, the names of tools that answer, and with JSON in
   * arguments and results as a value: what is derived has it in one canonical form.
   */
  private static JsonNode said(JsonNode messages) throws JsonProcessingException {
    ArrayNode said = JSON.createArrayNode();
    for (JsonNode message : messages) {
      ObjectNode copy = message.deepCopy();
      copy.remove("name");
      if (copy.path("role").asText().equals("tool")) {
        copy.set("content", value(copy.path("content").asText()));
      }
      for (JsonNode call : copy.path("tool_calls")) {
        ObjectNode function = (ObjectNode) call.path("function");
        function.set("arguments", JSON.readTree(function.path("arguments").asText()));
      }
      said.add(copy);
    }
    return said;
  }

  /** What a text says as JSON, or the text where it is none. */
  private static JsonNode value(String text) {
    try {
      JsonNode value = JSON.readTree(text);
      return value.isContainerNode() ? value : TextNode.valueOf(text);
    } catch (JsonProcessingException notJson) {
      return TextNode.valueOf(text);
    }
  }
}
