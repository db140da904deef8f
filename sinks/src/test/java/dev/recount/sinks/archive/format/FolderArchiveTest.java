package dev.recount.sinks.archive.format;

import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.StorageLocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FolderArchiveTest extends SnapshotArchiveContract {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @Override
  ObjectStorage open() {
    return new StorageLocation.Folder(folder).open();
  }

  @Override
  void replace(String name, byte[] bytes) {
    try {
      Files.write(folder.resolve(name), bytes);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
