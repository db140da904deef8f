package dev.recount.sinks.archive.storage;

import java.util.List;
import java.util.Optional;

/**
 * Keeps objects by name, each written once and never changed until it is removed. An object is
 * there as a whole or not at all, whenever a writer is killed. Safe for use by several threads and
 * processes.
 *
 * <p>Names are paths of letters, digits, {@code -}, {@code .} and {@code _}, with {@code /} between
 * folders.
 */
public interface ObjectStorage extends AutoCloseable {
  /**
   * Checks that objects can be kept here and that the storage refuses to write one twice. Made to
   * be called before the first object is put.
   *
   * @throws StorageException when it cannot be used
   */
  void prepare();

  /**
   * Keeps an object. Returns when it would survive the loss of power.
   *
   * @return whether it was written; false when there is one of that name, which stays as it is
   * @throws StorageException when it cannot be kept
   */
  boolean putIfAbsent(String name, byte[] bytes);

  /**
   * The bytes of an object; empty when there is none of that name.
   *
   * @throws StorageException when it cannot be read
   */
  Optional<byte[]> get(String name);

  /**
   * Names of the objects in a folder, in no particular order; empty when there is no such folder.
   *
   * @param folder name of the folder, without a slash at the end
   * @throws StorageException when it cannot be listed
   */
  List<String> list(String folder);

  /**
   * Removes an object; does nothing when there is none of that name. A bucket that keeps versions
   * keeps the removed one until its lifecycle rules end it.
   *
   * @throws StorageException when it cannot be removed
   */
  void remove(String name);

  /** Where the objects are, for people. */
  @Override
  String toString();

  @Override
  void close();
}
