package dev.recount.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/** Folders that a benchmark makes and takes away. */
final class TemporaryFolders {
  private TemporaryFolders() {}

  static void delete(Path folder) {
    try {
      Utils.delete(folder.toFile());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Size of the files in a folder whose names end in a suffix, in bytes. */
  static long bytes(Path folder, String suffix) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.toString().endsWith(suffix))
          .filter(Files::isRegularFile)
          .mapToLong(path -> path.toFile().length())
          .sum();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
