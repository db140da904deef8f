package dev.recount.connectors.importing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.connectors.kafka.RecordingGateway;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The recorded file of the project, against the counts that its README states. */
class TauBenchImportTest {
  private static final Topics TOPICS = Topics.withPrefix("");
  private static Path file = Path.of("");
  private static Imported imported = new Imported(List.of(), List.of(), List.of(), List.of());
  private static ImportResult result = new ImportResult(0, 0, 0, 0, 0, 0, 0, List.of());

  /** What the targets have received. */
  record Imported(
      List<SpanData> spans,
      List<ContextSnapshot> snapshots,
      List<DecisionEvent> decisions,
      List<FeedbackEvent> feedback) {}

  @BeforeAll
  static void importTheFile() {
    file =
        Path.of(
            System.getProperty("recount.shared", "../../../shared"),
            "data/tau-bench/airline-gpt-4o.json");
    if (!Files.exists(file)) {
      file = Path.of("../../shared/data/tau-bench/airline-gpt-4o.json");
    }
    assumeTrue(Files.exists(file), "The recorded runs are not here: " + file);
    imported = run(ImportOptions.defaults());
  }

  private static Imported run(ImportOptions options) {
    RecordingGateway kafka = new RecordingGateway();
    RecordingExporter exporter = new RecordingExporter();
    MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
    result =
        new RunImport(
                new TauBenchFormat(), options, new ImportTargets(exporter, kafka, TOPICS, registry))
            .run(file, ImportProgress.NONE);
    return new Imported(
        exporter.spans(),
        decode(kafka, ContextSnapshot.class, TOPICS.contextSnapshots().name(), registry),
        decode(kafka, DecisionEvent.class, TOPICS.agentDecisions().name(), registry),
        decode(kafka, FeedbackEvent.class, TOPICS.feedback().name(), registry));
  }

  private static <T extends SpecificRecordBase> List<T> decode(
      RecordingGateway kafka, Class<T> type, String topic, MockSchemaRegistryClient registry) {
    AvroCodec<T> codec = AvroCodec.of(type, topic + "-value", registry);
    return kafka.values(topic).stream().map(codec::decode).toList();
  }

  @Test
  void everyRunIsOneTraceWithTheCountsOfTheFile() {
    assertThat(result.traces()).isEqualTo(100);
    assertThat(result.traceIds()).hasSize(100).doesNotHaveDuplicates();
    assertThat(result.spans()).isEqualTo(100 + 1229 + 572).isEqualTo(imported.spans().size());
    assertThat(result.snapshots()).isEqualTo(1229).isEqualTo(imported.snapshots().size());
    assertThat(result.decisions()).isEqualTo(572).isEqualTo(imported.decisions().size());
    assertThat(result.feedback()).isEqualTo(122).isEqualTo(imported.feedback().size());
    assertThat(result.successes()).isEqualTo(43);
    assertThat(result.escalations()).isEqualTo(22);
    assertThat(result.toolErrors()).isEqualTo(33);
  }

  @Test
  void spanIdsAreUniqueAndParentsAreThere() {
    Map<String, SpanData> spans = new HashMap<>();
    imported.spans().forEach(span -> spans.put(span.getSpanId(), span));
    assertThat(spans).hasSize(imported.spans().size());
    for (SpanData span : imported.spans()) {
      if (span.getParentSpanContext().isValid()) {
        SpanData parent = Objects.requireNonNull(spans.get(span.getParentSpanId()));
        assertThat(parent.getName()).isEqualTo("invoke_agent airline-agent");
        assertThat(parent.getTraceId()).isEqualTo(span.getTraceId());
        assertThat(span.getStartEpochNanos()).isGreaterThanOrEqualTo(parent.getStartEpochNanos());
        assertThat(span.getEndEpochNanos()).isLessThanOrEqualTo(parent.getEndEpochNanos());
      }
    }
  }

  @Test
  void failedToolCallsAreErrors() {
    assertThat(imported.spans())
        .filteredOn(span -> span.getStatus().getStatusCode() == StatusCode.ERROR)
        .hasSize(33)
        .allSatisfy(
            span ->
                assertThat(span.getAttributes().get(GenAiAttributes.TOOL_RESULT))
                    .startsWith("Error"));
  }

  @Test
  void feedbackSaysHowTheRunsEnded() {
    Map<FeedbackKind, Long> kinds =
        imported.feedback().stream()
            .collect(Collectors.groupingBy(FeedbackEvent::getKind, Collectors.counting()));
    assertThat(kinds)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(FeedbackKind.OUTCOME, 100L, FeedbackKind.ESCALATION, 22L));
    assertThat(imported.feedback())
        .filteredOn(event -> Boolean.TRUE.equals(event.getPassed()))
        .hasSize(43);
  }

  @Test
  void aSnapshotHoldsTheMessagesThatTheModelSawAsTheyAreInTheFile() throws Exception {
    String text = Files.readString(file);
    ContextSnapshot last = imported.snapshots().get(1228);
    assertThat(last.getSegments()).isNotEmpty();
    for (ContextSegment segment : last.getSegments()) {
      assertThat(text).contains(segment.getContent());
    }
    assertThat(last.getTokenCount())
        .isEqualTo(last.getSegments().stream().mapToLong(ContextSegment::getTokenCount).sum())
        .isBetween(1000L, 128_000L);
  }

  @Test
  void decisionsNameTheirSpanAndTheirSnapshot() {
    HashSet<String> spans = new HashSet<>();
    imported.spans().forEach(span -> spans.add(span.getTraceId() + span.getSpanId()));
    HashSet<String> snapshots = new HashSet<>();
    imported.snapshots().forEach(s -> snapshots.add(s.getTraceId() + s.getSnapshotId()));
    assertThat(imported.decisions())
        .allSatisfy(
            decision -> {
              assertThat(spans).contains(decision.getTraceId() + decision.getSpanId());
              assertThat(snapshots).contains(decision.getTraceId() + decision.getSnapshotId());
              assertThat(decision.getConsidered()).hasSize(14);
            });
  }

  @Test
  void importedAgainOrShuffledItIsTheSame() {
    Imported shuffled = run(ImportOptions.defaults().withShuffleSeed(7L));
    assertThat(shuffled.spans()).isNotEqualTo(imported.spans());
    assertThat(keys(shuffled)).isEqualTo(keys(imported));
    assertThat(new HashSet<>(shuffled.snapshots())).isEqualTo(new HashSet<>(imported.snapshots()));
    assertThat(new HashSet<>(shuffled.decisions())).isEqualTo(new HashSet<>(imported.decisions()));
    assertThat(new HashSet<>(shuffled.feedback())).isEqualTo(new HashSet<>(imported.feedback()));
  }

  private static HashSet<List<Object>> keys(Imported imported) {
    HashSet<List<Object>> keys = new HashSet<>();
    imported
        .spans()
        .forEach(
            span ->
                keys.add(
                    List.of(
                        span.getTraceId(),
                        span.getSpanId(),
                        span.getStartEpochNanos(),
                        span.getEndEpochNanos(),
                        span.getAttributes())));
    return keys;
  }
}
