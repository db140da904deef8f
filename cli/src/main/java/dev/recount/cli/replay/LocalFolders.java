package dev.recount.cli.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes folders of this machine. */
final class LocalFolders {
  private static final Logger log = LoggerFactory.getLogger(LocalFolders.class);

  private LocalFolders() {}

  /** Removes a folder with all that is in it; what cannot be removed is logged and stays. */
  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException failed) {
      log.warn("{} was not removed: {}", folder, failed.toString());
    }
  }
}
