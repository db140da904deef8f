package dev.recount.topology.intake;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.ContextSnapshot;
import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.content.ContentReference;
import dev.recount.schemas.redaction.EventRedaction;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.topology.Sha256;
import dev.recount.topology.evaluation.Evaluators;
import java.util.TreeMap;

/** Takes in {@code context-snapshots}. */
public final class SnapshotIntake extends IntakeProcessor {
  private final AvroCodec<ContextSnapshot> snapshots;
  private final EventRedaction redaction;
  private final Suspicions suspicions;

  /**
   * Reads snapshots with one codec, redacts them and writes entries with the other.
   *
   * @param evaluators asked whether a snapshot calls for judging its trace at once
   */
  public SnapshotIntake(
      AvroCodec<TraceEvent> codec,
      AvroCodec<ContextSnapshot> snapshots,
      Redaction redaction,
      Evaluators evaluators) {
    super(codec, redaction);
    this.redaction = new EventRedaction(redaction);
    this.snapshots = snapshots;
    this.suspicions = new Suspicions(evaluators);
  }

  @Override
  void accept(byte[] value) {
    ContextSnapshot snapshot = redaction.snapshot(snapshots.decode(value));
    isRead(() -> snapshots.encode(snapshot));
    Checks.identifier("snapshot_id", snapshot.getSnapshotId());
    Checks.time("captured_at", snapshot.getCapturedAt());
    snapshot.setTraceId(Checks.traceId(snapshot.getTraceId()));
    snapshot.setSpanId(Checks.spanId(snapshot.getSpanId()));
    for (ContextSegment segment : snapshot.getSegments()) {
      Checks.finite("segments.score", segment.getScore());
      if (segment.getContent() != null && segment.getContentSha256() == null) {
        segment.setContentSha256(sha256(segment.getContent()));
      }
    }
    snapshot.setAttributes(new TreeMap<>(snapshot.getAttributes()));
    append(
        snapshot.getTraceId(),
        TraceEventKind.SNAPSHOT,
        snapshot.getSnapshotId(),
        Checks.precedence(snapshot.getCapturedAt()),
        suspicions.of(snapshot),
        snapshot);
  }

  /** Of the content, also where a reference stands in its place. */
  private static String sha256(String content) {
    return ContentReference.parse(content)
        .map(ContentReference::sha256)
        .orElseGet(() -> Sha256.hexOf(content));
  }
}
