package dev.recount.schemas.content;

import java.time.Instant;
import java.util.Optional;

/**
 * Keeps content under its digest: the same content twice is kept once, and nothing is ever changed.
 * Safe for use by several threads and processes.
 */
public interface ContentStore {
  /**
   * Keeps content. Returns when it would survive the loss of power; does nothing when it is there.
   *
   * @throws ContentStoreException when it cannot be kept
   */
  void put(ContentReference reference, byte[] content);

  /**
   * Removes what was last kept before a time. Content that is kept again at the same time stays.
   *
   * @throws ContentStoreException when the store cannot be gone through
   */
  Pruned prune(Instant before);

  /** What was removed: how many contents, and how many bytes they took in the store. */
  record Pruned(long contents, long bytes) {}

  /**
   * The content; empty when it is not there.
   *
   * @throws ContentStoreException when it cannot be read, or is not what the reference says
   */
  Optional<byte[]> get(ContentReference reference);
}
