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
   * Bytes that content takes in the store; -1 when it is not there.
   *
   * @param sha256 its digest, 64 lower-case hexadecimal digits
   */
  long size(String sha256);

  /**
   * Removes content at once, whoever refers to it.
   *
   * @param sha256 its digest, 64 lower-case hexadecimal digits
   * @return whether it was there
   * @throws ContentStoreException when it cannot be removed
   */
  boolean remove(String sha256);

  /**
   * The content; empty when it is not there.
   *
   * @throws ContentStoreException when it cannot be read, or is not what the reference says
   */
  Optional<byte[]> get(ContentReference reference);
}
