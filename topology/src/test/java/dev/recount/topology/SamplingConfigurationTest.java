package dev.recount.topology;

import static dev.recount.topology.Spans.agent;
import static dev.recount.topology.Spans.tool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.ConfigurationChange;
import dev.recount.avro.Phase;
import dev.recount.avro.TraceEventKind;
import dev.recount.avro.TraceRecord;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.topology.sampling.RuleSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator wants goes into the log and takes effect from there. */
class SamplingConfigurationTest {
  private static final Duration SETTLED = Duration.ofSeconds(15);

  @TempDir Path folder;

  private static Map<String, String> wanting(String rules) {
    return Map.of(Configuration.SAMPLING, rules);
  }

  private static List<String> configured(Pipeline pipeline) {
    return pipeline.read(pipeline.topics.traceEvents(), pipeline.codecs.traceEvents()).stream()
        .filter(event -> event.getKind() == TraceEventKind.CONFIG)
        .map(event -> ((ConfigurationChange) event.getPayload()).getValue())
        .toList();
  }

  private static TraceRecord settled(Pipeline pipeline) {
    List<TraceRecord> rows =
        pipeline.traceRecords().stream().filter(row -> row.getPhase() == Phase.settled).toList();
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  @Test
  void rulesOfTheSettingsAreWrittenOnceAndTakeEffect() {
    TopologySettings settings =
        TopologySettings.fromMap(Map.of(TopologySettings.SAMPLING_RULES, "default"));
    try (Pipeline pipeline = new Pipeline(folder, settings)) {
      pipeline.pass(Duration.ofSeconds(5));
      assertThat(configured(pipeline)).containsExactly(RuleSet.defaultRules());
      pipeline.send(agent(1, 0, 100).build(), tool(2, 1, "search", 10, 20).build());
      pipeline.pass(SETTLED);
      assertThat(settled(pipeline).getRetainedBy()).isEqualTo("rest");
      assertThat(configured(pipeline)).isEmpty();
    }
  }

  @Test
  void withoutRulesNothingIsWritten() {
    try (Pipeline pipeline = new Pipeline(folder)) {
      pipeline.pass(SETTLED);
      assertThat(configured(pipeline)).isEmpty();
      pipeline.send(agent(1, 0, 100).build());
      pipeline.pass(SETTLED);
      TraceRecord row = settled(pipeline);
      assertThat(row.getRetained()).isTrue();
      assertThat(row.getRetainedBy()).isNull();
      assertThat(row.getSampleWeight()).isEqualTo(1);
    }
  }

  @Test
  void aChangeWhileItRunsIsWrittenToo() {
    AtomicReference<Map<String, String>> wanted = new AtomicReference<>(wanting(""));
    try (Pipeline pipeline =
        new Pipeline(
            folder,
            TopologySettings.defaults(),
            Redaction.none(),
            () -> Objects.requireNonNull(wanted.get()))) {
      pipeline.pass(Duration.ofSeconds(3));
      assertThat(configured(pipeline)).isEmpty();
      String keep = "rules:\n  - {name: everything, decision: keep}\n";
      wanted.set(wanting(keep));
      pipeline.pass(Duration.ofSeconds(3));
      assertThat(configured(pipeline)).containsExactly(keep);
      pipeline.send(agent(1, 0, 100).build());
      pipeline.pass(SETTLED);
      assertThat(settled(pipeline).getRetainedBy()).isEqualTo("everything");
      wanted.set(wanting(""));
      pipeline.pass(Duration.ofSeconds(3));
      assertThat(configured(pipeline)).containsExactly("");
    }
  }

  @Test
  void aReplayWritesNone() {
    TopologySettings settings =
        TopologySettings.fromMap(
            Map.of(TopologySettings.SAMPLING_RULES, "default", "live", "false"));
    try (Pipeline pipeline = new Pipeline(folder, settings)) {
      pipeline.pass(SETTLED);
      assertThat(configured(pipeline)).isEmpty();
    }
  }
}
