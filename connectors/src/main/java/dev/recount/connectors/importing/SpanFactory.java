package dev.recount.connectors.importing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Lets the OpenTelemetry SDK make spans with given IDs and times. For one thread. */
final class SpanFactory implements AutoCloseable {
  private static final String SCOPE = "recount-import";

  private final GivenIds ids = new GivenIds();
  private final LastEnded lastEnded = new LastEnded();
  private final SdkTracerProvider provider;
  private final Tracer tracer;

  SpanFactory(ImportOptions.Identity identity) {
    this.provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.builder()
                                .put("service.name", identity.serviceName())
                                .put("deployment.environment.name", identity.environment())
                                .build())))
            .setIdGenerator(ids)
            .setSampler(Sampler.alwaysOn())
            .addSpanProcessor(lastEnded)
            .build();
    this.tracer = provider.get(SCOPE);
  }

  SpanData make(SpanDraft draft) {
    ids.traceId = draft.traceId();
    ids.spanId = draft.spanId();
    SpanBuilder builder =
        tracer
            .spanBuilder(draft.name())
            .setSpanKind(draft.kind())
            .setStartTimestamp(draft.start())
            .setAllAttributes(draft.attributes());
    if (draft.parentSpanId() == null) {
      builder.setNoParent();
    } else {
      SpanContext parent =
          SpanContext.create(
              draft.traceId(),
              draft.parentSpanId(),
              TraceFlags.getSampled(),
              TraceState.getDefault());
      builder.setParent(Context.root().with(Span.wrap(parent)));
    }
    Span span = builder.startSpan();
    if (draft.error() != null) {
      span.setStatus(StatusCode.ERROR, draft.error());
    }
    span.end(nanoseconds(draft.end()), TimeUnit.NANOSECONDS);
    return lastEnded.take();
  }

  private static long nanoseconds(Instant instant) {
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }

  @Override
  public void close() {
    provider.close();
  }

  private static final class GivenIds implements IdGenerator {
    String traceId = "";
    String spanId = "";

    @Override
    public String generateTraceId() {
      return traceId;
    }

    @Override
    public String generateSpanId() {
      return spanId;
    }
  }

  private static final class LastEnded implements SpanProcessor {
    private @Nullable SpanData span;

    SpanData take() {
      SpanData taken = span;
      if (taken == null) {
        throw new IllegalStateException("The SDK did not record a span");
      }
      span = null;
      return taken;
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan started) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan ended) {
      span = ended.toSpanData();
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
