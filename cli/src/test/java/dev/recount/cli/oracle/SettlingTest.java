package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Phase;
import dev.recount.avro.TraceRecord;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.schemas.AvroCodec;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Traffic stops: the last traces settle all the same, on real parts. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class SettlingTest {
  private static final long QUIET = 3_000;
  private static final long TICK = 1_000;

  @Test
  void theLastTracesSettleWithinTheirQuietTimeAndTwoTicks() throws IOException {
    Map<String, String> settings = new HashMap<>(OracleStack.SETTINGS);
    settings.put("settle.quiet.ms", Long.toString(QUIET));
    settings.put("settle.idle.ms", Long.toString(QUIET));
    settings.put("tick.interval.ms", Long.toString(TICK));
    // Each span once: what changes nothing does not make a trace wait.
    Map<String, Telemetry> spans = new TreeMap<>();
    Set<String> traces = new TreeSet<>();
    for (Telemetry event : TelemetryGenerator.generate(20, OracleStack.SEED)) {
      if (event instanceof Telemetry.Span span) {
        spans.put(span.trace() + span.id(), span);
        traces.add(span.trace());
      }
    }
    try (OracleStack stack = OracleStack.start();
        TopologyProcess topology = stack.topology("topology", settings);
        SchemaRegistryClient registry = stack.connection().newRegistryClient()) {
      try (Load load = Load.start(stack.connection(), List.copyOf(spans.values()))) {
        load.finish();
      }
      stack.awaitDrained();
      topology.requireAlive();

      Map<String, Long> lastEvent = new TreeMap<>();
      TopicReader.read(
          stack,
          stack.connection().topics().traceEvents(),
          entry ->
              lastEvent.merge(
                  new String(entry.key(), StandardCharsets.UTF_8), entry.timestamp(), Math::max));
      AvroCodec<TraceRecord> rows = AvroCodec.reading(TraceRecord.class, registry);
      Map<String, Long> waits = new TreeMap<>();
      TopicReader.read(
          stack,
          stack.connection().topics().traceRecords(),
          record -> {
            TraceRecord row = rows.decode(record.value());
            if (row.getPhase() == Phase.settled) {
              long last = Objects.requireNonNull(lastEvent.get(row.getTraceId()));
              waits.put(row.getTraceId(), record.timestamp() - last);
            }
          });
      assertThat(waits.keySet()).isEqualTo(traces);
      assertThat(waits.values())
          .as("from the last span to the settled row, milliseconds: " + waits)
          .allSatisfy(wait -> assertThat(wait).isBetween(QUIET, QUIET + 2 * TICK));
      try (ClickHouse clickHouse = stack.clickHouse()) {
        assertThat(
                clickHouse
                    .rows("SELECT countIf(phase = 'settled') AS n FROM traces_latest", Map.of())
                    .get(0)
                    .path("n")
                    .asLong())
            .isEqualTo(traces.size());
      }
    }
  }
}
