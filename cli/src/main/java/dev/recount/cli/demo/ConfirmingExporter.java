package dev.recount.cli.demo;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;

/** Remembers what a receiver did not take: the batch processor only logs it. */
final class ConfirmingExporter implements SpanExporter {
  private final SpanExporter exporter;
  private final AtomicLong failed = new AtomicLong();

  ConfirmingExporter(SpanExporter exporter) {
    this.exporter = exporter;
  }

  /** Spans that were not taken. */
  long failedSpans() {
    return failed.get();
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode result = exporter.export(spans);
    result.whenComplete(
        () -> {
          if (!result.isSuccess()) {
            failed.addAndGet(spans.size());
          }
        });
    return result;
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
