package dev.recount.connectors.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.avro.ContextSnapshot;
import dev.recount.connectors.kafka.RecordingGateway;
import dev.recount.connectors.kafka.SendException;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunImportTest {
  private static final Topics TOPICS = Topics.withPrefix("");
  private static final String RUN =
      """
      {"task_id": %d, "trial": 0, "reward": 1.0, "info": {"task": {"user_id": "mia"}}, "traj": [
        {"role": "system", "content": "Be kind. \\u00e9 é"},
        {"role": "user",   "content": "Hi"},
        {"content": "Let me see", "role": "assistant", "tool_calls": [
          {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\\"a\\":1}"}},
          {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "name": "look", "content": "first"},
        {"role": "tool", "tool_call_id": "c1", "name": "look", "content": "Error: second"},
        {"role": "assistant", "content": "Bye"}]}""";

  @TempDir private Path folder = Path.of("");
  private final RecordingGateway kafka = new RecordingGateway();
  private final RecordingExporter exporter = new RecordingExporter();
  private final MockSchemaRegistryClient registry = new MockSchemaRegistryClient();

  private ImportResult run(String json, ImportOptions options) throws IOException {
    Path file = folder.resolve("runs.json");
    Files.writeString(file, json);
    return new RunImport(
            new TauBenchFormat(), options, new ImportTargets(exporter, kafka, TOPICS, registry))
        .run(file, ImportProgress.NONE);
  }

  @Test
  void aRunBecomesAnAgentSpanWithModelCallsAndToolCallsBelowIt() throws Exception {
    Instant start = Instant.parse("2026-03-01T00:00:00Z");
    run("[" + RUN.formatted(1) + "]", ImportOptions.defaults().withStart(start));

    List<SpanData> spans = exporter.spans();
    assertThat(spans)
        .extracting(SpanData::getName)
        .containsExactly(
            "chat gpt-4o",
            "execute_tool look",
            "execute_tool look",
            "chat gpt-4o",
            "invoke_agent airline-agent");
    assertThat(spans.get(4).getStartEpochNanos()).isEqualTo(start.toEpochMilli() * 1_000_000);
    assertThat(spans.get(1).getAttributes().get(GenAiAttributes.TOOL_RESULT)).isEqualTo("first");
    assertThat(spans.get(2).getStatus().getDescription()).isEqualTo("Error: second");
    assertThat(spans.get(3).getAttributes().get(GenAiAttributes.INPUT_MESSAGES))
        .isEqualTo(
            "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hi\"}]},"
                + "{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Let me"
                + " see\"},{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"look\",\"arguments\":"
                + "{\"a\":1}},{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"look\","
                + "\"arguments\":{}}]},{\"role\":\"tool\",\"parts\":[{\"type\":"
                + "\"tool_call_response\",\"id\":\"c1\",\"response\":\"first\"}]},{\"role\":"
                + "\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"c1\","
                + "\"response\":\"Error: second\"}]}]");
    assertThat(spans.get(0).getResource().getAttributes().asMap().toString())
        .contains("tau-bench-airline");
  }

  @Test
  void segmentsAreTheBytesOfTheFile() throws Exception {
    run("[" + RUN.formatted(1) + "]", ImportOptions.defaults());
    ContextSnapshot first =
        AvroCodec.of(ContextSnapshot.class, TOPICS.contextSnapshots().subject(), registry)
            .decode(kafka.values("context-snapshots").get(0));
    assertThat(first.getSegments().get(0).getContent())
        .isEqualTo("{\"role\": \"system\", \"content\": \"Be kind. \\u00e9 é\"}");
    assertThat(first.getSegments().get(1).getContent())
        .isEqualTo("{\"role\": \"user\",   \"content\": \"Hi\"}");
  }

  @Test
  void eventsAndMessagesCanBeSwitchedOff() throws Exception {
    ImportResult result =
        run(
            "[" + RUN.formatted(1) + "]",
            ImportOptions.defaults()
                .withEvents(false, false)
                .withMessages(ImportOptions.Messages.NONE));
    assertThat(result.snapshots()).isZero();
    assertThat(result.decisions()).isZero();
    assertThat(exporter.spans().get(0).getAttributes().get(GenAiAttributes.INPUT_MESSAGES))
        .isNull();
    assertThat(exporter.spans().get(0).getAttributes().get(GenAiAttributes.SNAPSHOT_ID)).isNull();
  }

  @Test
  void aRunThatIsTwiceInTheFileIsOneTrace() throws Exception {
    ImportResult result =
        run("[" + RUN.formatted(1) + "," + RUN.formatted(1) + "]", ImportOptions.defaults());
    assertThat(result.traceIds()).hasSize(2);
    assertThat(result.traces()).isEqualTo(1);
  }

  @Test
  void anEmptyFileImportsNothing() throws Exception {
    assertThat(run("[]", ImportOptions.defaults()).traces()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{} | expected a JSON array of runs",
        "[1] | run 0: expected an object",
        "[{}] | run 0, field task_id: expected a number or a text",
        "[{\"task_id\":1}] | run 0, field trial: expected a whole number",
        "[{\"task_id\":1,\"trial\":0}] | run 0, field traj: expected an array with at least one",
        "[{\"traj\":[{\"role\":\"robot\"}]}] | run 0, field traj[0].role: expected system, user",
        "[{\"traj\":[{\"role\":\"user\",\"content\":1}]}] | field traj[0].content: expected a text",
        "[{\"traj\":[{\"role\":\"tool\"}]}] | run 0, field traj[0].tool_call_id: expected a text",
        "[{\"traj\":[{\"role\":\"assistant\",\"tool_calls\":[{}]}]}] | traj[0].tool_calls[0].id",
        "[{\"a\": | run 0, line 1, column 7: not JSON",
        "[] [] | more after the array",
      })
  void aMalformedFileIsRefusedBeforeAnythingIsSent(String json, String problem) {
    assertThatThrownBy(() -> run(json, ImportOptions.defaults()))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("runs.json")
        .hasMessageContaining(problem);
    assertThat(exporter.spans()).isEmpty();
    assertThat(kafka.sent()).isEmpty();
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> new TauBenchFormat().open(Path.of("missing.json")))
        .isInstanceOf(ImportException.class)
        .hasMessage("There is no file missing.json");
  }

  @Test
  void spansThatAreRefusedFailTheImport() {
    exporter.refuse();
    assertThatThrownBy(() -> run("[" + RUN.formatted(1) + "]", ImportOptions.defaults()))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("did not take 5 spans: refused");
  }

  @Test
  void eventsThatAreRefusedFailTheImport() {
    kafka.failWith(new SendException("no broker", new IllegalStateException(), true));
    assertThatThrownBy(() -> run("[" + RUN.formatted(1) + "]", ImportOptions.defaults()))
        .isInstanceOf(ImportException.class)
        .hasMessage("no broker");
  }
}
