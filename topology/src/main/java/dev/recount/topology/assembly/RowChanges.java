package dev.recount.topology.assembly;

import dev.recount.avro.Phase;
import dev.recount.topology.assembly.Emissions.Fingerprint;
import dev.recount.topology.assembly.Emissions.RowKey;
import dev.recount.topology.assembly.Emissions.RowType;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One emission of one trace: its revision and phase, and which rows it changes. */
final class RowChanges {
  final String trace;
  final TraceHeader header;
  final Phase phase;

  /** Log time, milliseconds since the Unix epoch. */
  final long now;

  final Instant keyTime;
  private final Map<RowKey, Fingerprint> before;
  private final Emissions.Rows after = new Emissions.Rows();

  /** What has been noted, as far as it matters: where something stood before. */
  private final Map<RowKey, Fingerprint> noted = new HashMap<>();

  /** Begins an emission, in the revision that the header has. */
  RowChanges(String trace, TraceHeader header, Phase phase, long now, Emissions emissions) {
    this.trace = trace;
    this.header = header;
    this.phase = phase;
    this.now = now;
    this.keyTime = Instant.ofEpochMilli(header.firstAppend);
    this.before = header.neverEmitted() ? new LinkedHashMap<>() : emissions.load(trace);
  }

  boolean provisional() {
    return phase == Phase.provisional;
  }

  /** Whether only an anchor of the trace is left. */
  boolean expired() {
    return header.lifecycle == TraceHeader.Lifecycle.EXPIRED;
  }

  /**
   * Notes a row that stands since the last emission, and was not a part of it. To be called before
   * anything of this emission is noted.
   */
  void stood(RowType type, String id, Fingerprint fingerprint) {
    before.put(new RowKey(type, id), fingerprint);
  }

  /** Whether a row says something else than when it was last emitted. */
  boolean changed(RowType type, String id, byte[] row) {
    return changed(type, id, row, header.revision, keyTime);
  }

  /** Likewise of a row with a revision and a key time of its own. */
  boolean changed(RowType type, String id, byte[] row, long revision, Instant rowTime) {
    int content = row.length - RowTail.bytes(type, revision, rowTime);
    return note(type, id, Fingerprint.of(row, content, provisional()));
  }

  /** Notes what stands after this emission; whether that is new. */
  boolean note(RowType type, String id, Fingerprint fingerprint) {
    if (before.isEmpty()) {
      after.add(type, id, fingerprint);
      return true;
    }
    RowKey key = new RowKey(type, id);
    if (!fingerprint.equals(noted.put(key, fingerprint))) {
      after.add(type, id, fingerprint);
    }
    return !fingerprint.equals(before.get(key));
  }

  /** What was noted of a row before this emission; null for nothing. */
  @Nullable Fingerprint before(RowType type, String id) {
    return before.get(new RowKey(type, id));
  }

  /** Lets all rows of a type stand that have been emitted before. */
  void keep(RowType type) {
    before.forEach(
        (key, fingerprint) -> {
          if (key.type() == type && noted.putIfAbsent(key, fingerprint) == null) {
            after.add(type, key.id(), fingerprint);
          }
        });
  }

  /** Rows that were emitted before and that the trace no longer has. */
  List<RowKey> withdrawn() {
    return before.keySet().stream().filter(key -> !noted.containsKey(key)).toList();
  }

  void save(Emissions emissions) {
    emissions.save(trace, after, before.isEmpty());
  }
}
