package dev.recount.topology.intake;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.topology.Sha256;
import java.util.TreeMap;

/** Takes in {@code context-snapshots}. */
public final class SnapshotIntake extends IntakeProcessor {
  private final AvroCodec<ContextSnapshot> snapshots;

  /** Reads snapshots with one codec and writes entries with the other. */
  public SnapshotIntake(AvroCodec<TraceEvent> codec, AvroCodec<ContextSnapshot> snapshots) {
    super(codec);
    this.snapshots = snapshots;
  }

  @Override
  void accept(byte[] value) {
    ContextSnapshot snapshot = snapshots.decode(value);
    Checks.identifier("snapshot_id", snapshot.getSnapshotId());
    Checks.time("captured_at", snapshot.getCapturedAt());
    snapshot.setTraceId(Checks.traceId(snapshot.getTraceId()));
    snapshot.setSpanId(Checks.spanId(snapshot.getSpanId()));
    for (ContextSegment segment : snapshot.getSegments()) {
      Checks.finite("segments.score", segment.getScore());
      if (segment.getContent() != null && segment.getContentSha256() == null) {
        segment.setContentSha256(Sha256.hexOf(segment.getContent()));
      }
    }
    snapshot.setAttributes(new TreeMap<>(snapshot.getAttributes()));
    append(
        snapshot.getTraceId(),
        TraceEventKind.SNAPSHOT,
        snapshot.getSnapshotId(),
        Checks.precedence(snapshot.getCapturedAt()),
        0,
        snapshot);
  }
}
