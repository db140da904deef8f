package dev.recount.topology.assembly;

import dev.recount.avro.Phase;
import dev.recount.avro.TraceRecord;
import dev.recount.schemas.AvroCodec;
import dev.recount.topology.fold.TraceFold;
import java.time.Instant;
import java.util.Objects;

/**
 * Emits the row of a trace over its cap without folding the trace again, where all that has come
 * since the last fold lies beyond it: such spans are counted, and nothing else changes. So a trace
 * that grows without end costs its partition no more than its spans do.
 */
final class CappedRows {
  private final LastRows rows;
  private final AvroCodec<TraceRecord> codec;
  private final Outputs outputs;
  private final LifecycleRules rules;
  private final AliasRenewal aliases;
  private final Sampling sampling;
  private final long cap;

  CappedRows(AssemblyParts parts, LifecycleRules rules, AliasRenewal aliases, Sampling sampling) {
    this.rows = parts.lastRows();
    this.codec = parts.codecs().traceRecords();
    this.outputs = parts.outputs();
    this.rules = rules;
    this.aliases = aliases;
    this.sampling = sampling;
    this.cap = parts.settings().spanCap();
  }

  /** Takes note of a fold, if it left anything out. */
  void folded(String trace, TraceHeader header, LastFold fold, byte[] row) {
    if (rules.exceedsCap(header)) {
      header.lastFold = fold;
      rows.put(header.owner(trace), row);
    }
  }

  /** Emits the trace's row in the header's next revision, unless it has to be folded. */
  boolean emit(String trace, TraceHeader header, Phase phase, long now) {
    LastFold fold = header.lastFold;
    if (fold == null
        || fold.cap() != cap
        || fold.overtaken() && rules.foldsOthers(header, now)
        || !rules.exceedsCap(header)
        || aliases.due(fold.announced(), now)) {
      return false;
    }
    byte[] before = rows.get(header.owner(trace));
    if (before == null) {
      return false;
    }
    TraceRecord row = codec.decode(before);
    Instant ended = row.getEndedAt();
    if (!TraceFold.countBeyondCap(row, header.spans, header.latestEnd)) {
      return true;
    }
    if (sampling.asksForSize(header.fate)) {
      // It may be worth keeping now, by a rule of its own.
      return false;
    }
    if (header.feedback > 0 && !Objects.equals(ended, row.getEndedAt())) {
      // How long after the end of the trace it came is said in rows of its own.
      return false;
    }
    header.revision++;
    row.setPhase(phase);
    row.setRevision(header.revision);
    byte[] encoded = RowSize.encode(row, codec);
    outputs.trace(trace, encoded, now);
    rows.put(header.owner(trace), encoded);
    return true;
  }
}
