package dev.recount.cli.demo;

import io.opentelemetry.sdk.trace.IdGenerator;

/** Gives the SDK the IDs that were planned. For use by one thread. */
final class PlannedIds implements IdGenerator {
  private String traceId = "";
  private String spanId = "";

  /** IDs of the next span. */
  void next(String ofTrace, String ofSpan) {
    traceId = ofTrace;
    spanId = ofSpan;
  }

  @Override
  public String generateSpanId() {
    return spanId;
  }

  @Override
  public String generateTraceId() {
    return traceId;
  }
}
