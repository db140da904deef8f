package dev.recount.sinks.archive.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.avro.SnapshotContent;
import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.sinks.archive.SampleTrace;
import dev.recount.sinks.archive.storage.ObjectStorage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of an archive in every storage. */
abstract class SnapshotArchiveContract {
  private static final int TRACES = 25;

  @SuppressWarnings("NullAway.Init")
  ObjectStorage storage;

  @SuppressWarnings("NullAway.Init")
  SnapshotArchive archive;

  abstract ObjectStorage open();

  /** Changes an object behind the archive's back. */
  abstract void replace(String name, byte[] bytes);

  @BeforeEach
  void openIt() {
    storage = open();
    archive = new SnapshotArchive(storage);
  }

  @AfterEach
  void closeIt() {
    storage.close();
  }

  @Test
  void everyWindowReadsBackAsTheModelSawItWhateverTheOrderOfWriting() {
    for (int seed = 0; seed < TRACES; seed++) {
      SampleTrace sample = SampleTrace.of(seed);
      List<Runnable> writes = new ArrayList<>();
      sample.manifests().forEach(record -> writes.add(() -> archive.write(record)));
      sample.contents().forEach(record -> writes.add(() -> archive.write(record)));
      Collections.shuffle(writes, new Random(seed));
      writes.forEach(Runnable::run);
      ReadBack.assertWhole(archive, sample);
    }
  }

  @Test
  void whatComesAgainChangesNothing() {
    SampleTrace sample = SampleTrace.of(3);
    write(sample);
    List<String> names = names(sample);
    for (SnapshotRecord record : sample.manifests()) {
      assertThat(archive.write(record)).isFalse();
    }
    for (SnapshotContents record : sample.contents()) {
      assertThat(archive.write(record)).isFalse();
    }
    assertThat(names(sample)).isEqualTo(names);
    ReadBack.assertWhole(archive, sample);
  }

  @Test
  void otherManifestsOfTheSameEmissionAreRefusedAndTheFirstStay() {
    SampleTrace sample = SampleTrace.of(4);
    write(sample);
    SnapshotRecord other = SnapshotRecord.newBuilder(sample.manifests().get(0)).build();
    other.setTokenCount(1L);
    assertThatThrownBy(() -> archive.write(other))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("not overwritten")
        .hasMessageContaining(sample.traceId());
    ReadBack.assertWhole(archive, sample);
  }

  @Test
  void aLaterRevisionHolds() {
    SampleTrace sample = SampleTrace.of(5);
    write(sample);
    SnapshotRecord first = sample.manifests().get(0);
    SnapshotRecord amended = SnapshotRecord.newBuilder(first).build();
    amended.setRevision(9);
    amended.setDecisionId("found later");
    assertThat(archive.write(amended)).isTrue();
    ReadBack.assertWhole(archive, sample);
    ArchivedTrace trace = archive.read(sample.traceId()).orElseThrow();
    assertThat(trace.snapshots().values().iterator().next().getDecisionId())
        .isEqualTo("found later");
    // A revision that comes after one that replaced it changes nothing.
    assertThat(archive.write(first)).isFalse();
  }

  @Test
  void aWithdrawnSnapshotIsNotThere() {
    SampleTrace sample = SampleTrace.of(0);
    write(sample);
    SnapshotRecord last = SnapshotRecord.newBuilder(sample.manifests().get(0)).build();
    last.setFollowing(List.of());
    last.setSegments(List.of());
    last.setDeleted(true);
    last.setRevision(9);
    archive.write(last);
    assertThat(archive.read(sample.traceId()).orElseThrow().snapshots())
        .doesNotContainKey(last.getSnapshotId());
  }

  @Test
  void everyDamagedByteIsNoticed() {
    SampleTrace sample = SampleTrace.of(0);
    write(sample);
    for (String name : names(sample)) {
      byte[] bytes = storage.get(name).orElseThrow();
      for (int at = 0; at < bytes.length; at += Math.max(1, bytes.length / 60)) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= 0x10;
        replace(name, damaged);
        assertThatThrownBy(() -> archive.read(sample.traceId()))
            .as("byte %d of %s", at, name)
            .isInstanceOf(CorruptObjectException.class)
            .hasMessageContaining(name);
      }
      replace(name, bytes);
    }
    ReadBack.assertWhole(archive, sample);
  }

  @Test
  void anotherBodyInPlaceOfTheOneThatWasSeenIsNoticed() {
    SampleTrace sample = SampleTrace.of(1);
    write(sample);
    SnapshotContents tampered = SnapshotContents.newBuilder(sample.contents().get(0)).build();
    tampered
        .getContents()
        .set(
            0,
            new SnapshotContent("application/json", "{\"role\":\"system\",\"content\":\"Lie.\"}"));
    String name = ObjectNames.of(sample.contents().get(0));
    replace(name, ObjectFile.encode(tampered));
    assertThatThrownBy(() -> archive.read(sample.traceId()))
        .isInstanceOf(CorruptObjectException.class)
        .hasMessageContaining(name);
    // Nor does what is delivered again take it for its own.
    assertThatThrownBy(() -> archive.write(sample.contents().get(0)))
        .isInstanceOf(ConflictException.class);
  }

  @Test
  void anObjectOfAnotherTraceIsNoticed() {
    SampleTrace one = SampleTrace.of(1);
    SampleTrace other = SampleTrace.of(2);
    write(one);
    replace(ObjectNames.of(one.manifests().get(0)), ObjectFile.encode(other.manifests().get(0)));
    assertThatThrownBy(() -> archive.read(one.traceId()))
        .isInstanceOf(CorruptObjectException.class)
        .hasMessageContaining("not what its name says");
  }

  @Test
  void aTraceThatWasNeverArchivedIsEmpty() {
    assertThat(archive.read("0123456789abcdef0123456789abcdef")).isEmpty();
  }

  private void write(SampleTrace sample) {
    sample.contents().forEach(archive::write);
    sample.manifests().forEach(archive::write);
  }

  private List<String> names(SampleTrace sample) {
    return storage.list(ObjectNames.folder(sample.traceId())).stream().sorted().toList();
  }
}
