package dev.recount.cli.oracle;

import com.google.protobuf.ByteString;
import dev.recount.avro.Alternative;
import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SnapshotBoundary;
import dev.recount.avro.Versions;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.Connection;
import dev.recount.schemas.Topics;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends telemetry to the input topics the way that strangers do: without keys, and spans of many
 * traces in one OTLP record.
 */
public final class TelemetrySender implements AutoCloseable {
  /** Name of the event that tells what was said in a call of a model. */
  static final String DETAILS = "gen_ai.client.inference.operation.details";

  private static final int LARGEST_BATCH = 30;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final HexFormat HEX = HexFormat.of();

  private final Topics topics;
  private final SchemaRegistryClient registry;
  private final AvroCodec<ContextSnapshot> snapshots;
  private final AvroCodec<DecisionEvent> decisions;
  private final AvroCodec<FeedbackEvent> feedback;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Random random;
  private final Supplier<@Nullable Long> clock;
  private final List<Telemetry.Span> batch = new ArrayList<>();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final Queue<ProducerRecord<byte[], byte[]>> refused = new ConcurrentLinkedQueue<>();
  private final Optional<Consumer<byte[]>> receiver;
  private int batchSize = 1;
  private int batches;

  public TelemetrySender(Connection connection, long seed) {
    this(connection, seed, () -> null, Optional.empty());
  }

  /**
   * A sender whose clock is wrong.
   *
   * @param clock milliseconds since the Unix epoch that Kafka is told; null for the right ones
   * @param receiver takes every other batch of spans in place of Kafka, as OTLP, and returns once
   *     it is safe
   */
  public TelemetrySender(
      Connection connection,
      long seed,
      Supplier<@Nullable Long> clock,
      Optional<Consumer<byte[]>> receiver) {
    this.clock = clock;
    this.receiver = receiver;
    this.topics = connection.topics();
    this.random = new Random(seed);
    this.registry = connection.newRegistryClient();
    this.snapshots =
        AvroCodec.of(ContextSnapshot.class, topics.contextSnapshots().subject(), registry);
    this.decisions = AvroCodec.of(DecisionEvent.class, topics.agentDecisions().subject(), registry);
    this.feedback = AvroCodec.of(FeedbackEvent.class, topics.feedback().subject(), registry);
    Properties properties = connection.kafkaClientProperties();
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  public void send(Telemetry event) {
    if (event instanceof Telemetry.Span span) {
      batch.add(span);
      if (batch.size() >= batchSize) {
        sendBatch();
      }
    } else if (event instanceof Telemetry.Log log) {
      send(topics.otlpLogs().name(), otlp(log).toByteArray());
    } else if (event instanceof Telemetry.Snapshot snapshot) {
      send(topics.contextSnapshots().name(), snapshots.encode(avro(snapshot)));
    } else if (event instanceof Telemetry.Decision decision) {
      send(topics.agentDecisions().name(), decisions.encode(avro(decision)));
    } else if (event instanceof Telemetry.Feedback judgement) {
      send(topics.feedback().name(), feedback.encode(avro(judgement)));
    }
  }

  /**
   * Sends what is held back, and waits until Kafka has taken everything. What it refuses is sent
   * again, as by whoever does not want to lose it: a broker whose disk is full says no before it
   * ends.
   */
  public void flush() {
    sendBatch();
    producer.flush();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!refused.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(PAUSE.toNanos());
      for (int left = refused.size(); left > 0; left--) {
        send(refused.remove());
      }
      producer.flush();
    }
    if (!refused.isEmpty()) {
      throw new IllegalStateException("Kafka did not take a record", failure.get());
    }
  }

  private void sendBatch() {
    if (!batch.isEmpty()) {
      byte[] spans = otlp(batch).toByteArray();
      if (receiver.isPresent() && batches++ % 2 == 0) {
        receiver.get().accept(spans);
      } else {
        send(topics.otlpSpans().name(), spans);
      }
      batch.clear();
    }
    batchSize = 1 + random.nextInt(LARGEST_BATCH);
  }

  private void send(String topic, byte[] value) {
    send(new ProducerRecord<>(topic, null, clock.get(), null, value));
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    Future<RecordMetadata> unused =
        producer.send(
            record,
            (metadata, failed) -> {
              if (failed != null) {
                failure.set(failed);
                refused.add(record);
              }
            });
  }

  private static TracesData otlp(List<Telemetry.Span> spans) {
    Map<Telemetry.Resource, ScopeSpans.Builder> byResource = new LinkedHashMap<>();
    for (Telemetry.Span span : spans) {
      byResource
          .computeIfAbsent(
              span.resource(),
              resource ->
                  ScopeSpans.newBuilder()
                      .setScope(
                          InstrumentationScope.newBuilder()
                              .setName(resource.scope())
                              .setVersion(resource.scopeVersion())))
          .addSpans(otlp(span));
    }
    TracesData.Builder data = TracesData.newBuilder();
    byResource.forEach(
        (resource, scope) ->
            data.addResourceSpans(
                ResourceSpans.newBuilder().setResource(otlp(resource)).addScopeSpans(scope)));
    return data.build();
  }

  private static Resource otlp(Telemetry.Resource resource) {
    Resource.Builder built = Resource.newBuilder();
    built.addAttributes(attribute("service.name", resource.service()));
    if (resource.environment() != null) {
      built.addAttributes(attribute("deployment.environment.name", resource.environment()));
    }
    if (resource.release() != null) {
      built.addAttributes(attribute("service.version", resource.release()));
    }
    return built.build();
  }

  private static Span otlp(Telemetry.Span span) {
    Span.Builder built =
        Span.newBuilder()
            .setTraceId(ByteString.copyFrom(HEX.parseHex(span.trace())))
            .setSpanId(ByteString.copyFrom(HEX.parseHex(span.id())))
            .setName(span.name())
            .setStartTimeUnixNano(span.start())
            .setEndTimeUnixNano(span.end());
    if (span.parent() != null) {
      built.setParentSpanId(ByteString.copyFrom(HEX.parseHex(span.parent())));
    }
    Status.Builder status =
        Status.newBuilder().setCode(Status.StatusCode.valueOf("STATUS_CODE_" + span.status()));
    if (span.statusMessage() != null) {
      status.setMessage(span.statusMessage());
    }
    built.setStatus(status);
    span.attributes().forEach((name, value) -> built.addAttributes(attribute(name, value)));
    if (span.exceptionType() != null) {
      Span.Event.Builder event =
          Span.Event.newBuilder()
              .setName("exception")
              .setTimeUnixNano(span.end())
              .addAttributes(attribute("exception.type", span.exceptionType()));
      if (span.exceptionMessage() != null) {
        event.addAttributes(attribute("exception.message", span.exceptionMessage()));
      }
      built.addEvents(event);
    }
    return built.build();
  }

  private static LogsData otlp(Telemetry.Log log) {
    LogRecord.Builder built =
        LogRecord.newBuilder()
            .setTraceId(ByteString.copyFrom(HEX.parseHex(log.trace())))
            .setSpanId(ByteString.copyFrom(HEX.parseHex(log.span())))
            .setTimeUnixNano(log.at())
            .setEventName(DETAILS);
    log.attributes().forEach((name, value) -> built.addAttributes(attribute(name, value)));
    return LogsData.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder().addScopeLogs(ScopeLogs.newBuilder().addLogRecords(built)))
        .build();
  }

  private static KeyValue attribute(String name, Object value) {
    AnyValue.Builder any = AnyValue.newBuilder();
    if (value instanceof Long number) {
      any.setIntValue(number);
    } else if (value instanceof Double number) {
      any.setDoubleValue(number);
    } else {
      any.setStringValue(value.toString());
    }
    return KeyValue.newBuilder().setKey(name).setValue(any).build();
  }

  static ContextSnapshot avro(Telemetry.Snapshot snapshot) {
    ContextSnapshot.Builder built =
        ContextSnapshot.newBuilder()
            .setTraceId(snapshot.trace())
            .setSnapshotId(snapshot.id())
            .setSpanId(snapshot.span())
            .setCapturedAt(Instant.ofEpochMilli(snapshot.at()))
            .setBoundary(SnapshotBoundary.valueOf(snapshot.boundary()))
            .setTokenCount(snapshot.tokens())
            .setTokenLimit(snapshot.limit());
    List<ContextSegment> segments = new ArrayList<>();
    for (Telemetry.Segment segment : snapshot.segments()) {
      segments.add(
          ContextSegment.newBuilder()
              .setKind(SegmentKind.valueOf(segment.kind()))
              .setSource(segment.source())
              .setTokenCount(segment.tokens())
              .setOriginalTokenCount(segment.originalTokens())
              .setTruncated(segment.truncated())
              .setContent(segment.content())
              .build());
    }
    built.setSegments(segments);
    if (snapshot.agent() != null) {
      built.setVersions(Versions.newBuilder().setAgentName(snapshot.agent()).build());
    }
    return built.build();
  }

  static DecisionEvent avro(Telemetry.Decision decision) {
    DecisionEvent.Builder built =
        DecisionEvent.newBuilder()
            .setTraceId(decision.trace())
            .setDecisionId(decision.id())
            .setSpanId(decision.span())
            .setOccurredAt(Instant.ofEpochMilli(decision.at()))
            .setKind(DecisionKind.valueOf(decision.kind()))
            .setName(decision.name())
            .setChosen(decision.chosen())
            .setRationale(decision.rationale())
            .setConfidence(decision.confidence())
            .setConstraints(decision.constraints())
            .setExpectedOutcome(decision.expectedOutcome())
            .setToolCallId(decision.toolCall())
            .setToolName(decision.tool())
            .setToolArguments(decision.toolArguments())
            .setSnapshotId(decision.snapshot());
    List<Alternative> considered = new ArrayList<>();
    for (Telemetry.Option option : decision.considered()) {
      considered.add(new Alternative(option.name(), option.score(), option.rejectedBecause()));
    }
    built.setConsidered(considered);
    if (decision.promptVersion() != null) {
      built.setVersions(Versions.newBuilder().setPromptVersion(decision.promptVersion()).build());
    }
    return built.build();
  }

  static FeedbackEvent avro(Telemetry.Feedback feedback) {
    Telemetry.About about = feedback.about();
    return FeedbackEvent.newBuilder()
        .setFeedbackId(feedback.id())
        .setKind(FeedbackKind.valueOf(feedback.kind()))
        .setSource(feedback.source())
        .setName(feedback.name())
        .setScore(feedback.score())
        .setLabel(feedback.label())
        .setPassed(feedback.passed())
        .setComment(feedback.comment())
        .setOccurredAt(Instant.ofEpochMilli(feedback.at()))
        .setTraceId(about.trace())
        .setResponseId(about.response())
        .setToolCallId(about.toolCall())
        .setSessionId(about.session())
        .setSpanId(about.span())
        .setDecisionId(about.decision())
        .setSnapshotId(about.snapshot())
        .build();
  }

  @Override
  public void close() {
    producer.close();
    try {
      registry.close();
    } catch (IOException ignored) {
      // Everything has been sent.
    }
  }
}
