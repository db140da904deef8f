package dev.recount.schemas.content;

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
   * The content; empty when it is not there.
   *
   * @throws ContentStoreException when it cannot be read, or is not what the reference says
   */
  Optional<byte[]> get(ContentReference reference);
}
