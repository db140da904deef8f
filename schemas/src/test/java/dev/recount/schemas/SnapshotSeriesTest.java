package dev.recount.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.FollowingSnapshot;
import dev.recount.avro.Phase;
import dev.recount.avro.SegmentManifest;
import dev.recount.avro.SegmentRun;
import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Versions;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots come out of a shared record as they went in. */
class SnapshotSeriesTest {
  private static final AvroCodec<SnapshotRecord> CODEC =
      AvroCodec.of(
          SnapshotRecord.class,
          Topics.withPrefix("").snapshotRecords().subject(),
          new MockSchemaRegistryClient());

  private static SnapshotRecord snapshot(int number) {
    return SnapshotRecord.newBuilder()
        .setTraceId("0af7651916cd43dd8448eb211c80319c")
        .setSnapshotId("s" + number)
        .setBaseSnapshotId(number == 0 ? null : "s" + (number - 1))
        .setSpanId("span-" + number)
        .setDecisionId("decision-" + number)
        .setCapturedAt(Instant.ofEpochSecond(1_772_366_400L + number))
        .setTokenCount(100L * number)
        .setTokenLimit(128_000L)
        .setSegments(
            List.of(SegmentManifest.newBuilder().setContentSha256("hash-" + number).build()))
        .setKept(number == 0 ? List.of() : List.of(new SegmentRun(0, 0, number)))
        .setSegmentCount(number + 1)
        .setTokensByKind(Map.of("USER", 100L * number))
        .setService("orders")
        .setVersions(Versions.newBuilder().setAgentName("planner").setModel("gpt-4o").build())
        .setPhase(Phase.settled)
        .setRevision(3)
        .setKeyTime(Instant.ofEpochMilli(1_772_366_400_000L))
        .build();
  }

  @Test
  void snapshotsOfOneAgentComeOutAsTheyWentIn() {
    SnapshotRecord record = snapshot(0);
    for (int i = 1; i < 5; i++) {
      assertThat(SnapshotSeries.append(record, snapshot(i))).isTrue();
    }
    SnapshotRecord sent = CODEC.decode(CODEC.encode(record));
    assertThat(SnapshotSeries.snapshots(sent))
        .containsExactly(snapshot(0), snapshot(1), snapshot(2), snapshot(3), snapshot(4));
  }

  @Test
  void aSnapshotThatComesAfterAnotherOneIsNotAdded() {
    SnapshotRecord record = snapshot(0);
    assertThat(SnapshotSeries.append(record, snapshot(2))).isFalse();
    assertThat(SnapshotSeries.append(record, snapshot(0))).isFalse();
    assertThat(record).isEqualTo(snapshot(0));
  }

  /** Every field that is told once keeps a snapshot out that says something else. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "trace_id",
        "token_limit",
        "derived",
        "service",
        "environment",
        "session_id",
        "user_id",
        "versions",
        "retained",
        "retained_by",
        "sample_weight",
        "phase",
        "revision",
        "key_time",
        "deleted"
      })
  void aSnapshotThatDiffersInWhatIsToldOnceIsNotAdded(String field) {
    SnapshotRecord next = snapshot(1);
    int position = next.getSchema().getField(field).pos();
    next.put(position, other(next.get(position)));
    SnapshotRecord record = snapshot(0);
    assertThat(SnapshotSeries.append(record, next)).isFalse();
    assertThat(record.getFollowing()).isEmpty();
  }

  private static Object other(Object value) {
    if (value instanceof Boolean flag) {
      return !flag;
    }
    if (value instanceof Long number) {
      return number + 1;
    }
    if (value instanceof Double number) {
      return number + 1;
    }
    if (value instanceof Instant instant) {
      return instant.plusMillis(1);
    }
    if (value instanceof Phase) {
      return Phase.amended;
    }
    if (value instanceof Versions) {
      return Versions.newBuilder().setAgentName("planner").build();
    }
    return "other";
  }

  @Test
  void whatASnapshotHasOfItsOwnIsOfTheSameTypeInBothRecords() {
    Schema record = SnapshotRecord.getClassSchema();
    for (Schema.Field field : FollowingSnapshot.getClassSchema().getFields()) {
      assertThat(record.getField(field.name())).as(field.name()).isNotNull();
      assertThat(record.getField(field.name()).schema()).isEqualTo(field.schema());
    }
  }
}
