package dev.recount.cli.replay;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes folders of this machine. */
final class LocalFolders {
  private static final Logger log = LoggerFactory.getLogger(LocalFolders.class);

  private LocalFolders() {}

  /** Removes a folder with all that is in it; what cannot be removed is logged and stays. */
  static void delete(Path folder) {
    try {
      Utils.delete(folder.toFile());
    } catch (IOException failed) {
      log.warn("{} was not removed: {}", folder, failed.toString());
    }
  }
}
