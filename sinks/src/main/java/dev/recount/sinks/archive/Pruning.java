package dev.recount.sinks.archive;

import dev.recount.sinks.archive.storage.FolderPruning;
import dev.recount.sinks.archive.storage.StorageException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what is old from a folder now and then, beside the task. */
final class Pruning implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Pruning.class);

  private static final long FIRST_MINUTES = 1;
  private static final long EVERY_MINUTES = TimeUnit.HOURS.toMinutes(6);

  private final ScheduledExecutorService timer;

  private Pruning(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  static Pruning start(Path folder, Duration retention) {
    FolderPruning pruning = new FolderPruning(folder, retention);
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "recount-archive-prune");
              thread.setDaemon(true);
              return thread;
            });
    // Whatever it throws would end the timer without a word.
    var unused =
        timer.scheduleWithFixedDelay(
            () -> prune(pruning), FIRST_MINUTES, EVERY_MINUTES, TimeUnit.MINUTES);
    return new Pruning(timer);
  }

  private static void prune(FolderPruning pruning) {
    try {
      int traces = pruning.prune(Instant.now());
      if (traces > 0) {
        log.info("Removed {} traces from the archive that are older than it keeps", traces);
      }
    } catch (StorageException failed) {
      log.warn("{}; trying again later", failed.getMessage());
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
