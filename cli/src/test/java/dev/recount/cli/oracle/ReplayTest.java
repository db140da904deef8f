package dev.recount.cli.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.avro.DecisionRecord;
import dev.recount.cli.Main;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.replay.InterruptedReplay;
import dev.recount.cli.replay.TopicScan;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.status.ConsumerLag;
import dev.recount.schemas.Topics;
import dev.recount.topology.TopologyCodecs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Replays on real parts: what they derive, what they report, and what they hand over. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class ReplayTest {
  private static final Logger log = LoggerFactory.getLogger(ReplayTest.class);
  private static final int TRACES = Integer.getInteger("recount.replay.traces", 60);

  /** What it decides can be told from a row. */
  private static final String RULES =
      """
      rules:
        - {name: lower_half, when: {trace_id: {matches: "^[0-7].*"}}, decision: keep}
        - {name: rest, decision: drop}
      """;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final List<String> TABLES =
      List.of("decisions", "traces", "spans", "context_snapshots", "feedback", "evaluations");

  /** The exit code of a process that {@code kill -9} has ended. */
  private static final int KILLED = 137;

  /** Prices of a model that had none, in dollars per million tokens. */
  private static final String PRICES = "claude-4,1.00,2.00,0.10,1.25,";

  private static final String PRICED =
      " FROM decisions_latest WHERE model = 'claude-4' AND cost_nano_usd IS NULL"
          + " AND fresh_input_tokens IS NOT NULL AND output_tokens IS NOT NULL";

  /** Billionths of a dollar: a thousand times the dollars per million. */
  private static final String THEIR_COST =
      "SELECT sum(1000 * fresh_input_tokens + 2000 * output_tokens"
          + " + 100 * ifNull(cache_read_tokens, 0) + 1250 * ifNull(cache_write_tokens, 0)) AS n"
          + PRICED;

  private static final String ALL_COST = "SELECT sum(cost_nano_usd) AS n FROM decisions_latest";

  /** One stack for all of it, since its parts take longer to start than a replay takes. */
  @Test
  void aReplayDerivesTheSameAndHandsOverWithoutLoss() throws IOException {
    List<Telemetry> events = TelemetryGenerator.generate(TRACES, OracleStack.SEED + 3);
    Oracle oracle = Oracle.of(events);
    try (OracleStack stack = OracleStack.start();
        ClickHouse clickHouse = stack.clickHouse();
        Load load = Load.start(stack.connection(), events);
        TopologyProcess topology = stack.topology("live")) {
      OracleStack.await("half of the load", () -> stack.logged() > events.size() / 2);
      String before = stack.application();
      interrupted("exchanged decisions", stack, Map.of(), false);
      // What finishes it is another run.
      replay(stack, "--all");
      assertThat(stack.application()).isNotEqualTo(before);
      load.finish();
      stack.awaitDrained();
      topology.requireAlive();
      requirePerfect(clickHouse, oracle);
      otherRulesChangeExactlyTheirRows(stack, clickHouse);
      assertThat(databases(clickHouse)).containsExactly("recount");
    }
  }

  /**
   * The long form: by hand, with {@code -Drecount.replay.long=true}.
   *
   * <p>Under load the replay is killed, goes on, is killed again when the live application has
   * stopped, and is finished; then nothing may be lost.
   */
  @Test
  @EnabledIfSystemProperty(named = "recount.replay.long", matches = "true")
  void everyWayOfReplayingAndEveryStep() throws IOException {
    List<Telemetry> events = TelemetryGenerator.generate(TRACES, OracleStack.SEED + 3);
    Oracle oracle = Oracle.of(events);
    try (OracleStack stack = OracleStack.start();
        ClickHouse clickHouse = stack.clickHouse();
        Load load = Load.start(stack.connection(), events);
        TopologyProcess topology = stack.topology("live")) {
      OracleStack.await("half of the load", () -> stack.logged() > events.size() / 2);
      String before = stack.application();
      assertThat(ReplayProcess.start(stack, "derived").awaitEnd()).isEqualTo(KILLED);
      assertThat(ReplayProcess.start(stack, "drained").awaitEnd()).isEqualTo(KILLED);
      assertThat(stack.application()).isEqualTo(before);
      replay(stack, "--all");
      assertThat(stack.application()).isNotEqualTo(before);
      load.finish();
      stack.awaitDrained();
      topology.requireAlive();
      requirePerfect(clickHouse, oracle);

      anotherSettingChangesExactlyItsRows(stack, clickHouse);
      interruptedAtEveryStepTheTablesAreWhole(stack, clickHouse);
      topology.requireAlive();
      readersOfTheTopicHaveWhatTheTableHas(stack, clickHouse);

      JsonNode back = JSON.readTree(replay(stack, "--back", "--format=json"));
      log.info("Back: {}", back);
      stack.awaitDrained();
      readersOfTheTopicHaveWhatTheTableHas(stack, clickHouse);
      requirePerfect(clickHouse, oracle);
      oneTraceByItselfIsTheSame(stack, clickHouse);
      deadLettersAreSentOnce(stack);
      assertThat(differences(replay(stack, "--all", "--dry-run", "--format=json"))).isZero();
      thoseOfASpanOfTimeAreTheSame(stack);
      whatTheLogNoLongerHoldsIsCarriedOver(stack);
      requirePerfect(clickHouse, oracle);
      List<Telemetry> late = feedbackOnTheOldest(clickHouse);
      try (Load more = Load.start(stack.connection(), late)) {
        more.finish();
      }
      stack.awaitDrained();
      Oracle amended = Oracle.of(Stream.concat(events.stream(), late.stream()).toList());
      requirePerfect(clickHouse, amended);
      theRawTopicsTellTheSame(stack);
      requirePerfect(clickHouse, amended);
      whatIsForgottenStaysForgotten(stack, clickHouse);
      assertThat(databases(clickHouse)).containsExactly("recount");
    }
  }

  /** Which rule decided is in the rows of every trace; what is not kept has no spans. */
  private static void otherRulesChangeExactlyTheirRows(OracleStack stack, ClickHouse clickHouse)
      throws IOException {
    Path rules = Files.writeString(stack.folder("rules.yaml"), RULES);
    JsonNode report =
        JSON.readTree(
            replay(
                stack,
                "--all",
                "--dry-run",
                "--format=json",
                "--set=sampling.rules=@" + rules.toAbsolutePath()));
    for (JsonNode table : report.path("tables")) {
      String name = table.path("table").asText();
      String said = table.toPrettyString();
      String rows = "SELECT count() AS n FROM " + name + "_latest";
      boolean spans = name.equals("spans");
      long marked =
          switch (name) {
            case "feedback" -> 0;
            // Those that are kept tell with which probability.
            case "spans" -> number(clickHouse, rows + " WHERE match(trace_id, '^[0-7]')");
            default -> number(clickHouse, rows);
          };
      long dropped = spans ? number(clickHouse, rows + " WHERE NOT match(trace_id, '^[0-7]')") : 0;
      assertThat(marked > 0).as(said).isEqualTo(!name.equals("feedback"));
      assertThat(dropped > 0).as(said).isEqualTo(spans);
      assertThat(table.path("differing").asLong()).as(said).isEqualTo(marked);
      assertThat(table.path("only_live").asLong()).as(said).isEqualTo(dropped);
      assertThat(table.path("only_rebuilt").asLong()).as(said).isZero();
      Set<String> explained =
          spans ? Set.of("trace_state") : Set.of("retained", "retained_by", "sample_weight");
      table
          .path("columns")
          .fieldNames()
          .forEachRemaining(column -> assertThat(column).isIn(explained));
    }
  }

  private static void interrupted(
      String step, OracleStack stack, Map<String, String> settings, boolean keepOld) {
    InterruptedReplay.until(
        step, stack.connection(), stack.target(), stack.folder("replay"), settings, keepOld);
  }

  private static void oneTraceByItselfIsTheSame(OracleStack stack, ClickHouse clickHouse)
      throws IOException {
    JsonNode busiest =
        clickHouse
            .rows(
                "SELECT trace_id, decision_count FROM traces_latest ORDER BY feedback_lag_ms IS NULL,"
                    + " decision_count DESC LIMIT 1",
                Map.of())
            .get(0);
    JsonNode report =
        JSON.readTree(
            replay(
                stack,
                "--trace=" + busiest.path("trace_id").asText(),
                "--dry-run",
                "--format=json"));
    assertThat(report.path("differences").asLong()).as(report.toPrettyString()).isZero();
    for (JsonNode table : report.path("tables")) {
      if (table.path("table").asText().equals("decisions")) {
        assertThat(table.path("rebuilt").asLong())
            .isEqualTo(busiest.path("decision_count").asLong());
      }
    }
  }

  private static void thoseOfASpanOfTimeAreTheSame(OracleStack stack) throws IOException {
    // All that began in the past: every trace.
    JsonNode all =
        JSON.readTree(
            replay(
                stack,
                "--from=2026-01-01T00:00:00Z",
                "--to=2100-01-01T00:00:00Z",
                "--dry-run",
                "--format=json"));
    assertThat(all.path("differences").asLong()).as(all.toPrettyString()).isZero();
    assertThat(all.path("tables").get(5).path("rebuilt").asLong()).isEqualTo(TRACES);
  }

  /** The broker removes the first half of the log, as it does at the retention. */
  private static void whatTheLogNoLongerHoldsIsCarriedOver(OracleStack stack) throws IOException {
    try (Admin admin = Admin.create(stack.connection().kafkaClientProperties());
        ConsumerLag lag = new ConsumerLag(stack.connection())) {
      Map<TopicPartition, RecordsToDelete> half = new HashMap<>();
      lag.ends(Set.of(stack.connection().topics().traceEvents().name()))
          .forEach((partition, end) -> half.put(partition, RecordsToDelete.beforeOffset(end / 2)));
      admin.deleteRecords(half).all().get();
    } catch (ExecutionException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
    JsonNode report = JSON.readTree(replay(stack, "--all", "--format=json"));
    assertThat(report.path("carried_over_before").asText()).isNotEmpty();
    assertThat(report.path("differences").asLong()).as(report.toPrettyString()).isZero();
  }

  /** Judgements on the traces of which the log holds least. */
  private static List<Telemetry> feedbackOnTheOldest(ClickHouse clickHouse) {
    List<Telemetry> feedback = new ArrayList<>();
    for (JsonNode row :
        clickHouse.rows(
            "SELECT trace_id FROM traces FINAL WHERE span_count > 0 ORDER BY key_time LIMIT 20",
            Map.of())) {
      feedback.add(
          new Telemetry.Feedback(
              "late-" + feedback.size(),
              "RATING",
              null,
              "helpful",
              0.25,
              null,
              null,
              null,
              1_900_000_000_000L,
              new Telemetry.About(
                  row.path("trace_id").asText(), null, null, null, null, null, null)));
    }
    assertThat(feedback).hasSize(20);
    return feedback;
  }

  private static void deadLettersAreSentOnce(OracleStack stack) {
    String topic = stack.connection().topics().otlpSpans().name();
    byte[] poison = "\u0007not telemetry".getBytes(StandardCharsets.UTF_8);
    byte[] key = "key".getBytes(StandardCharsets.UTF_8);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            stack.connection().kafkaClientProperties(),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(
          new ProducerRecord<>(
              topic, null, 1_700_000_000_000L, key, poison, List.of(new RecordHeader("a", key))));
    }
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    OracleStack.await("the dead letter", () -> letters(stack) > 0);
    replay(stack, "--dead-letters");
    OracleStack.await("its successor", () -> letters(stack) > 1);
    TopicScan.read(stack.connection(), topic, found::add);
    List<ConsumerRecord<byte[], byte[]>> sent =
        found.stream().filter(record -> Arrays.equals(record.value(), poison)).toList();
    assertThat(sent).hasSize(2);
    assertThat(sent.get(1).key()).isEqualTo(key);
    // The broker stamps what it takes, whatever a sender says.
    assertThat(sent)
        .allSatisfy(
            record -> {
              assertThat(record.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
              assertThat(record.timestamp()).isGreaterThan(1_700_000_000_000L);
            });
    assertThat(sent.get(1).headers().toArray()).isEqualTo(sent.get(0).headers().toArray());
    // Refused again it is another dead letter; the first is not sent a second time.
    replay(stack, "--dead-letters");
    OracleStack.await("its successor", () -> letters(stack) > 2);
    found.clear();
    TopicScan.read(stack.connection(), topic, found::add);
    assertThat(found.stream().filter(record -> Arrays.equals(record.value(), poison))).hasSize(3);
  }

  /** What the log no longer holds the raw topics do. */
  private static void theRawTopicsTellTheSame(OracleStack stack) throws IOException {
    JsonNode report = JSON.readTree(replay(stack, "--all", "--from-raw", "--format=json"));
    assertThat(report.path("differences").asLong()).as(report.toPrettyString()).isZero();
    assertThat(report.path("carried_over_before").isNull()).isTrue();
  }

  /** The raw topics still have it; that it is to be forgotten stood in the log that is replaced. */
  private static void whatIsForgottenStaysForgotten(OracleStack stack, ClickHouse clickHouse) {
    String trace =
        clickHouse
            .rows("SELECT trace_id FROM traces_latest WHERE span_count > 0 LIMIT 1", Map.of())
            .get(0)
            .path("trace_id")
            .asText();
    run(stack, "forget", "--trace=" + trace, "--yes");
    replay(stack, "--all");
    assertNoRowOf(trace, clickHouse);
    replay(stack, "--all", "--from-raw");
    assertNoRowOf(trace, clickHouse);
  }

  /** Not even one that was withdrawn, or that a later one has replaced. */
  private static void assertNoRowOf(String trace, ClickHouse clickHouse) {
    for (String table : TABLES) {
      assertThat(
              clickHouse.rows(
                  "SELECT 1 FROM " + table + " WHERE trace_id = {trace:String} LIMIT 1",
                  Map.of("trace", trace)))
          .as(table)
          .isEmpty();
    }
  }

  private static long letters(OracleStack stack) {
    List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
    TopicScan.read(
        stack.connection(), stack.connection().topics().deadLetters().name(), letters::add);
    return letters.size();
  }

  /**
   * Kills at random moments and at every step, each time with the process; by hand, with {@code
   * -Drecount.replay.kills=10}.
   */
  @Test
  @EnabledIfSystemProperty(named = "recount.replay.kills", matches = "[0-9]+")
  void killedAnywhereTheTablesStayWholeAndALaterRunSucceeds() {
    int kills = Integer.getInteger("recount.replay.kills", 0);
    Random random = new Random(OracleStack.SEED);
    List<Telemetry> events = TelemetryGenerator.generate(TRACES, OracleStack.SEED + 4);
    Oracle oracle = Oracle.of(events);
    try (OracleStack stack = OracleStack.start();
        ClickHouse clickHouse = stack.clickHouse();
        Load load = Load.start(stack.connection(), events);
        TopologyProcess topology = stack.topology("live")) {
      load.finish();
      stack.awaitDrained();
      // In turn, so that each replay that is not the rest of another one has rows to change.
      List<String> prices = List.of("models=" + PRICES, "models=");
      int turn = 0;
      List<String> ends = new ArrayList<>(InterruptedReplay.STEPS);
      for (int kill = 0; kill < kills; kill++) {
        ends.add("");
      }
      Collections.shuffle(ends, random);
      Map<String, String> rows = counts(checksums(clickHouse, "recount"));
      for (String end : ends) {
        if (end.isEmpty()) {
          ReplayProcess replay = ReplayProcess.start(stack, end, prices.get(turn++ % 2));
          LockSupport.parkNanos(Duration.ofMillis(random.nextInt(12_000)).toNanos());
          replay.kill();
        } else {
          int exit = 0;
          // The rest of a replay that was killed further on does not come by here: the next one
          // does.
          for (int attempt = 0; attempt < 3 && exit != KILLED; attempt++) {
            exit = ReplayProcess.start(stack, end, prices.get(turn++ % 2)).awaitEnd();
          }
          assertThat(exit).as("exit code at " + end).isEqualTo(KILLED);
        }
        assertThat(counts(checksums(clickHouse, "recount"))).as("after " + end).isEqualTo(rows);
      }
      assertThat(ReplayProcess.start(stack, "", prices.get(0)).awaitEnd()).isZero();
      stack.awaitDrained();
      topology.requireAlive();
      // Back to the prices that the oracle knows.
      assertThat(ReplayProcess.start(stack, "", prices.get(1)).awaitEnd()).isZero();
      requirePerfect(clickHouse, oracle);
    }
  }

  private static Map<String, String> counts(Map<String, String> checksums) {
    Map<String, String> counts = new TreeMap<>();
    checksums.forEach((table, checksum) -> counts.put(table, checksum.split(" ", 2)[0]));
    return counts;
  }

  private static void requirePerfect(ClickHouse clickHouse, Oracle oracle) {
    Comparison comparison = Comparison.of(clickHouse, oracle);
    log.info("{}", comparison.report());
    assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
  }

  private static void anotherSettingChangesExactlyItsRows(OracleStack stack, ClickHouse clickHouse)
      throws IOException {
    long calls = number(clickHouse, "SELECT count() AS n" + PRICED);
    long traces = number(clickHouse, "SELECT uniqExact(trace_id) AS n" + PRICED);
    assertThat(calls).isPositive();
    JsonNode report =
        JSON.readTree(
            replay(stack, "--all", "--dry-run", "--format=json", "--set", "models=" + PRICES));
    for (JsonNode table : report.path("tables")) {
      long expected =
          switch (table.path("table").asText()) {
            case "decisions" -> calls;
            case "traces" -> traces;
            default -> 0;
          };
      String said = table.toPrettyString();
      assertThat(table.path("differing").asLong()).as(said).isEqualTo(expected);
      assertThat(table.path("only_live").asLong()).as(said).isZero();
      assertThat(table.path("only_rebuilt").asLong()).as(said).isZero();
      table
          .path("columns")
          .fieldNames()
          .forEachRemaining(column -> assertThat(column).isEqualTo("cost_nano_usd"));
    }
  }

  private static void interruptedAtEveryStepTheTablesAreWhole(
      OracleStack stack, ClickHouse clickHouse) {
    Map<String, String> old = checksums(clickHouse, "recount");
    long cost = number(clickHouse, ALL_COST) + number(clickHouse, THEIR_COST);
    List<Map<String, String>> seen = new ArrayList<>();
    for (String step : InterruptedReplay.STEPS) {
      interrupted(step, stack, Map.of("models", PRICES), true);
      seen.add(checksums(clickHouse, "recount"));
    }
    Map<String, String> rebuilt = checksums(clickHouse, "recount");
    for (Map<String, String> each : seen) {
      each.forEach(
          (table, checksum) ->
              assertThat(checksum).as(table).isIn(old.get(table), rebuilt.get(table)));
    }
    assertThat(number(clickHouse, ALL_COST)).isEqualTo(cost);
    Set<String> changed = new TreeSet<>();
    old.forEach(
        (table, checksum) -> {
          if (!checksum.equals(rebuilt.get(table))) {
            changed.add(table);
          }
        });
    assertThat(changed).containsExactly("decisions", "traces");
    String kept =
        databases(clickHouse).stream().filter(n -> !n.equals("recount")).findFirst().get();
    assertThat(checksums(clickHouse, kept)).isEqualTo(old);
  }

  /** By the highest revision since the last record of a replay, as docs/topics.md says. */
  private static void readersOfTheTopicHaveWhatTheTableHas(
      OracleStack stack, ClickHouse clickHouse) {
    TopologyCodecs codecs =
        TopologyCodecs.of(stack.connection().newRegistryClient(), stack.connection().topics());
    Map<String, DecisionRecord> held = new TreeMap<>();
    TopicReader.read(
        stack,
        stack.connection().topics().decisionRecords(),
        record -> {
          String key = new String(record.key(), StandardCharsets.UTF_8);
          boolean rebuilt = record.headers().lastHeader(Topics.REBUILT_HEADER) != null;
          if (record.value() == null) {
            held.remove(key);
            return;
          }
          DecisionRecord row = codecs.decisionRecords().decode(record.value());
          DecisionRecord before = held.get(key);
          if (rebuilt || before == null || row.getRevision() >= before.getRevision()) {
            held.put(key, row);
          }
        });
    Map<String, Long> expected = new TreeMap<>();
    for (JsonNode row :
        clickHouse.rows(
            "SELECT concat(trace_id, '/', decision_id) AS id, cost_nano_usd AS cost"
                + " FROM decisions_latest WHERE cost_nano_usd IS NOT NULL",
            Map.of())) {
      expected.put(row.path("id").asText(), row.path("cost").asLong());
    }
    Map<String, Long> costs = new TreeMap<>();
    held.forEach(
        (key, row) -> {
          Long cost = row.getCostNanoUsd();
          if (!row.getDeleted() && cost != null) {
            costs.put(key, cost);
          }
        });
    assertThat(costs).isEqualTo(expected);
  }

  private static Map<String, String> checksums(ClickHouse clickHouse, String database) {
    Map<String, String> checksums = new TreeMap<>();
    for (String table : TABLES) {
      for (JsonNode row :
          clickHouse.rows(
              "SELECT count() AS rows, toString(sum(cityHash64(toString(tuple(*))))) AS sum FROM "
                  + database
                  + "."
                  + table
                  + " FINAL",
              Map.of())) {
        checksums.put(table, row.path("rows").asText() + " " + row.path("sum").asText());
      }
    }
    return checksums;
  }

  private static long number(ClickHouse clickHouse, String sql) {
    return clickHouse.rows(sql, Map.of()).get(0).path("n").asLong();
  }

  private static long differences(String report) throws IOException {
    JsonNode read = JSON.readTree(report);
    assertThat(read.path("tables")).as(report).hasSize(TABLES.size());
    return read.path("differences").asLong();
  }

  /** Runs the command and returns what it says on standard output. */
  private static String replay(OracleStack stack, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("--state-dir=" + stack.folder("replay"));
    return run(stack, "replay", arguments.toArray(String[]::new));
  }

  private static String run(OracleStack stack, String command, String... options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine(Terminal.none());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(options));
    arguments.addAll(
        List.of(
            "--bootstrap-servers=" + stack.connection().bootstrapServers(),
            "--schema-registry-url=" + stack.connection().schemaRegistryUrl(),
            "--clickhouse-url=" + stack.target().url()));
    int exit = line.execute(arguments.toArray(String[]::new));
    log.info("{}\n{}", err, out);
    assertThat(exit).as(err.toString()).isZero();
    return out.toString();
  }

  private static Set<String> databases(ClickHouse clickHouse) {
    Set<String> names = new TreeSet<>();
    clickHouse
        .rows("SELECT name FROM system.databases WHERE name LIKE 'recount%'", Map.of())
        .forEach(row -> names.add(row.path("name").asText()));
    return names;
  }
}
