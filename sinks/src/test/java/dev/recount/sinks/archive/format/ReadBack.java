package dev.recount.sinks.archive.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.sinks.archive.SampleTrace;
import java.util.List;

/** Holds what an archive gives back to what the model saw. */
public final class ReadBack {
  private ReadBack() {}

  /** Every window of a trace, byte for byte. */
  public static void assertWhole(SnapshotArchive archive, SampleTrace sample) {
    ArchivedTrace trace = archive.read(sample.traceId()).orElseThrow();
    assertThat(trace.snapshots().keySet()).containsExactlyElementsOf(sample.seen().keySet());
    sample.seen().forEach((id, texts) -> assertThat(texts(trace, id)).as(id).isEqualTo(texts));
  }

  /** The bodies of a window. */
  public static List<String> texts(ArchivedTrace trace, String snapshotId) {
    return trace.window(snapshotId).stream()
        .map(segment -> trace.body(segment.getContentSha256()).orElseThrow())
        .peek(body -> assertThat(body.getContentType()).isEqualTo("application/json"))
        .map(body -> body.getContent())
        .toList();
  }
}
