package dev.recount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.cli.options.ArchiveOptions;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.recorded.RecordedRuns;
import dev.recount.cli.roles.EmbeddedOptions;
import dev.recount.cli.roles.EmbeddedPipeline;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.schemas.DeadLetters;
import dev.recount.schemas.Topic;
import dev.recount.schemas.content.ContentReference;
import dev.recount.schemas.content.FolderContentStore;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.FolderStorage;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole pipeline on real parts: what goes in by the public ways comes out as rows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class PipelineTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int UNKNOWN_SCHEMA = 999_999;

  /** Table functions that read nothing but the database and what stands in the statement. */
  private static final Set<String> WITHIN_THE_DATABASE =
      Set.of(
          "dictionary",
          "format",
          "fuzzjson",
          "fuzzquery",
          "generate_series",
          "generaterandom",
          "generateseries",
          "merge",
          "mergetreeanalyzeindexes",
          "mergetreeanalyzeindexesuuid",
          "mergetreeindex",
          "mergetreeprojection",
          "mergetreetextindex",
          "null",
          "numbers",
          "numbers_mt",
          "primes",
          "prometheusquery",
          "prometheusqueryrange",
          "sqlstandardvalues",
          "timeseriesdata",
          "timeseriesmetrics",
          "timeseriessamples",
          "timeseriesselector",
          "timeseriestags",
          "values",
          "view",
          "viewexplain",
          "viewifpermitted",
          "zeros",
          "zeros_mt");

  private EmbeddedPipeline pipeline;
  private ClickHouse clickHouse;

  @BeforeAll
  void start() {
    pipeline =
        EmbeddedPipeline.start(
            EmbeddedOptions.ephemeral(
                Map.of("settle.quiet.ms", "1000", "tick.interval.ms", "200"), line -> {}));
    clickHouse = pipeline.connectToClickHouse();
  }

  @AfterAll
  void stop() {
    if (pipeline != null) {
      clickHouse.close();
      pipeline.close();
    }
  }

  @Test
  void healthIsOkOnceEveryRoleIsReady() throws IOException, InterruptedException {
    HttpResponse<String> health =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(pipeline.controlUrl() + "/health")).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.body())
        .contains("kafka", "schema-registry", "clickhouse", "sinks", "topology", "receiver");
  }

  @Test
  void spansOfARealSdkBecomeRowsAndFeedbackThatComesLaterAmendsThem()
      throws IOException, InterruptedException {
    String traceId = exportOneTrace("inventory");
    JsonNode trace = awaitSettled(traceId);
    assertThat(trace.path("agent_name").asText()).isEqualTo("order-agent");
    assertThat(trace.path("agent_version").asText()).isEqualTo("2.4.1");
    assertThat(trace.path("prompt_version").asText()).isEqualTo("v17");
    assertThat(trace.path("span_count").asLong()).isEqualTo(2);
    assertThat(trace.path("tools").toString()).isEqualTo("[\"inventory\"]");
    JsonNode call =
        only(
            "SELECT * FROM decisions_latest WHERE trace_id = {id:String} AND kind = 'TOOL_CALL'",
            traceId);
    assertThat(call.path("tool_name").asText()).isEqualTo("inventory");
    assertThat(call.path("status").asText()).isEqualTo("error");
    assertThat(count("SELECT count() AS n FROM spans_latest WHERE trace_id = {id:String}", traceId))
        .isEqualTo(2);

    produceWithConfluentsSerializer(traceId, "from-kafka");
    JsonNode amended = awaitFeedback(traceId, "from-kafka");
    assertThat(amended.path("revision").asLong()).isGreaterThan(trace.path("revision").asLong());
    assertThat(amended.path("phase").asText()).isEqualTo("amended");

    HttpResponse<String> answer = post(traceId, "from-http");
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
    assertThat(answer.body()).contains("from-http");
    assertThat(awaitFeedback(traceId, "from-http").path("revision").asLong())
        .isGreaterThan(amended.path("revision").asLong());
  }

  @Test
  void badInputBecomesDeadLettersAndThePipelineGoesOn() {
    List<Topic> inputs = pipeline.connection().topics().inputs();
    byte[] garbage = "\u0007not telemetry".getBytes(StandardCharsets.UTF_8);
    byte[] unknownSchema =
        ByteBuffer.allocate(8).put((byte) 0).putInt(UNKNOWN_SCHEMA).put(new byte[3]).array();
    Map<String, Integer> sent = new TreeMap<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            pipeline.connection().kafkaClientProperties(),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (Topic topic : inputs) {
        producer.send(new ProducerRecord<>(topic.name(), garbage));
        sent.merge(topic.name(), 1, Integer::sum);
        if (topic.value().isPresent()) {
          producer.send(new ProducerRecord<>(topic.name(), unknownSchema));
          sent.merge(topic.name(), 1, Integer::sum);
        }
      }
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(deadLetterRows()).containsAllEntriesOf(sent));
    assertThat(deadLetterHeaders())
        .hasSizeGreaterThanOrEqualTo(8)
        .allSatisfy(
            headers -> {
              assertThat(headers.get(DeadLetters.TOPIC)).isIn(sent.keySet());
              assertThat(headers.get(DeadLetters.PARTITION)).matches("\\d+");
              assertThat(headers.get(DeadLetters.OFFSET)).matches("\\d+");
              assertThat(headers.get(DeadLetters.STAGE)).isNotBlank();
              assertThat(headers.get(DeadLetters.ERROR)).isNotBlank();
            });
    awaitSettled(exportOneTrace("price_quote"));
  }

  @Test
  void recordedRunsAreImportedWithTheirKnownFiguresAndOnlyOnce() {
    Path file = RecordedRuns.file();
    for (int time = 1; time <= 2; time++) {
      StringWriter err = new StringWriter();
      CommandLine line = Main.commandLine(Terminal.none());
      line.setOut(new PrintWriter(new StringWriter()));
      line.setErr(new PrintWriter(err));
      int exit =
          line.execute(
              "import",
              file.toString(),
              "--format=tau-bench",
              "--bootstrap-servers=" + pipeline.connection().bootstrapServers(),
              "--schema-registry-url=" + pipeline.connection().schemaRegistryUrl(),
              "--clickhouse-url=" + pipeline.clickHouseUrl(),
              "--otlp-endpoint=" + pipeline.otlpGrpcUrl(),
              "--timeout=180");
      assertThat(exit).as(err.toString()).isZero();
      assertImported();
    }
  }

  @Test
  void whatIsToBeForgottenIsGoneEverywhereAndStaysAway(@TempDir Path contentFolder)
      throws IOException, InterruptedException {
    FolderContentStore contents = new FolderContentStore(contentFolder);
    ContentReference own = keep(contents, "only she has said so");
    ContentReference shared = keep(contents, "everybody has");
    String forgotten = exportConversation("u-to-forget", own.format() + " " + shared.format());
    String kept = exportConversation("u-to-keep", shared.format());
    awaitSettled(forgotten);
    awaitSettled(kept);
    post(forgotten, "of-forgotten");
    awaitFeedback(forgotten, "of-forgotten");
    SnapshotArchive archive =
        new SnapshotArchive(
            new FolderStorage(ArchiveOptions.folder(Path.of(pipeline.dataFolder()))));
    await().atMost(PATIENCE).until(() -> !archive.objects(forgotten).isEmpty());
    Map<String, Long> before = rowsOf(forgotten);
    assertThat(before.keySet())
        .contains("traces", "decisions", "spans", "context_snapshots", "feedback");

    assertThat(forget(contentFolder, "--user=u-to-forget"))
        .contains(forgotten, "Nothing has been deleted")
        .doesNotContain(kept);
    assertThat(rowsOf(forgotten)).isEqualTo(before);

    assertThat(forget(contentFolder, "--user=u-to-forget", "--yes", "--reason=asked to"))
        .contains("Deleted", "Kafka still holds what was sent");
    assertThat(rowsOf(forgotten)).isEmpty();
    assertThat(archive.objects(forgotten)).isEmpty();
    assertThat(contents.get(own)).isEmpty();
    assertThat(contents.get(shared)).isPresent();

    post(forgotten, "too-late");
    // What comes after it in the same log is there, so what came before has been passed over.
    awaitSettled(exportOneTrace("inventory"));
    assertThat(forget(contentFolder, "--trace=" + forgotten, "--yes")).contains("Deleted");
    assertThat(rowsOf(forgotten)).isEmpty();
    assertThat(rowsOf(kept)).containsKeys("traces", "decisions", "spans", "context_snapshots");
    assertThat(archive.objects(kept)).isNotEmpty();
  }

  @Test
  void everyTableFunctionOfTheEngineThatReachesOutsideIsRefused() {
    Set<String> functions = new TreeSet<>();
    clickHouse
        .rows("SELECT lower(name) AS name FROM system.table_functions", Map.of())
        .forEach(row -> functions.add(row.path("name").asText()));
    assertThat(functions).contains("file", "url", "s3", "remote", "executable");
    functions.removeAll(WITHIN_THE_DATABASE);
    Set<String> reached = new TreeSet<>();
    for (String function : functions) {
      CommandLine line = Main.commandLine(Terminal.none());
      line.setErr(new PrintWriter(new StringWriter()));
      if (line.execute("sql", "SELECT * FROM " + function + "('x')") != ExitCodes.WRONG_USAGE) {
        reached.add(function);
      }
    }
    assertThat(reached).as("known neither as inside nor as outside").isEmpty();
  }

  private static ContentReference keep(FolderContentStore contents, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    ContentReference reference = ContentReference.to(content, ContentReference.TEXT);
    contents.put(reference, content);
    return reference;
  }

  /** A run of somebody's, with what the model was told. */
  private String exportConversation(String user, String told) {
    try (SdkTracerProvider provider = tracerProvider()) {
      Span root =
          provider
              .get("test")
              .spanBuilder("chat")
              .setAttribute("gen_ai.operation.name", "chat")
              .setAttribute("gen_ai.request.model", "gpt-4o")
              .setAttribute("user.id", user)
              .setAttribute("note", told)
              .setAttribute(
                  "gen_ai.input.messages",
                  "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\""
                      + user
                      + "\"}]}]")
              .startSpan();
      root.end();
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      return root.getSpanContext().getTraceId();
    }
  }

  private String forget(Path contentFolder, String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "forget",
                "--bootstrap-servers=" + pipeline.connection().bootstrapServers(),
                "--schema-registry-url=" + pipeline.connection().schemaRegistryUrl(),
                "--clickhouse-url=" + pipeline.clickHouseUrl(),
                "--archive-url=" + ArchiveOptions.folder(Path.of(pipeline.dataFolder())),
                "--content-dir=" + contentFolder));
    all.addAll(List.of(arguments));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine(Terminal.none());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    int exit = line.execute(all.toArray(String[]::new));
    assertThat(exit).as(err.toString()).isZero();
    return out.toString();
  }

  /** Rows of a trace by table, those that were replaced or withdrawn too; of no table none. */
  private Map<String, Long> rowsOf(String traceId) {
    Map<String, Long> rows = new TreeMap<>();
    for (String table :
        List.of("traces", "decisions", "spans", "context_snapshots", "evaluations")) {
      rows.put(
          table,
          count("SELECT count() AS n FROM " + table + " WHERE trace_id = {id:String}", traceId));
    }
    rows.put(
        "feedback",
        count(
            "SELECT count() AS n FROM feedback WHERE {id:String} IN (trace_id, sent_trace_id)",
            traceId));
    rows.values().removeIf(count -> count == 0);
    return rows;
  }

  private void assertImported() {
    String traces = " FROM traces_latest WHERE service = 'tau-bench-airline'";
    String decisions = " FROM decisions_latest WHERE service = 'tau-bench-airline'";
    assertThat(count("SELECT count() AS n" + traces + " AND phase != 'provisional'"))
        .isEqualTo(100);
    assertThat(count("SELECT count() AS n" + traces)).isEqualTo(100);
    assertThat(count("SELECT countIf(escalated) AS n" + traces)).isEqualTo(22);
    assertThat(count("SELECT countIf(has(feedback_kinds, 'OUTCOME')) AS n" + traces))
        .isEqualTo(100);
    assertThat(
            count(
                "SELECT countIf(has(arrayZip(feedback_kinds, feedback_scores), ('OUTCOME', 1))) AS n"
                    + traces))
        .isEqualTo(43);
    assertThat(
            count(
                "SELECT count() AS n FROM context_snapshots_latest WHERE service = 'tau-bench-airline'"))
        .isEqualTo(1229);
    assertThat(
            count("SELECT countIf(status = 'error') AS n" + decisions + " AND kind = 'TOOL_CALL'"))
        .isEqualTo(33);
    assertThat(
            count("SELECT countIf(snapshot_id = '') AS n" + decisions + " AND kind = 'TOOL_CALL'"))
        .isZero();
    Map<String, Long> tools = new TreeMap<>();
    clickHouse
        .rows(
            "SELECT tool_name, count() AS n"
                + decisions
                + " AND kind = 'TOOL_CALL' GROUP BY tool_name",
            Map.of())
        .forEach(row -> tools.put(row.path("tool_name").asText(), row.path("n").asLong()));
    assertThat(tools)
        .hasSize(14)
        .containsEntry("get_reservation_details", 187L)
        .containsEntry("think", 48L)
        .containsEntry("transfer_to_human_agents", 22L)
        .containsEntry("update_reservation_passengers", 2L);
    assertThat(tools.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(572);
  }

  private SdkTracerProvider tracerProvider() {
    return SdkTracerProvider.builder()
        .setResource(Resource.builder().put("service.name", "orders").build())
        .addSpanProcessor(
            BatchSpanProcessor.builder(
                    OtlpGrpcSpanExporter.builder().setEndpoint(pipeline.otlpGrpcUrl()).build())
                .build())
        .build();
  }

  /** One agent run with one failed tool call, as an application would trace it. */
  private String exportOneTrace(String tool) {
    try (SdkTracerProvider provider = tracerProvider()) {
      Tracer tracer = provider.get("test");
      Span root =
          tracer
              .spanBuilder("invoke_agent order-agent")
              .setAttribute("gen_ai.operation.name", "invoke_agent")
              .setAttribute("gen_ai.agent.name", "order-agent")
              .setAttribute("gen_ai.agent.version", "2.4.1")
              .setAttribute("gen_ai.prompt.version", "v17")
              .startSpan();
      try (Scope scope = root.makeCurrent()) {
        tracer
            .spanBuilder("execute_tool " + tool)
            .setAttribute("gen_ai.operation.name", "execute_tool")
            .setAttribute("gen_ai.tool.name", tool)
            .setAttribute("gen_ai.tool.call.id", "call-1")
            .startSpan()
            .setStatus(StatusCode.ERROR, "out of order")
            .end();
      } finally {
        root.end();
      }
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      return root.getSpanContext().getTraceId();
    }
  }

  private void produceWithConfluentsSerializer(String traceId, String feedbackId) {
    Properties properties = pipeline.connection().kafkaClientProperties();
    try (KafkaAvroSerializer serializer = new KafkaAvroSerializer();
        KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
      serializer.configure(
          Map.of("schema.registry.url", pipeline.connection().schemaRegistryUrl()), false);
      String topic = pipeline.connection().topics().feedback().name();
      FeedbackEvent event =
          FeedbackEvent.newBuilder()
              .setFeedbackId(feedbackId)
              .setKind(FeedbackKind.RATING)
              .setTraceId(traceId)
              .setScore(1.0)
              .setOccurredAt(Instant.now())
              .build();
      producer.send(new ProducerRecord<>(topic, traceId, serializer.serialize(topic, event)));
    }
  }

  private HttpResponse<String> post(String traceId, String feedbackId)
      throws IOException, InterruptedException {
    String body =
        """
        {"feedback_id":"%s","kind":"OUTCOME","trace_id":"%s","score":0}"""
            .formatted(feedbackId, traceId);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(pipeline.controlUrl() + "/v1/feedback"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode awaitSettled(String traceId) {
    return awaitRow(
        "SELECT * FROM traces_latest WHERE trace_id = {id:String} AND phase != 'provisional'",
        Map.of("id", traceId));
  }

  private JsonNode awaitFeedback(String traceId, String feedbackId) {
    return awaitRow(
        "SELECT * FROM traces_latest WHERE trace_id = {id:String}"
            + " AND has(feedback_ids, {feedback:String})",
        Map.of("id", traceId, "feedback", feedbackId));
  }

  private JsonNode awaitRow(String sql, Map<String, String> parameters) {
    await().atMost(PATIENCE).until(() -> !clickHouse.rows(sql, parameters).isEmpty());
    return clickHouse.rows(sql, parameters).get(0);
  }

  private JsonNode only(String sql, String id) {
    List<JsonNode> rows = clickHouse.rows(sql, Map.of("id", id));
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private long count(String sql) {
    return clickHouse.rows(sql, Map.of()).get(0).path("n").asLong();
  }

  private long count(String sql, String id) {
    return clickHouse.rows(sql, Map.of("id", id)).get(0).path("n").asLong();
  }

  private Map<String, Integer> deadLetterRows() {
    Map<String, Integer> rows = new TreeMap<>();
    clickHouse
        .rows("SELECT topic, count() AS n FROM dead_letters_latest GROUP BY topic", Map.of())
        .forEach(row -> rows.put(row.path("topic").asText(), row.path("n").asInt()));
    return rows;
  }

  private List<Map<String, String>> deadLetterHeaders() {
    Properties properties = pipeline.connection().kafkaClientProperties();
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, "pipeline-test");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    List<Map<String, String>> letters = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(pipeline.connection().topics().deadLetters().name()));
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> letter :
                    consumer.poll(Duration.ofMillis(100))) {
                  Map<String, String> headers = new TreeMap<>();
                  letter
                      .headers()
                      .forEach(
                          header ->
                              headers.put(
                                  header.key(),
                                  new String(header.value(), StandardCharsets.UTF_8)));
                  letters.add(headers);
                }
                return letters.size() >= 8;
              });
    }
    return letters;
  }
}
