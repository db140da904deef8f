package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Versions;
import dev.recount.schemas.SnapshotSeries;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which snapshots of an emission share a record. */
class SnapshotBatchTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final int BYTES = 500;

  private final List<SnapshotRecord> sent = new ArrayList<>();
  private final SnapshotBatch batch = new SnapshotBatch(sent::add);

  private static SnapshotRecord row(String agent, String id, @Nullable String base) {
    SnapshotRecord row = EmptyRows.snapshot(TRACE, id);
    row.setBaseSnapshotId(base);
    row.setVersions(Versions.newBuilder().setAgentName(agent).build());
    return row;
  }

  private List<List<String>> ids() {
    batch.finish();
    return sent.stream()
        .map(
            record ->
                SnapshotSeries.snapshots(record).stream()
                    .map(SnapshotRecord::getSnapshotId)
                    .toList())
        .toList();
  }

  @Test
  void snapshotsOfAgentsThatTakeTurnsAreGatheredByAgent() {
    batch.add(row("planner", "p1", null), BYTES);
    batch.add(row("writer", "w1", null), BYTES);
    batch.add(row("planner", "p2", "p1"), BYTES);
    batch.add(row("writer", "w2", "w1"), BYTES);
    batch.add(row("planner", "p3", "p2"), BYTES);
    assertThat(ids()).containsExactly(List.of("w1", "w2"), List.of("p1", "p2", "p3"));
  }

  @Test
  void aSnapshotWhoseForerunnerIsNotSentBeginsARecord() {
    batch.add(row("planner", "p2", "p1"), BYTES);
    batch.add(row("planner", "p3", "p2"), BYTES);
    batch.add(row("planner", "p5", "p4"), BYTES);
    assertThat(ids()).containsExactly(List.of("p2", "p3"), List.of("p5"));
  }

  @Test
  void aSnapshotOfAnotherVersionBeginsARecord() {
    SnapshotRecord upgraded = row("planner", "p2", "p1");
    upgraded.getVersions().setAgentVersion("2");
    batch.add(row("planner", "p1", null), BYTES);
    batch.add(upgraded, BYTES);
    assertThat(ids()).containsExactly(List.of("p1"), List.of("p2"));
    assertThat(upgraded.getBaseSnapshotId()).isEqualTo("p1");
  }

  @Test
  void aRecordTakesNoMoreThanItsSize() {
    int large = 100_000;
    batch.add(row("planner", "p1", null), large);
    batch.add(row("planner", "p2", "p1"), large);
    batch.add(row("planner", "p3", "p2"), large);
    batch.add(row("planner", "p4", "p3"), large);
    batch.add(row("planner", "p5", "p4"), 30 * large);
    assertThat(sent).extracting(SnapshotRecord::getSnapshotId).containsExactly("p1", "p3");
    assertThat(ids()).containsExactly(List.of("p1", "p2"), List.of("p3", "p4"), List.of("p5"));
  }
}
