package dev.recount.cli.demo;

import dev.recount.cli.UserError;
import dev.recount.cli.load.EventProducer;
import dev.recount.schemas.Connection;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Sends the telemetry of a fleet the way that agents do: spans by the OpenTelemetry SDK over OTLP,
 * the rest by a Kafka producer.
 */
final class FleetSender implements AutoCloseable {
  /** Spans that the SDK may hold. It drops what is more, so it is emptied before. */
  private static final int QUEUE = 4096;

  private static final int FLUSH_EVERY = 1024;
  private static final long FLUSH_SECONDS = 30;

  private final PlannedIds ids = new PlannedIds();
  private final ConfirmingExporter exporter;
  private final SpanProcessor processor;
  private final Map<Profile, SdkTracerProvider> providers = new HashMap<>();
  private final EventProducer events;
  private long sent;

  /**
   * A sender.
   *
   * @param otlpUrl where OTLP over gRPC is taken in
   */
  FleetSender(Connection connection, String otlpUrl) {
    this.exporter =
        new ConfirmingExporter(
            OtlpGrpcSpanExporter.builder()
                .setEndpoint(otlpUrl)
                .setTimeout(Duration.ofSeconds(FLUSH_SECONDS))
                .build());
    this.processor =
        BatchSpanProcessor.builder(exporter)
            .setMaxQueueSize(QUEUE)
            .setScheduleDelay(Duration.ofMillis(100))
            .build();
    this.events = new EventProducer(connection);
  }

  /**
   * Sends and waits until everything has been taken.
   *
   * @param progress told how many have been sent so far, over all calls
   * @throws UserError when something has not been taken
   */
  void send(List<Delivery> deliveries, LongConsumer progress) {
    for (Delivery delivery : deliveries) {
      if (delivery instanceof Delivery.OfSpan span) {
        export(span.run(), span.span());
      } else if (delivery instanceof Delivery.OfSnapshot snapshot) {
        events.send(snapshot.snapshot());
      } else if (delivery instanceof Delivery.OfDecision decision) {
        events.send(decision.decision());
      } else if (delivery instanceof Delivery.OfFeedback feedback) {
        events.send(feedback.feedback());
      }
      if (++sent % FLUSH_EVERY == 0) {
        flush();
      }
      progress.accept(sent);
    }
    flush();
  }

  private void export(Run run, PlannedSpan planned) {
    ids.next(run.traceId(), planned.spanId());
    SpanBuilder builder =
        provider(run.profile())
            .get("recount-demo")
            .spanBuilder(planned.name())
            .setSpanKind(planned.kind())
            .setStartTimestamp(planned.start())
            .setAllAttributes(planned.attributes());
    if (planned.parentSpanId() == null) {
      builder.setNoParent();
    } else {
      SpanContext parent =
          SpanContext.create(
              run.traceId(),
              planned.parentSpanId(),
              TraceFlags.getSampled(),
              TraceState.getDefault());
      builder.setParent(Context.root().with(Span.wrap(parent)));
    }
    Span span = builder.startSpan();
    PlannedSpan.Failure failure = planned.failure();
    if (failure != null) {
      span.setStatus(StatusCode.ERROR, failure.message());
      span.addEvent(
          "exception",
          Attributes.of(
              AttributeKey.stringKey("exception.type"),
              failure.type(),
              AttributeKey.stringKey("exception.message"),
              failure.message()),
          planned.end());
    }
    span.end(planned.end());
  }

  private SdkTracerProvider provider(Profile profile) {
    return providers.computeIfAbsent(
        profile,
        agent ->
            SdkTracerProvider.builder()
                .setIdGenerator(ids)
                .setResource(
                    Resource.builder()
                        .put("service.name", agent.agent())
                        .put("service.version", agent.version())
                        .put("deployment.environment.name", "demo")
                        .build())
                .addSpanProcessor(processor)
                .build());
  }

  private void flush() {
    CompletableResultCode flushed = processor.forceFlush().join(FLUSH_SECONDS, TimeUnit.SECONDS);
    if (!flushed.isSuccess() || exporter.failedSpans() > 0) {
      throw new UserError(
          exporter.failedSpans() + " spans were not taken by the receiver.",
          "Run it again with --verbose to see why.");
    }
    events.flush();
  }

  @Override
  public void close() {
    processor.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
    events.close();
  }
}
