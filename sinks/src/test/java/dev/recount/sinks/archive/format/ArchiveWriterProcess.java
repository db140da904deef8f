package dev.recount.sinks.archive.format;

import dev.recount.sinks.archive.SampleTrace;
import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.StorageLocation;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Writes sample traces, several at a time, until it is killed or has written all of them. */
final class ArchiveWriterProcess {
  private static final int WRITERS = 4;

  private ArchiveWriterProcess() {}

  /** Arguments: the archive's URL, the first seed, the number of traces. */
  public static void main(String[] arguments) throws InterruptedException {
    long first = Long.parseLong(arguments[1]);
    long traces = Long.parseLong(arguments[2]);
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try (ObjectStorage storage = StorageLocation.parse(arguments[0]).open()) {
      SnapshotArchive archive = new SnapshotArchive(storage);
      storage.prepare();
      archive.write(SampleTrace.of(first).manifests().get(0));
      System.out.println("writing");
      for (long seed = first; seed < first + traces; seed++) {
        SampleTrace sample = SampleTrace.of(seed);
        sample.contents().forEach(record -> writers.execute(() -> archive.write(record)));
        sample.manifests().forEach(record -> writers.execute(() -> archive.write(record)));
      }
      writers.shutdown();
      if (!writers.awaitTermination(5, TimeUnit.MINUTES)) {
        throw new IllegalStateException("The writers do not come to an end");
      }
    }
  }
}
