package dev.recount.connectors.importing;

import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.DecisionEvent;
import dev.recount.avro.FeedbackEvent;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Sends what an import makes and waits for every acknowledgement: nothing is dropped. */
final class ImportSender implements ItemSink {
  private static final long EXPORT_SECONDS = 120;

  /** Events on their way to Kafka, at most; the largest ones have tens of kilobytes. */
  private static final int EVENTS_IN_FLIGHT = 500;

  private final ImportTargets targets;
  private final SpanFactory factory;
  private final IntSupplier batchSizes;
  private final List<SpanData> batch = new ArrayList<>();
  private final List<CompletableFuture<Void>> inFlight = new ArrayList<>();
  private int batchSize;
  private int spans;
  private int snapshots;
  private int decisions;
  private int feedback;

  /**
   * A sender to targets.
   *
   * @param batchSizes how many spans to export at once, asked anew for every batch
   */
  ImportSender(ImportTargets targets, SpanFactory factory, IntSupplier batchSizes) {
    this.targets = targets;
    this.factory = factory;
    this.batchSizes = batchSizes;
    this.batchSize = batchSizes.getAsInt();
  }

  @Override
  public void span(SpanDraft span) {
    batch.add(factory.make(span));
    spans++;
    if (batch.size() >= batchSize) {
      export();
    }
  }

  @Override
  public void snapshot(ContextSnapshot snapshot) {
    send(
        targets.topics().contextSnapshots().name(),
        snapshot.getTraceId(),
        targets.encode(snapshot));
    snapshots++;
  }

  @Override
  public void decision(DecisionEvent decision) {
    send(targets.topics().agentDecisions().name(), decision.getTraceId(), targets.encode(decision));
    decisions++;
  }

  @Override
  public void feedback(FeedbackEvent event) {
    send(targets.topics().feedback().name(), event.getTraceId(), targets.encode(event));
    feedback++;
  }

  private void send(String topic, @Nullable String key, byte[] value) {
    CompletableFuture<Void> sent =
        targets
            .kafka()
            .send(topic, key == null ? null : key.getBytes(StandardCharsets.UTF_8), value);
    inFlight.add(sent);
    // When Kafka does not answer, each further send would block as long as this one did.
    if (inFlight.size() >= EVENTS_IN_FLIGHT || sent.isCompletedExceptionally()) {
      awaitEvents();
    }
  }

  /** Sends what is gathered and waits until everything is acknowledged. */
  void flush() {
    export();
    awaitEvents();
  }

  private void export() {
    if (!batch.isEmpty()) {
      CompletableResultCode result = targets.exporter().export(List.copyOf(batch));
      result.join(EXPORT_SECONDS, TimeUnit.SECONDS);
      if (!result.isSuccess()) {
        @Nullable Throwable reason = result.getFailureThrowable();
        throw new ImportException(
            "The OTLP endpoint did not take "
                + batch.size()
                + " spans"
                + (reason == null ? "" : ": " + reason.getMessage())
                + ". Is it running? What was sent before stays; importing again changes nothing"
                + " that is there",
            reason);
      }
      batch.clear();
    }
    batchSize = batchSizes.getAsInt();
  }

  private void awaitEvents() {
    try {
      CompletableFuture.allOf(inFlight.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      throw new ImportException(String.valueOf(cause.getMessage()), cause);
    }
    inFlight.clear();
  }

  int spans() {
    return spans;
  }

  int snapshots() {
    return snapshots;
  }

  int decisions() {
    return decisions;
  }

  int feedback() {
    return feedback;
  }

  long items() {
    return (long) spans + snapshots + decisions + feedback;
  }
}
