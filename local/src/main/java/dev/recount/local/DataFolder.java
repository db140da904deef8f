package dev.recount.local;

import dev.recount.local.install.Folders;
import dev.recount.local.process.StackException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of a stack, taken by one stack at a time; deleted on close if it is temporary. */
final class DataFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

  private final Path path;
  private final boolean temporary;
  private final FileChannel channel;

  private DataFolder(Path path, boolean temporary, FileChannel channel) {
    this.path = path;
    this.temporary = temporary;
    this.channel = channel;
  }

  /**
   * Takes a folder.
   *
   * @param named the folder, created if missing; empty for a temporary one
   * @throws StackException if another stack has it, or it cannot be written
   */
  static DataFolder open(Optional<Path> named) {
    try {
      Path path =
          named.isPresent()
              ? Files.createDirectories(named.get().toAbsolutePath())
              : Files.createTempDirectory("recount");
      FileChannel channel =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!lock(channel)) {
        channel.close();
        throw new StackException(
            "The data folder "
                + path
                + " is in use by another running stack. Stop that one, or choose another folder with --data-dir.");
      }
      return new DataFolder(path, named.isEmpty(), channel);
    } catch (IOException e) {
      throw new StackException(
          "The data folder "
              + named.map(Path::toString).orElse("for temporary data")
              + " cannot be used: "
              + e,
          e);
    }
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      // Closing the file gives up the lock, as the end of the process would.
      channel.close();
      if (temporary) {
        Folders.delete(path);
      }
    } catch (IOException e) {
      LOG.warn("The data folder {} could not be tidied up", path, e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Held by this very process.
      return false;
    }
  }
}
