package dev.recount.connectors.otlp;

import dev.recount.schemas.content.ContentStore;
import dev.recount.schemas.content.ContentStoreException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes large content once nothing has referred to it for its retention. It runs beside the
 * receiver that keeps the content, on a thread of its own; several receivers may share a store.
 */
final class ContentRetention implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ContentRetention.class);
  private static final Duration PAUSE = Duration.ofHours(1);

  private final ScheduledExecutorService thread;

  private ContentRetention(ScheduledExecutorService thread) {
    this.thread = thread;
  }

  /** Prunes now and once an hour from then on. */
  static ContentRetention start(LargeContent content) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread daemon = new Thread(task, "recount-content-retention");
              daemon.setDaemon(true);
              return daemon;
            });
    if (!content.retention().isZero()) {
      var unused =
          thread.scheduleWithFixedDelay(
              () -> prune(content, Clock.systemUTC()), 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
    return new ContentRetention(thread);
  }

  /** Removes what has outlived its retention; a store that fails is tried again the next time. */
  static void prune(LargeContent content, Clock clock) {
    try {
      ContentStore.Pruned pruned =
          content.store().prune(clock.instant().minus(content.retention()));
      if (pruned.contents() > 0) {
        log.info("Removed {} large contents of {} bytes", pruned.contents(), pruned.bytes());
      }
    } catch (ContentStoreException failed) {
      log.warn("Large content could not be pruned: {}", failed.getMessage());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
