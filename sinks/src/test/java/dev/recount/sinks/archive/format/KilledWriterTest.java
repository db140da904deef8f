package dev.recount.sinks.archive.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.sinks.archive.SampleTrace;
import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.S3MockServer;
import dev.recount.sinks.archive.storage.StorageLocation;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer that is killed by signal 9 leaves whole objects under their names, or none. */
class KilledWriterTest {
  private static final int KILLS = 4;
  private static final int TRACES = 2_000;
  private static final int LONGEST_MILLIS = 700;

  @Test
  void inAFolder(@TempDir Path folder) throws Exception {
    killAndGoOn(new StorageLocation.Folder(folder.resolve("archive")), 0);
  }

  @Test
  void inABucket() throws Exception {
    killAndGoOn(S3MockServer.get().newBucket(), 100_000);
  }

  private static void killAndGoOn(StorageLocation location, long seeds) throws Exception {
    Random random = new Random(seeds);
    int killed = 0;
    long first = seeds;
    try (ObjectStorage storage = location.open()) {
      for (int round = 0; round < KILLS; round++) {
        Process writer = start(location, first, TRACES);
        try {
          if (!writer.waitFor(random.nextInt(LONGEST_MILLIS) + 1L, TimeUnit.MILLISECONDS)) {
            killed++;
          }
        } finally {
          writer.destroyForcibly().waitFor();
        }
        int there = assertWholeOrAbsent(storage, first, TRACES);
        assertThat(there).as("objects of round %d", round).isPositive();
        first += TRACES;
      }
      assertThat(killed).as("writers killed at work").isPositive();
      // The same again, as Connect delivers it: everything comes to be there.
      long last = first - TRACES;
      int few = 40;
      assertThat(start(location, last, few).waitFor()).isZero();
      SnapshotArchive archive = new SnapshotArchive(storage);
      for (long seed = last; seed < last + few; seed++) {
        ReadBack.assertWhole(archive, SampleTrace.of(seed));
      }
    }
  }

  private static Process start(StorageLocation location, long first, int traces)
      throws IOException {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Daws.accessKeyId=test",
                "-Daws.secretAccessKey=test",
                "-cp",
                System.getProperty("java.class.path"),
                ArchiveWriterProcess.class.getName(),
                location.url(),
                Long.toString(first),
                Integer.toString(traces))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = writer.inputReader(StandardCharsets.UTF_8);
    assertThat(output.readLine()).isEqualTo("writing");
    return writer;
  }

  /** Every object that is there under its name is the one that was to be written. */
  private static int assertWholeOrAbsent(ObjectStorage storage, long first, int traces) {
    int there = 0;
    for (long seed = first; seed < first + traces; seed++) {
      SampleTrace sample = SampleTrace.of(seed);
      Map<String, SpecificRecordBase> expected = new HashMap<>();
      sample.contents().forEach(record -> expected.put(ObjectNames.of(record), record));
      sample.manifests().forEach(record -> expected.put(ObjectNames.of(record), record));
      int before = there;
      for (String name : storage.list(ObjectNames.folder(sample.traceId()))) {
        byte[] bytes = storage.get(name).orElseThrow();
        Class<? extends SpecificRecordBase> type =
            ObjectNames.isManifests(name) ? SnapshotRecord.class : SnapshotContents.class;
        assertThat(ObjectFile.decode(name, bytes, type)).isEqualTo(expected.get(name));
        there++;
      }
      if (there == before && seed > first + 10) {
        break; // the writer goes in order: it did not come this far
      }
    }
    return there;
  }
}
