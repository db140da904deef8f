package dev.recount.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Processor time that this process has taken so far, in nanoseconds: of all threads, and of those
 * that collect garbage, compact state and compile code, as far as Linux tells threads apart.
 */
record ProcessorTime(long all, long collection, long compaction, long compilation) {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final Path THREADS = Path.of("/proc/self/task");

  static final ProcessorTime NONE = new ProcessorTime(0, 0, 0, 0);

  /** Up to now. */
  static ProcessorTime now() {
    long collection = 0;
    long compaction = 0;
    long compilation = 0;
    if (Files.isDirectory(THREADS)) {
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
        for (Path thread : threads) {
          String name = Files.readString(thread.resolve("comm"));
          String stat = Files.readString(thread.resolve("stat"));
          long nanos = TimeUnit.MILLISECONDS.toNanos(ProcessUsage.cpuMillis(stat));
          if (name.startsWith("GC Thread") || name.startsWith("G1 ") || name.startsWith("VM T")) {
            collection += nanos;
          } else if (name.startsWith("rocksdb")) {
            compaction += nanos;
          } else if (name.startsWith("C1 Comp") || name.startsWith("C2 Comp")) {
            compilation += nanos;
          }
        }
      } catch (NoSuchFileException ended) {
        // A thread that ended while it was being looked at: its time is in the whole.
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
    return new ProcessorTime(SYSTEM.getProcessCpuTime(), collection, compaction, compilation);
  }

  /** What was taken since an earlier time. */
  ProcessorTime since(ProcessorTime earlier) {
    return new ProcessorTime(
        all - earlier.all,
        collection - earlier.collection,
        compaction - earlier.compaction,
        compilation - earlier.compilation);
  }

  /** This and another. */
  ProcessorTime plus(ProcessorTime other) {
    return new ProcessorTime(
        all + other.all,
        collection + other.collection,
        compaction + other.compaction,
        compilation + other.compilation);
  }
}
