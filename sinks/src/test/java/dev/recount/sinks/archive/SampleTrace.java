package dev.recount.sinks.archive;

import dev.recount.avro.Phase;
import dev.recount.avro.SegmentKind;
import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SegmentRun;
import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Versions;
import dev.recount.schemas.Contracts;
import dev.recount.schemas.SnapshotSeries;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that grows, and now and then loses its middle, as the topology tells it: manifests
 * by what they kept, bodies once.
 *
 * @param traceId the trace
 * @param seen what the model saw, texts by snapshot ID, in order
 * @param manifests records of {@code snapshot-records}
 * @param contents records of {@code snapshot-contents}
 */
public record SampleTrace(
    String traceId,
    Map<String, List<String>> seen,
    List<SnapshotRecord> manifests,
    List<SnapshotContents> contents) {
  private static final Instant START = Instant.parse("2026-05-01T10:00:00Z");
  private static final int SNAPSHOTS_PER_RECORD = 4;
  private static final int BODIES_PER_RECORD = 5;

  static {
    Contracts.trust();
  }

  /** The same seed gives the same trace. */
  public static SampleTrace of(long seed) {
    Random random = new Random(seed);
    String traceId = String.format(Locale.ROOT, "%016x%016x", seed + 1, random.nextLong());
    Map<String, List<String>> seen = new LinkedHashMap<>();
    List<SnapshotRecord> manifests = new ArrayList<>();
    List<String> window =
        new ArrayList<>(List.of("{\"role\":\"system\",\"content\":\"Be kind.\"}"));
    List<String> before = List.of();
    String base = null;
    int snapshots = 1 + random.nextInt(12);
    for (int i = 0; i < snapshots; i++) {
      for (int added = random.nextInt(3); added >= 0; added--) {
        window.add(message(random));
      }
      if (window.size() > 6 && random.nextInt(4) == 0) {
        window.subList(1, 4).clear();
      }
      // Not an ID that a file could have.
      String id = "snapshot/" + i + " of ☂ " + seed;
      SnapshotRecord row = row(traceId, id, base, window, before, START.plusSeconds(i));
      if (i % SNAPSHOTS_PER_RECORD == 0
          || !SnapshotSeries.append(manifests.get(manifests.size() - 1), row)) {
        manifests.add(row);
      }
      seen.put(id, List.copyOf(window));
      before = seen.get(id);
      base = id;
    }
    return new SampleTrace(traceId, seen, manifests, contents(traceId, seen));
  }

  private static String message(Random random) {
    String text = random.nextInt(5) == 0 ? "again" : "é ☂ 𝄞 \\u0000 " + random.nextLong();
    return "{\"role\":\"user\",\"content\":\"" + text.repeat(1 + random.nextInt(40)) + "\"}";
  }

  private static SnapshotRecord row(
      String traceId,
      String id,
      @Nullable String base,
      List<String> window,
      List<String> before,
      Instant at) {
    SnapshotRecord row =
        SnapshotRecord.newBuilder()
            .setTraceId(traceId)
            .setSnapshotId(id)
            .setCapturedAt(at)
            .setBaseSnapshotId(base)
            .setSegmentCount(window.size())
            .setVersions(Versions.newBuilder().setModel("gpt-4o").build())
            .setTokensByKind(Map.of("USER", 7L))
            .setPhase(Phase.settled)
            .setRevision(2)
            .setKeyTime(START)
            .build();
    List<SegmentRun> kept = new ArrayList<>();
    List<SegmentManifest> segments = new ArrayList<>();
    int from = 0;
    for (int position = 0; position < window.size(); position++) {
      int found = indexOf(before, window.get(position), from);
      if (found < 0) {
        segments.add(segment(window.get(position)));
      } else {
        kept.add(new SegmentRun(position, found, 1));
        from = found + 1;
      }
    }
    row.setKept(kept);
    row.setSegments(segments);
    return row;
  }

  private static int indexOf(List<String> window, String message, int from) {
    for (int i = from; i < window.size(); i++) {
      if (window.get(i).equals(message)) {
        return i;
      }
    }
    return -1;
  }

  private static SegmentManifest segment(String body) {
    return SegmentManifest.newBuilder()
        .setKind(SegmentKind.USER)
        .setContentSha256(sha256(body))
        .setContentBytes((long) body.getBytes(StandardCharsets.UTF_8).length)
        .build();
  }

  private static List<SnapshotContents> contents(String traceId, Map<String, List<String>> seen) {
    Set<String> distinct = new LinkedHashSet<>();
    seen.values().forEach(distinct::addAll);
    List<SnapshotContents> records = new ArrayList<>();
    List<SnapshotContent> batch = new ArrayList<>();
    for (String body : distinct) {
      // The second and later of a record say their type by saying none.
      batch.add(new SnapshotContent(batch.isEmpty() ? "application/json" : null, body));
      if (batch.size() == BODIES_PER_RECORD) {
        records.add(new SnapshotContents(traceId, batch, START));
        batch = new ArrayList<>();
      }
    }
    if (!batch.isEmpty()) {
      records.add(new SnapshotContents(traceId, batch, START));
    }
    return records;
  }

  /** SHA-256 of a text's UTF-8 bytes. */
  public static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
