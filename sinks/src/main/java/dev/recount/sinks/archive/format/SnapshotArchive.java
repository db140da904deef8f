package dev.recount.sinks.archive.format;

import dev.recount.avro.SnapshotContents;
import dev.recount.avro.SnapshotRecord;
import dev.recount.sinks.archive.storage.ObjectStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Writes records of {@code snapshot-records} and {@code snapshot-contents} as objects, each once,
 * and reads traces back. One record is one object: the topology has put together already what
 * belongs together, so the same record is the same object however often and in whichever batch it
 * comes.
 *
 * <p>Safe for use by several threads and processes.
 */
public final class SnapshotArchive {
  private final ObjectStorage storage;

  /** An archive in a storage, which whoever opened it closes. */
  public SnapshotArchive(ObjectStorage storage) {
    this.storage = storage;
  }

  /**
   * Keeps the manifests of a record.
   *
   * @return whether they were written; false when they are there
   * @throws ConflictException when there are others under their name
   * @throws IllegalArgumentException when the record names no trace
   * @throws dev.recount.sinks.archive.storage.StorageException when they cannot be kept
   */
  public boolean write(SnapshotRecord manifests) {
    return write(ObjectNames.of(manifests), manifests, SnapshotRecord.class);
  }

  /** Keeps the bodies of a record, likewise. */
  public boolean write(SnapshotContents contents) {
    return write(ObjectNames.of(contents), contents, SnapshotContents.class);
  }

  private <T extends SpecificRecordBase> boolean write(String name, T record, Class<T> type) {
    if (storage.putIfAbsent(name, ObjectFile.encode(record))) {
      return true;
    }
    Optional<byte[]> there = storage.get(name);
    if (there.isEmpty()) {
      // Removed in between, as old as it was: what is written now is new.
      return storage.putIfAbsent(name, ObjectFile.encode(record));
    }
    T other;
    try {
      other = ObjectFile.decode(name, there.get(), type);
    } catch (CorruptObjectException corrupt) {
      throw new ConflictException(
          "The archive is not overwritten: " + corrupt.getMessage(), corrupt);
    }
    if (!other.equals(record)) {
      throw new ConflictException(
          "The archive is not overwritten: "
              + name
              + " is there and says something else than the record does",
          null);
    }
    return false;
  }

  /**
   * Reads what the archive holds of a trace; empty when that is nothing.
   *
   * @throws IllegalArgumentException when the text is no trace ID
   * @throws CorruptObjectException when an object is not what was written
   * @throws dev.recount.sinks.archive.storage.StorageException when it cannot be read
   */
  public Optional<ArchivedTrace> read(String traceId) {
    List<SnapshotRecord> manifests = new ArrayList<>();
    List<SnapshotContents> contents = new ArrayList<>();
    for (String name : storage.list(ObjectNames.folder(traceId)).stream().sorted().toList()) {
      if (ObjectNames.isManifests(name)) {
        read(name, SnapshotRecord.class)
            .ifPresent(
                record -> {
                  requireName(name, ObjectNames.of(record));
                  manifests.add(record);
                });
      } else if (ObjectNames.isContents(name)) {
        read(name, SnapshotContents.class)
            .ifPresent(
                record -> {
                  requireName(name, ObjectNames.of(record));
                  contents.add(record);
                });
      }
    }
    return manifests.isEmpty() && contents.isEmpty()
        ? Optional.empty()
        : Optional.of(ArchivedTrace.of(traceId, manifests, contents));
  }

  private <T extends SpecificRecordBase> Optional<T> read(String name, Class<T> type) {
    return storage.get(name).map(bytes -> ObjectFile.decode(name, bytes, type));
  }

  private static void requireName(String name, String written) {
    if (!name.equals(written)) {
      throw new CorruptObjectException(
          name + " is not what its name says: it was written as " + written, null);
    }
  }

  /**
   * Names of the objects that the archive holds of a trace, whatever is in them.
   *
   * @throws IllegalArgumentException when the text is no trace ID
   * @throws dev.recount.sinks.archive.storage.StorageException when they cannot be listed
   */
  public List<String> objects(String traceId) {
    return storage.list(ObjectNames.folder(traceId));
  }

  /**
   * Removes everything that the archive holds of a trace.
   *
   * @return how many objects that was
   * @throws IllegalArgumentException when the text is no trace ID
   * @throws dev.recount.sinks.archive.storage.StorageException when it cannot be removed
   */
  public int remove(String traceId) {
    List<String> objects = objects(traceId);
    objects.forEach(storage::remove);
    return objects.size();
  }

  /** Where the archive is, for people. */
  @Override
  public String toString() {
    return storage.toString();
  }
}
