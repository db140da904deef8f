package dev.recount.schemas;

import dev.recount.avro.FollowingSnapshot;
import dev.recount.avro.SnapshotRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Several snapshots of one agent in one record: what they share, which agent in which versions
 * served whom, is told once, so that the manifests of a growing conversation are about as large as
 * what is new in each of them.
 */
public final class SnapshotSeries {
  private static final Schema RECORD = SnapshotRecord.getClassSchema();
  private static final Schema FOLLOWING = FollowingSnapshot.getClassSchema();
  private static final String BASE = "base_snapshot_id";
  private static final String REST = "following";

  /** Fields that a snapshot in a series has of its own, or that follow from its place. */
  private static final Set<String> OWN = own();

  private SnapshotSeries() {}

  private static Set<String> own() {
    List<String> names = new ArrayList<>(List.of(BASE, REST));
    FOLLOWING.getFields().forEach(field -> names.add(field.name()));
    return Set.copyOf(names);
  }

  /**
   * Adds a snapshot to the record of another.
   *
   * @param first a snapshot and those that were added to it
   * @param next a snapshot that none was added to; stays as it is
   * @return whether it was added: it must come after the last one of the record and share with it
   *     whatever a record tells once
   */
  public static boolean append(SnapshotRecord first, SnapshotRecord next) {
    if (!lastId(first).equals(next.getBaseSnapshotId()) || !share(first, next)) {
      return false;
    }
    FollowingSnapshot following = new FollowingSnapshot();
    for (Schema.Field field : FOLLOWING.getFields()) {
      following.put(field.pos(), next.get(position(field)));
    }
    if (first.getFollowing().isEmpty()) {
      first.setFollowing(new ArrayList<>());
    }
    first.getFollowing().add(following);
    return true;
  }

  /** Each snapshot of a record by itself, in order. The record stays as it is. */
  public static List<SnapshotRecord> snapshots(SnapshotRecord record) {
    if (record.getFollowing().isEmpty()) {
      return List.of(record);
    }
    List<SnapshotRecord> snapshots = new ArrayList<>(1 + record.getFollowing().size());
    SnapshotRecord first = new SnapshotRecord();
    RECORD.getFields().forEach(field -> first.put(field.pos(), record.get(field.pos())));
    first.setFollowing(List.of());
    snapshots.add(first);
    String base = record.getSnapshotId();
    for (FollowingSnapshot following : record.getFollowing()) {
      SnapshotRecord snapshot = new SnapshotRecord();
      for (Schema.Field field : RECORD.getFields()) {
        if (!OWN.contains(field.name())) {
          snapshot.put(field.pos(), record.get(field.pos()));
        }
      }
      for (Schema.Field field : FOLLOWING.getFields()) {
        snapshot.put(position(field), following.get(field.pos()));
      }
      snapshot.setBaseSnapshotId(base);
      snapshot.setFollowing(List.of());
      snapshots.add(snapshot);
      base = following.getSnapshotId();
    }
    return snapshots;
  }

  private static String lastId(SnapshotRecord first) {
    List<FollowingSnapshot> following = first.getFollowing();
    return following.isEmpty()
        ? first.getSnapshotId()
        : following.get(following.size() - 1).getSnapshotId();
  }

  private static boolean share(SnapshotRecord first, SnapshotRecord next) {
    for (Schema.Field field : RECORD.getFields()) {
      if (!OWN.contains(field.name())
          && !Objects.equals(first.get(field.pos()), next.get(field.pos()))) {
        return false;
      }
    }
    return true;
  }

  /** Where a field of a following snapshot is in a record. */
  private static int position(Schema.Field field) {
    return RECORD.getField(field.name()).pos();
  }
}
