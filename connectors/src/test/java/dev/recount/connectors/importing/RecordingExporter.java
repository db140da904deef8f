package dev.recount.connectors.importing;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Keeps spans; refuses them when told to. */
final class RecordingExporter implements SpanExporter {
  private final List<SpanData> spans = new ArrayList<>();
  private final List<Integer> batches = new ArrayList<>();
  private boolean refusing;

  void refuse() {
    refusing = true;
  }

  List<SpanData> spans() {
    return spans;
  }

  List<Integer> batches() {
    return batches;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> exported) {
    if (refusing) {
      return CompletableResultCode.ofExceptionalFailure(new IllegalStateException("refused"));
    }
    spans.addAll(exported);
    batches.add(exported.size());
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
