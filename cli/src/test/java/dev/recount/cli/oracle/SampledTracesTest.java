package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.SnapshotContents;
import dev.recount.cli.Main;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.schemas.AvroCodec;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * The rules that come with Recount on real parts: telemetry in one random order over all traces, a
 * topology that is killed in the middle, escalations that come when everything has settled. What is
 * kept is what a plain program says should be.
 */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class SampledTracesTest {
  private static final Logger log = LoggerFactory.getLogger(SampledTracesTest.class);
  private static final long START = 1_772_366_400_000L;
  private static final int VERSIONS = 4;
  private static final BigInteger RANGE = BigInteger.ONE.shiftLeft(56);

  /** What was sent of a trace, and what is to come of it. */
  private record Planned(
      String id,
      String version,
      int spans,
      boolean failed,
      boolean condemned,
      boolean escalated,
      boolean escalatedLate) {
    /** The rule that decides in the end. */
    String rule() {
      if (failed) {
        return "errors";
      }
      if (condemned) {
        return "failed_evaluations";
      }
      return escalated || escalatedLate ? "escalations" : "rest";
    }

    boolean lucky() {
      BigInteger randomness = new BigInteger(id.substring(18), 16);
      return randomness.multiply(BigInteger.TEN).compareTo(RANGE.multiply(BigInteger.valueOf(9)))
          >= 0;
    }

    boolean kept() {
      return !rule().equals("rest") || lucky();
    }

    /** When only what came in time is known. */
    boolean keptAtFirst() {
      return failed || condemned || escalated || lucky();
    }

    double weight() {
      return kept() ? (rule().equals("rest") ? 10 : 1) : 0;
    }

    String context() {
      return "what the model saw of " + id;
    }
  }

  @Test
  void whatIsKeptIsWhatThePlainProgramKeeps() throws IOException {
    Random random = new Random(OracleStack.SEED);
    List<Planned> traces = plan(random);
    List<Telemetry> events = new ArrayList<>();
    traces.forEach(trace -> events.addAll(telemetry(trace)));
    Collections.shuffle(events, random);
    Map<String, String> settings = new HashMap<>(OracleStack.SETTINGS);
    settings.put("sampling.rules", "default");
    try (OracleStack stack = OracleStack.start();
        SchemaRegistryClient registry = stack.connection().newRegistryClient()) {
      TopologyProcess topology = stack.topology("topology", settings);
      TopologyProcess first = topology;
      // A rule set for each partition, and the end of the transaction.
      OracleStack.await(
          "rules in the log",
          () -> {
            first.requireAlive();
            return stack.logged() >= 2L * OracleStack.PARTITIONS;
          });
      try (TelemetrySender sender = new TelemetrySender(stack.connection(), OracleStack.SEED)) {
        int middle = events.size() / 2;
        events.subList(0, middle).forEach(sender::send);
        sender.flush();
        OracleStack.await("half of the log", () -> stack.logged() > middle / 2);
        topology.kill();
        topology = stack.topology("topology", settings);
        events.subList(middle, events.size()).forEach(sender::send);
        sender.flush();
        stack.awaitDrained();
        try (ClickHouse clickHouse = stack.clickHouse()) {
          Set<String> atFirst = ids(traces.stream().filter(Planned::keptAtFirst).toList());
          assertThat(retained(clickHouse)).isEqualTo(atFirst);
          assertThat(spans(clickHouse).keySet()).isEqualTo(atFirst);
        }
        traces.stream()
            .filter(Planned::escalatedLate)
            .forEach(trace -> sender.send(escalation(trace)));
        sender.flush();
      }
      try (TopologyProcess last = topology) {
        stack.awaitDrained();
        last.requireAlive();
        try (ClickHouse clickHouse = stack.clickHouse()) {
          compare(traces, clickHouse);
          weigh(traces, clickHouse);
        }
        explain(traces, stack);
        assertThat(contexts(stack, registry))
            .isEqualTo(
                new TreeSet<>(
                    traces.stream().filter(Planned::kept).map(Planned::context).toList()));
      }
    }
  }

  private static void compare(List<Planned> traces, ClickHouse clickHouse) {
    Map<String, Planned> byId = new TreeMap<>();
    traces.forEach(trace -> byId.put(trace.id(), trace));
    List<String> wrong = new ArrayList<>();
    List<JsonNode> rows =
        clickHouse.rows(
            "SELECT trace_id, retained, retained_by, sample_weight FROM traces_latest", Map.of());
    for (JsonNode row : rows) {
      Planned trace = Objects.requireNonNull(byId.get(row.path("trace_id").asText()));
      String expected = trace.kept() + " " + trace.rule() + " " + trace.weight();
      String actual =
          row.path("retained").asBoolean()
              + " "
              + row.path("retained_by").asText()
              + " "
              + row.path("sample_weight").asDouble();
      if (!actual.equals(expected)) {
        wrong.add(trace.id() + ": " + actual + " instead of " + expected);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(rows).hasSize(traces.size());
    Map<String, Long> spans = new TreeMap<>();
    traces.stream()
        .filter(Planned::kept)
        .forEach(trace -> spans.put(trace.id(), (long) trace.spans()));
    assertThat(spans(clickHouse)).isEqualTo(spans);
    List<JsonNode> thresholds =
        clickHouse.rows(
            "SELECT t.sample_weight AS weight, s.trace_state AS state FROM spans_latest AS s"
                + " INNER JOIN traces_latest AS t ON s.trace_id = t.trace_id GROUP BY ALL"
                + " ORDER BY weight",
            Map.of());
    assertThat(thresholds.stream().map(row -> row.path("state").asText()))
        .containsExactly("ot=th:0", "ot=th:e6666666666666");
  }

  /** Weighted counts against the truth, by version. */
  private static void weigh(List<Planned> traces, ClickHouse clickHouse) {
    for (int version = 1; version <= VERSIONS; version++) {
      String named = "v" + version;
      JsonNode counts =
          clickHouse
              .rows(
                  "SELECT sum(weighted_traces) AS told, sqrt(sum(variance)) AS error,"
                      + " sum(weighted_failed_traces) AS failed FROM weighted_traces"
                      + " WHERE agent_version = {version:String}",
                  Map.of("version", named))
              .get(0);
      long truth = traces.stream().filter(trace -> trace.version().equals(named)).count();
      double told = counts.path("told").asDouble();
      double error = counts.path("error").asDouble();
      log.info("{}: {} traces, told {} ± {}", named, truth, told, error);
      assertThat(told).as(named).isCloseTo(truth, within(3 * error));
      assertThat(counts.path("failed").asDouble())
          .isEqualTo(
              traces.stream()
                  .filter(trace -> trace.version().equals(named) && trace.failed())
                  .count());
    }
  }

  /** A sample of each fate is explained as it was decided. */
  private static void explain(List<Planned> traces, OracleStack stack) {
    Map<String, Planned> byFate = new TreeMap<>();
    traces.forEach(trace -> byFate.putIfAbsent(trace.rule() + trace.kept(), trace));
    assertThat(byFate)
        .containsOnlyKeys(
            "errorstrue", "escalationstrue", "failed_evaluationstrue", "restfalse", "resttrue");
    for (Planned trace : byFate.values()) {
      StringWriter out = new StringWriter();
      CommandLine line = Main.commandLine(Terminal.none());
      line.setOut(new PrintWriter(out));
      int exit =
          line.execute(
              "sampling", "explain", trace.id(), "--clickhouse-url", stack.clickHouseUrl());
      assertThat(exit).isZero();
      String fate = (trace.kept() ? "kept by " : "not kept by ") + trace.rule();
      assertThat(out.toString())
          .contains("is " + fate + ", with weight " + trace.weight() + ".")
          .contains("So it is " + fate + ".")
          .contains("error is true: " + trace.failed())
          .doesNotContain("That is not what was decided");
    }
  }

  private static Set<String> ids(List<Planned> traces) {
    return new TreeSet<>(traces.stream().map(Planned::id).toList());
  }

  private static Set<String> retained(ClickHouse clickHouse) {
    Set<String> retained = new TreeSet<>();
    clickHouse
        .rows("SELECT trace_id FROM traces_latest WHERE retained", Map.of())
        .forEach(row -> retained.add(row.path("trace_id").asText()));
    return retained;
  }

  private static Map<String, Long> spans(ClickHouse clickHouse) {
    Map<String, Long> spans = new TreeMap<>();
    clickHouse
        .rows("SELECT trace_id, count() AS spans FROM spans_latest GROUP BY trace_id", Map.of())
        .forEach(row -> spans.put(row.path("trace_id").asText(), row.path("spans").asLong()));
    return spans;
  }

  /** The bodies that were sent. */
  private static Set<String> contexts(OracleStack stack, SchemaRegistryClient registry) {
    AvroCodec<SnapshotContents> codec = AvroCodec.reading(SnapshotContents.class, registry);
    Set<String> contexts = new TreeSet<>();
    TopicReader.read(
        stack,
        stack.connection().topics().snapshotContents(),
        record ->
            codec
                .decode(record.value())
                .getContents()
                .forEach(content -> contexts.add(content.getContent())));
    return contexts;
  }

  private static List<Planned> plan(Random random) {
    List<Planned> traces = new ArrayList<>();
    for (int i = 0; i < OracleStack.TRACES; i++) {
      int version = 1 + random.nextInt(VERSIONS);
      boolean escalated = random.nextInt(50) == 0;
      traces.add(
          new Planned(
              String.format("%016x%016x", random.nextLong(), random.nextLong()),
              "v" + version,
              2 + random.nextInt(4),
              random.nextInt(100) < 2 * version,
              random.nextInt(50) == 0,
              escalated,
              !escalated && random.nextInt(20) == 0));
    }
    return traces;
  }

  private static List<Telemetry> telemetry(Planned trace) {
    List<Telemetry> events = new ArrayList<>();
    Telemetry.Resource resource = new Telemetry.Resource("shop", null, null, "sdk", "1.0");
    for (int i = 1; i <= trace.spans(); i++) {
      boolean root = i == 1;
      Map<String, Object> attributes =
          root
              ? Map.of(
                  "gen_ai.operation.name", "invoke_agent",
                  "gen_ai.agent.name", "shop",
                  "gen_ai.agent.version", trace.version())
              : Map.of(
                  "gen_ai.operation.name", "execute_tool",
                  "gen_ai.tool.name", "tool-" + i,
                  "gen_ai.tool.call.id", "call-" + i);
      events.add(
          new Telemetry.Span(
              trace.id(),
              String.format("%016x", i),
              root ? null : String.format("%016x", 1),
              root ? "invoke_agent shop" : "execute_tool tool-" + i,
              resource,
              (START + i) * 1_000_000,
              (START + 1_000 + i) * 1_000_000,
              trace.failed() && i == 2 ? "ERROR" : "UNSET",
              null,
              null,
              null,
              attributes));
    }
    events.add(
        new Telemetry.Snapshot(
            trace.id(),
            "window",
            null,
            START + 5,
            "MODEL_CALL",
            10L,
            1000L,
            List.of(new Telemetry.Segment("USER", null, 10L, null, false, trace.context())),
            null));
    if (trace.condemned()) {
      events.add(feedback(trace, "EVALUATION", false));
    }
    if (trace.escalated()) {
      events.add(escalation(trace));
    }
    return events;
  }

  private static Telemetry.Feedback escalation(Planned trace) {
    return feedback(trace, "ESCALATION", null);
  }

  private static Telemetry.Feedback feedback(Planned trace, String kind, @Nullable Boolean passed) {
    return new Telemetry.Feedback(
        kind + " of " + trace.id(),
        kind,
        "test",
        "quality",
        null,
        null,
        passed,
        null,
        START + 2_000,
        new Telemetry.About(trace.id(), null, null, null, null, null, null));
  }
}
