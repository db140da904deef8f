package dev.recount.cli.demo;

import static org.awaitility.Awaitility.await;

import dev.recount.cli.roles.EmbeddedOptions;
import dev.recount.cli.roles.EmbeddedPipeline;
import dev.recount.cli.sql.ClickHouse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The embedded pipeline with the demo's data in it, once for all tests that look at it: they add to
 * it at most. A test class takes it as a parameter by
 * {@code @ExtendWith(DemoStack.Provider.class)}.
 */
public final class DemoStack implements AutoCloseable {
  private static final int TRACES = 150;
  private static final long SEED = 1;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Map<String, String> SETTINGS =
      Map.of("settle.quiet.ms", "1000", "amend.quiet.ms", "300", "tick.interval.ms", "200");

  private final EmbeddedPipeline pipeline;
  private final ClickHouse clickHouse;

  private DemoStack(EmbeddedPipeline pipeline, ClickHouse clickHouse) {
    this.pipeline = pipeline;
    this.clickHouse = clickHouse;
  }

  private static DemoStack start() {
    EmbeddedPipeline pipeline =
        EmbeddedPipeline.start(EmbeddedOptions.ephemeral(SETTINGS, line -> {}));
    DemoStack stack = new DemoStack(pipeline, pipeline.connectToClickHouse());
    try {
      stack.fill();
      return stack;
    } catch (RuntimeException failed) {
      stack.close();
      throw failed;
    }
  }

  private void fill() {
    Instant end = Instant.now().minus(Duration.ofHours(8)).truncatedTo(ChronoUnit.HOURS);
    Fleet fleet = Fleet.plan(SEED, TRACES, end);
    try (FleetSender sender = new FleetSender(pipeline.connection(), pipeline.otlpGrpcUrl())) {
      sender.send(fleet.deliveries(), sent -> {});
      sender.send(fleet.afterSettlement(), sent -> {});
    }
    UnusualTraces.send(pipeline.otlpHttpUrl(), pipeline.connection());
    sendGarbage();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                Proof.take(fleet, clickHouse).lines().stream()
                    .allMatch(line -> line.sent() == line.found()));
    awaitAlert();
    for (String traceId : List.of(UnusualTraces.LONG, UnusualTraces.HOSTILE)) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  !clickHouse
                      .rows(
                          "SELECT trace_id FROM traces_latest WHERE trace_id = {id:String}"
                              + " AND phase != 'provisional' AND decision_count = (SELECT count()"
                              + " FROM decisions_latest WHERE trace_id = {id:String})",
                          Map.of("id", traceId))
                      .isEmpty());
    }
  }

  /** What the demo rolls back is told of by a policy that is there from the start. */
  private void awaitAlert() {
    await()
        .atMost(PATIENCE)
        .until(() -> !clickHouse.rows("SELECT alert_id FROM alerts_latest", Map.of()).isEmpty());
  }

  /** Something that becomes a dead letter. */
  private void sendGarbage() {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            pipeline.connection().kafkaClientProperties(),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(
          new ProducerRecord<>(
              pipeline.connection().topics().otlpSpans().name(),
              "\u0007not telemetry".getBytes(StandardCharsets.UTF_8)));
    }
    await()
        .atMost(PATIENCE)
        .until(
            () -> !clickHouse.rows("SELECT offset FROM dead_letters_latest", Map.of()).isEmpty());
  }

  /** The pipeline. */
  public EmbeddedPipeline pipeline() {
    return pipeline;
  }

  /** Its tables. */
  public ClickHouse clickHouse() {
    return clickHouse;
  }

  @Override
  public void close() {
    clickHouse.close();
    pipeline.close();
  }

  /** Gives the stack to tests; it is stopped after the last of all. */
  public static final class Provider implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == DemoStack.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(DemoStack.class))
          .computeIfAbsent(DemoStack.class, type -> start(), DemoStack.class);
    }
  }
}
