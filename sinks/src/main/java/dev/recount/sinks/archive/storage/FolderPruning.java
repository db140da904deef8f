package dev.recount.sinks.archive.storage;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Removes from a folder what is older than the archive is to keep, trace by trace: a trace goes
 * when the last of its files has reached the age, so that none is left without a part of it.
 */
public final class FolderPruning {
  /** Longer than anything is being written for: what is older was left by a killed writer. */
  private static final Duration ABANDONED = Duration.ofDays(1);

  private final Path root;
  private final Duration retention;

  /** The pruning of a folder. */
  public FolderPruning(Path root, Duration retention) {
    this.root = root;
    this.retention = retention;
  }

  /**
   * Removes what is too old.
   *
   * @return traces that were removed
   * @throws StorageException when the folder cannot be read or changed; what could be removed is
   */
  public int prune(Instant now) {
    int traces = 0;
    try {
      for (Path digits : children(root)) {
        if (digits.endsWith(FolderStorage.INCOMING)) {
          removeAbandoned(digits, now.minus(ABANDONED));
          continue;
        }
        for (Path trace : children(digits)) {
          traces += removeTrace(trace, now.minus(retention)) ? 1 : 0;
        }
      }
    } catch (IOException failed) {
      throw StorageException.passing("Cannot prune the archive in " + root + ": " + failed, failed);
    }
    return traces;
  }

  private static boolean removeTrace(Path trace, Instant before) throws IOException {
    List<Path> files = children(trace);
    for (Path file : files) {
      if (!isOlder(file, before)) {
        return false;
      }
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
    try {
      Files.deleteIfExists(trace);
    } catch (DirectoryNotEmptyException written) {
      return false; // a file has come meanwhile
    }
    return true;
  }

  private static void removeAbandoned(Path incoming, Instant before) throws IOException {
    for (Path file : children(incoming)) {
      if (isOlder(file, before)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static boolean isOlder(Path file, Instant before) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(before);
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private static List<Path> children(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children.toList();
    } catch (NoSuchFileException gone) {
      return List.of();
    }
  }
}
