package dev.recount.sinks.archive.format;

import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SegmentRun;
import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.schemas.SnapshotSeries;
import dev.recount.schemas.content.ContentReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the archive holds of a trace: the manifests of its context snapshots as they are now, and
 * the bodies that they name.
 */
public final class ArchivedTrace {
  private static final Comparator<SnapshotRecord> BY_EMISSION =
      Comparator.comparing(SnapshotRecord::getKeyTime).thenComparing(SnapshotRecord::getRevision);

  private static final Comparator<SnapshotRecord> BY_CAPTURE =
      Comparator.comparing(SnapshotRecord::getCapturedAt)
          .thenComparing(SnapshotRecord::getSnapshotId);

  private final String traceId;
  private final Map<String, SnapshotRecord> snapshots;
  private final Map<String, SnapshotContent> bodies;

  private ArchivedTrace(
      String traceId, Map<String, SnapshotRecord> snapshots, Map<String, SnapshotContent> bodies) {
    this.traceId = traceId;
    this.snapshots = snapshots;
    this.bodies = bodies;
  }

  /**
   * Puts records of one trace together.
   *
   * @param manifests records of {@code snapshot-records}, in any order
   * @param contents records of {@code snapshot-contents}, in any order
   */
  public static ArchivedTrace of(
      String traceId, List<SnapshotRecord> manifests, List<SnapshotContents> contents) {
    Map<String, SnapshotRecord> latest = new HashMap<>();
    for (SnapshotRecord record : manifests) {
      for (SnapshotRecord snapshot : SnapshotSeries.snapshots(record)) {
        latest.merge(
            snapshot.getSnapshotId(),
            snapshot,
            (one, other) -> BY_EMISSION.compare(one, other) >= 0 ? one : other);
      }
    }
    Map<String, SnapshotRecord> inOrder =
        latest.values().stream()
            .filter(snapshot -> !snapshot.getDeleted())
            .sorted(BY_CAPTURE)
            .collect(
                Collectors.toMap(
                    SnapshotRecord::getSnapshotId,
                    snapshot -> snapshot,
                    (one, other) -> one,
                    LinkedHashMap::new));
    return new ArchivedTrace(traceId, inOrder, bodies(contents));
  }

  private static Map<String, SnapshotContent> bodies(List<SnapshotContents> contents) {
    Map<String, SnapshotContent> bodies = new HashMap<>();
    for (SnapshotContents record : contents) {
      String type = ContentReference.TEXT;
      for (SnapshotContent body : record.getContents()) {
        type = body.getContentType() == null ? type : body.getContentType();
        // Computed, not believed: a body is found only by what it is.
        String digest =
            ContentReference.parse(body.getContent())
                .map(ContentReference::sha256)
                .orElseGet(() -> Digests.hexOf(body.getContent()));
        bodies.putIfAbsent(digest, new SnapshotContent(type, body.getContent()));
      }
    }
    return bodies;
  }

  /** The trace's ID. */
  public String traceId() {
    return traceId;
  }

  /** The manifests by snapshot ID, in order of capture, withdrawn ones left out. */
  public Map<String, SnapshotRecord> snapshots() {
    return Collections.unmodifiableMap(snapshots);
  }

  /**
   * The body of a digest, its content type never null; empty when the archive does not have it. May
   * be a {@link ContentReference} to content that is kept elsewhere.
   */
  public Optional<SnapshotContent> body(@Nullable String sha256) {
    return sha256 == null ? Optional.empty() : Optional.ofNullable(bodies.get(sha256));
  }

  /**
   * The whole window of a snapshot, first segment to last: what it kept of the window before it,
   * and between that what was new.
   *
   * @throws IllegalArgumentException when there is no such snapshot
   * @throws CorruptObjectException when a window that it goes back to is not there, or they do not
   *     fit together
   */
  public List<SegmentManifest> window(String snapshotId) {
    if (!snapshots.containsKey(snapshotId)) {
      throw new IllegalArgumentException("No snapshot " + snapshotId + " in trace " + traceId);
    }
    // Along the chain and back without recursion: a conversation may have thousands of windows.
    Deque<SnapshotRecord> chain = new ArrayDeque<>();
    Set<String> met = new HashSet<>();
    String next = snapshotId;
    while (next != null) {
      SnapshotRecord snapshot = snapshots.get(next);
      if (snapshot == null || !met.add(next)) {
        throw incomplete(snapshotId, "snapshot " + next + ", which it goes back to, is not there");
      }
      chain.push(snapshot);
      next = snapshot.getKept().isEmpty() ? null : snapshot.getBaseSnapshotId();
    }
    List<SegmentManifest> window = List.of();
    for (SnapshotRecord snapshot : chain) {
      window = assemble(snapshot, window);
    }
    return window;
  }

  private List<SegmentManifest> assemble(SnapshotRecord snapshot, List<SegmentManifest> base) {
    @Nullable SegmentManifest[] window = new SegmentManifest[snapshot.getSegmentCount()];
    try {
      for (SegmentRun run : snapshot.getKept()) {
        for (int i = 0; i < run.getCount(); i++) {
          window[run.getPosition() + i] = base.get(run.getBasePosition() + i);
        }
      }
      int position = 0;
      for (SegmentManifest segment : snapshot.getSegments()) {
        while (window[position] != null) {
          position++;
        }
        window[position] = segment;
      }
    } catch (IndexOutOfBoundsException doesNotFit) {
      throw incomplete(snapshot.getSnapshotId(), "it does not fit the window before it");
    }
    List<SegmentManifest> whole = new ArrayList<>(window.length);
    for (SegmentManifest segment : window) {
      if (segment == null) {
        throw incomplete(snapshot.getSnapshotId(), "some of its segments are not there");
      }
      whole.add(segment);
    }
    return Collections.unmodifiableList(whole);
  }

  private CorruptObjectException incomplete(String snapshotId, String why) {
    return new CorruptObjectException(
        "The window of snapshot " + snapshotId + " of trace " + traceId + " is incomplete: " + why,
        null);
  }
}
