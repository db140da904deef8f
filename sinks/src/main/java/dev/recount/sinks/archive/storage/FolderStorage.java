package dev.recount.sinks.archive.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Objects as files in a folder. A file is written under a passing name in {@value #INCOMING},
 * brought to disk, and then linked to its own name, which fails when there is a file of that name:
 * the file system decides between two writers, and no reader sees a part of a file.
 */
public final class FolderStorage implements ObjectStorage {
  /** Folder of files that are being written; what a killed writer leaves there means nothing. */
  static final String INCOMING = ".incoming";

  private final Path root;
  private final Path incoming;

  /** A storage in a folder, which is made by {@link #prepare} or with the first object. */
  public FolderStorage(Path root) {
    this.root = root.toAbsolutePath().normalize();
    this.incoming = this.root.resolve(INCOMING);
  }

  /** The folder, absolute. */
  Path root() {
    return root;
  }

  @Override
  public void prepare() {
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw StorageException.lasting(
          "The archive cannot be in " + root + ": it is no folder", null);
    }
    try {
      Files.createDirectories(incoming);
      Path probe = Files.createTempFile(incoming, "probe", ".tmp");
      Path linked = probe.resolveSibling(probe.getFileName() + ".link");
      try {
        Files.createLink(linked, probe);
      } finally {
        Files.deleteIfExists(linked);
        Files.deleteIfExists(probe);
      }
    } catch (UnsupportedOperationException noLinks) {
      throw StorageException.lasting(
          "The file system of the archive in "
              + root
              + " has no hard links, by which files are written once. Choose a folder on another",
          noLinks);
    } catch (IOException failed) {
      throw failure("Cannot write the archive in " + root, failed);
    }
  }

  @Override
  public boolean putIfAbsent(String name, byte[] bytes) {
    Path file = file(name);
    try {
      if (Files.exists(file)) {
        // Whoever wrote it may have been killed before its name was safe on disk.
        force(parent(file));
        return false;
      }
      Files.createDirectories(incoming);
      Path temporary = Files.createTempFile(incoming, "object", ".tmp");
      try {
        write(temporary, bytes);
        return link(temporary, file);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException failed) {
      throw failure("Cannot write " + file, failed);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  private boolean link(Path temporary, Path file) throws IOException {
    Path folder = parent(file);
    boolean known = Files.isDirectory(folder);
    Files.createDirectories(folder);
    boolean written;
    try {
      Files.createLink(file, temporary);
      written = true;
    } catch (FileAlreadyExistsException other) {
      written = false;
    }
    force(folder);
    for (Path above = folder; !known && !above.equals(root); above = parent(above)) {
      force(parent(above));
    }
    return written;
  }

  /** Makes the names in a folder survive the loss of power. */
  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Optional<byte[]> get(String name) {
    Path file = file(name);
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (IOException failed) {
      throw failure("Cannot read " + file, failed);
    }
  }

  @Override
  public List<String> list(String folder) {
    Path path = file(folder);
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> folder + "/" + file.getFileName()).toList();
    } catch (NoSuchFileException | NotDirectoryException absent) {
      return List.of();
    } catch (IOException failed) {
      throw failure("Cannot list " + path, failed);
    }
  }

  @Override
  public void remove(String name) {
    Path file = file(name);
    try {
      if (Files.deleteIfExists(file)) {
        removeEmpty(parent(file));
      }
    } catch (IOException failed) {
      throw failure("Cannot remove " + file, failed);
    }
  }

  /** A folder is named after its trace: where nothing is left of it, no name is either. */
  private void removeEmpty(Path folder) throws IOException {
    try {
      if (!folder.equals(root)) {
        Files.deleteIfExists(folder);
      }
    } catch (DirectoryNotEmptyException others) {
      force(folder);
    }
  }

  private Path file(String name) {
    Path file = root.resolve(name).normalize();
    if (!file.startsWith(root) || file.equals(root)) {
      throw new IllegalArgumentException("Not a name within the archive: " + name);
    }
    return file;
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalStateException("The archive has no folder above " + file);
    }
    return parent;
  }

  private static StorageException failure(String what, IOException cause) {
    String message = what + ": " + cause;
    return cause instanceof AccessDeniedException || cause instanceof FileAlreadyExistsException
        ? StorageException.lasting(message, cause)
        : StorageException.passing(message, cause);
  }

  @Override
  public String toString() {
    return root.toString();
  }

  @Override
  public void close() {}
}
