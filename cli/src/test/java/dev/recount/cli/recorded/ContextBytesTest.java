package dev.recount.cli.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SegmentRun;
import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.connectors.importing.ImportOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Context snapshots take up little more than the messages that are distinct in each trace. */
class ContextBytesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SNAPSHOTS = 1229;
  private static final double LARGEST_FACTOR = 1.3;

  @ParameterizedTest(name = "snapshots sent: {0}")
  @ValueSource(booleans = {true, false})
  void aGrowingConversationIsStoredAboutOnce(boolean sent, @TempDir Path folder)
      throws IOException {
    RecordedRuns runs = RecordedRuns.of(ImportOptions.defaults().withEvents(sent, sent), folder);
    assertThat(runs.snapshots()).hasSize(SNAPSHOTS).allMatch(row -> row.getDerived() != sent);
    Map<String, Map<String, Long>> bodies = bodies(runs);
    long distinct = bodies.values().stream().mapToLong(ContextBytesTest::sum).sum();
    long recorded = recorded();
    long whole = whole(runs, bodies);
    long stored = runs.manifestBytes() + runs.contentBytes();
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("snapshots", sent ? "sent" : "derived");
    figures.put("manifests, bytes", String.valueOf(runs.manifestBytes()));
    figures.put("bodies, bytes", String.valueOf(runs.contentBytes()));
    figures.put("stored, bytes", String.valueOf(stored));
    figures.put("distinct bodies, bytes", String.valueOf(distinct));
    figures.put("stored / distinct bodies", factor(stored, distinct));
    figures.put("distinct messages of the recording, bytes", String.valueOf(recorded));
    figures.put("stored / distinct messages of the recording", factor(stored, recorded));
    figures.put("every snapshot whole, bytes", String.valueOf(whole));
    figures.put("every snapshot whole / stored", factor(whole, stored));
    figures.forEach((figure, value) -> System.out.println(figure + ": " + value));
    assertThat(stored).isLessThanOrEqualTo((long) (LARGEST_FACTOR * distinct));
    assertThat(stored).isLessThanOrEqualTo((long) (LARGEST_FACTOR * recorded));
  }

  private static String factor(long bytes, long of) {
    return String.format(Locale.ROOT, "%.2f", (double) bytes / of);
  }

  private static long sum(Map<String, Long> sizes) {
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Sizes of the bodies by trace and SHA-256, none of which comes twice. */
  private static Map<String, Map<String, Long>> bodies(RecordedRuns runs) {
    Map<String, Map<String, Long>> bodies = new TreeMap<>();
    for (SnapshotContents contents : runs.contents()) {
      Map<String, Long> sizes =
          bodies.computeIfAbsent(contents.getTraceId(), id -> new HashMap<>());
      for (SnapshotContent body : contents.getContents()) {
        byte[] bytes = body.getContent().getBytes(StandardCharsets.UTF_8);
        assertThat(sizes.put(sha256(bytes), (long) bytes.length)).isNull();
      }
    }
    return bodies;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Bytes of the distinct messages that a model was shown in each run of the recording, as JSON
   * without white space.
   */
  private static long recorded() throws IOException {
    long bytes = 0;
    for (JsonNode run : JSON.readTree(RecordedRuns.file().toFile())) {
      Set<JsonNode> shown = new HashSet<>();
      List<JsonNode> sinceLastAnswer = new ArrayList<>();
      for (JsonNode message : run.path("traj")) {
        if (message.path("role").asText().equals("assistant")) {
          shown.addAll(sinceLastAnswer);
          sinceLastAnswer.clear();
        }
        sinceLastAnswer.add(message);
      }
      for (JsonNode message : shown) {
        bytes += JSON.writeValueAsBytes(message).length;
      }
    }
    return bytes;
  }

  /**
   * Bytes of the bodies of all snapshots, each snapshot with all of its own. Reading the windows
   * back also proves that what is stored is whole.
   */
  private static long whole(RecordedRuns runs, Map<String, Map<String, Long>> bodies) {
    Map<String, List<String>> windows = new HashMap<>();
    long whole = 0;
    for (SnapshotRecord row : runs.snapshots()) {
      Map<String, Long> sizes = Objects.requireNonNull(bodies.get(row.getTraceId()));
      List<String> window = window(row, windows);
      for (String hash : window) {
        assertThat(sizes).as(row.getSnapshotId()).containsKey(hash);
        whole += Objects.requireNonNull(sizes.get(hash));
      }
      windows.put(row.getTraceId() + "/" + row.getSnapshotId(), window);
    }
    return whole;
  }

  /** The bodies of a window in order: what it kept of the one before, between it what is new. */
  private static List<String> window(SnapshotRecord row, Map<String, List<String>> windows) {
    @Nullable String[] window = new String[row.getSegmentCount()];
    if (row.getBaseSnapshotId() != null) {
      List<String> base =
          Objects.requireNonNull(windows.get(row.getTraceId() + "/" + row.getBaseSnapshotId()));
      for (SegmentRun run : row.getKept()) {
        for (int i = 0; i < run.getCount(); i++) {
          window[run.getPosition() + i] = base.get(run.getBasePosition() + i);
        }
      }
    }
    int position = 0;
    for (SegmentManifest segment : row.getSegments()) {
      while (window[position] != null) {
        position++;
      }
      window[position] = segment.getContentSha256();
    }
    assertThat(window).as(row.getSnapshotId()).doesNotContainNull();
    List<String> hashes = new ArrayList<>();
    for (String hash : window) {
      hashes.add(Objects.requireNonNull(hash));
    }
    return hashes;
  }
}
