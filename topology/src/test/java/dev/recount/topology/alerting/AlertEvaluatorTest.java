package dev.recount.topology.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Alert;
import dev.recount.avro.AlertObservation;
import dev.recount.avro.AlertState;
import dev.recount.schemas.Topics;
import dev.recount.topology.NodeNames;
import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.Test;

/** One partition of rules with its stores in memory: what outlives a restart, and what does not. */
class AlertEvaluatorTest {
  private static final TopologyCodecs CODECS =
      TopologyCodecs.of(new MockSchemaRegistryClient(), Topics.withPrefix(""));

  private static final String FAILURES =
      """
      rules:
        - name: failures
          severity: page
          on: traces
          measure: failure_share
          by: [agent_version]
          above: 0.2
      """;

  private final MockProcessorContext<byte[], byte[]> context = context();
  private final List<Alert> alerts = new ArrayList<>();
  private Processor<byte[], byte[], byte[], byte[]> evaluator = started(FAILURES);
  private long now = Watching.START.toEpochMilli();

  private static MockProcessorContext<byte[], byte[]> context() {
    Properties properties = new Properties();
    properties.put("application.id", "alerts");
    properties.put("bootstrap.servers", "unused:1");
    return new MockProcessorContext<>(properties);
  }

  private Processor<byte[], byte[], byte[], byte[]> started(String rules) {
    if (context.getStateStore(AlertStores.WINDOWS) == null) {
      KeyValueStore<Bytes, byte[]> windows =
          Stores.keyValueStoreBuilder(
                  Stores.inMemoryKeyValueStore(AlertStores.WINDOWS),
                  Serdes.Bytes(),
                  Serdes.ByteArray())
              .withLoggingDisabled()
              .build();
      windows.init(context.getStateStoreContext(), windows);
      context.addStateStore(windows);
      WindowStore<Bytes, byte[]> rows =
          Stores.windowStoreBuilder(
                  Stores.inMemoryWindowStore(
                      AlertStores.ROWS,
                      Duration.ofMillis(AlertMemory.ROWS_REMEMBERED),
                      Duration.ofMillis(1),
                      false),
                  Serdes.Bytes(),
                  Serdes.ByteArray())
              .withLoggingDisabled()
              .build();
      rows.init(context.getStateStoreContext(), rows);
      context.addStateStore(rows);
    }
    context.scheduledPunctuators().clear();
    TopologySettings settings = TopologySettings.fromMap(Map.of("alerts", rules));
    Processor<byte[], byte[], byte[], byte[]> started =
        AlertEvaluator.supplier(CODECS, settings.alertRules(), settings).get();
    started.init(context);
    return started;
  }

  private void restartWith(String rules) {
    evaluator = started(rules);
  }

  private void row(String id, double value, boolean amended) {
    AlertObservation observation = new AlertObservation();
    observation.setRow(id);
    observation.setTraceId("trace-" + id);
    observation.setLabels(Map.of("agent_version", "7"));
    observation.setValue(value);
    observation.setAmended(amended);
    observation.setKeyTime(Instant.ofEpochMilli(now));
    process("failures", CODECS.alertObservations().encode(observation));
  }

  private void process(String key, byte[] value) {
    evaluator.process(new Record<>(key.getBytes(StandardCharsets.UTF_8), value, now));
    collect();
  }

  /** Ticks that are written come back, as they do on a broker. */
  private void collect() {
    List<MockProcessorContext.CapturedForward<? extends byte[], ? extends byte[]>> forwarded =
        List.copyOf(context.forwarded());
    context.resetForwards();
    for (var forward : forwarded) {
      String child = forward.childName().orElseThrow();
      if (child.equals(NodeNames.ALERTS)) {
        alerts.add(CODECS.alerts().decode(forward.record().value()));
      } else {
        assertThat(child).isEqualTo(NodeNames.ALERT_TICKS);
        evaluator.process(new Record<>(forward.record().key(), null, now));
        collect();
      }
    }
  }

  private void pass(Duration duration) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      now += 1000;
      context.scheduledPunctuators().stream()
          .filter(punctuator -> punctuator.getType() == PunctuationType.WALL_CLOCK_TIME)
          .forEach(punctuator -> punctuator.getPunctuator().punctuate(now));
      collect();
    }
  }

  private void fiftyFailures() {
    for (int i = 0; i < 50; i++) {
      row("row-" + i, 1, false);
    }
  }

  private List<Alert> in(AlertState state) {
    return alerts.stream().filter(alert -> alert.getState() == state).toList();
  }

  @Test
  void windowsAndWhatFiresOutliveARestart() {
    fiftyFailures();
    restartWith(FAILURES);
    pass(Duration.ofMinutes(2));
    assertThat(in(AlertState.firing)).isNotEmpty();
    assertThat(alerts.get(0).getValue()).isEqualTo(1);
    String id = alerts.get(0).getAlertId();

    restartWith(FAILURES);
    pass(Duration.ofHours(1));
    assertThat(alerts).extracting(Alert::getAlertId).containsOnly(id);
    assertThat(alerts).extracting(Alert::getRevision).doesNotHaveDuplicates();
    assertThat(in(AlertState.resolved)).hasSize(1);
    assertThat(alerts.get(alerts.size() - 1).getState()).isEqualTo(AlertState.resolved);
  }

  @Test
  void aRowIsKnownAfterARestart() {
    fiftyFailures();
    restartWith(FAILURES);
    for (int i = 0; i < 50; i++) {
      row("row-" + i, 0, true);
    }
    pass(Duration.ofMinutes(5));
    assertThat(alerts).isEmpty();
  }

  @Test
  void whatFiresByARuleThatIsTakenAwayResolvesAtTheNextStart() {
    fiftyFailures();
    pass(Duration.ofMinutes(2));
    alerts.clear();
    restartWith("none");
    pass(Duration.ofSeconds(2));
    assertThat(alerts).hasSize(1);
    assertThat(alerts.get(0).getState()).isEqualTo(AlertState.resolved);
    assertThat(alerts.get(0).getSeverity()).isEqualTo("page");
    pass(Duration.ofMinutes(5));
    assertThat(alerts).hasSize(1);
  }

  @Test
  void aRuleThatIsAnotherOneNowBeginsAnew() {
    fiftyFailures();
    pass(Duration.ofMinutes(2));
    alerts.clear();
    restartWith(FAILURES.replace("above: 0.2", "above: 0.5"));
    pass(Duration.ofMinutes(5));
    assertThat(alerts).extracting(Alert::getState).containsExactly(AlertState.resolved);
    fiftyFailures();
    pass(Duration.ofMinutes(5));
    assertThat(in(AlertState.firing)).isNotEmpty();
  }

  @Test
  void aChangeOfWordsOnlyKeepsTheAlert() {
    fiftyFailures();
    pass(Duration.ofMinutes(2));
    String id = alerts.get(0).getAlertId();
    restartWith(FAILURES.replace("severity: page", "severity: mail"));
    pass(Duration.ofMinutes(2));
    assertThat(alerts).extracting(Alert::getAlertId).containsOnly(id);
    assertThat(in(AlertState.resolved)).isEmpty();
  }

  @Test
  void whatIsOfNoRuleIsLeftAlone() {
    process("unheard_of", new byte[] {1, 2, 3});
    pass(Duration.ofMinutes(2));
    assertThat(alerts).isEmpty();
  }
}
