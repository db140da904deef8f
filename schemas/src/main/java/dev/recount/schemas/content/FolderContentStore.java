package dev.recount.schemas.content;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Content in a folder, compressed with Zstandard: {@code <first two digits>/<SHA-256>.zst}. A file
 * appears under its name when all of it is on disk, so that no reader sees a part of one. Its time
 * of modification is when the content was last kept: {@link #prune} goes by it.
 */
public final class FolderContentStore implements ContentStore {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final int PREFIX_DIGITS = 2;
  private static final String CONTENT = ".zst";
  private static final String EXPIRED = ".expired";
  private static final String TEMPORARY = ".tmp";
  private static final Duration LONGEST_WRITE = Duration.ofHours(1);

  private final Path folder;

  /** A store in a folder, which is made when the first content is kept. */
  public FolderContentStore(Path folder) {
    this.folder = folder;
  }

  @Override
  public void put(ContentReference reference, byte[] content) {
    Path file = file(reference);
    Path parent = folder.resolve(reference.sha256().substring(0, PREFIX_DIGITS));
    try {
      if (!refresh(file)) {
        Files.createDirectories(parent);
        write(file, parent, Zstd.compress(content));
      }
      // Also when it was there already: whoever put it there may not have come this far.
      force(parent);
    } catch (IOException failed) {
      throw new ContentStoreException("Cannot keep content in " + folder + ": " + failed, failed);
    }
  }

  /** Notes that content which is there is referred to again; false when it is not there. */
  private static boolean refresh(Path file) throws IOException {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
      return true;
    } catch (FileSystemException absentOrAnothers) {
      // What a receiver that runs as another user wrote into a shared folder is written anew.
      return false;
    }
  }

  private static void write(Path file, Path parent, byte[] compressed) throws IOException {
    Path temporary = Files.createTempFile(parent, "content", TEMPORARY);
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(compressed);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Makes the names in a folder survive the loss of power. */
  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Optional<byte[]> get(ContentReference reference) {
    try {
      byte[] compressed = Files.readAllBytes(file(reference));
      byte[] content = Zstd.decompress(compressed, Math.toIntExact(reference.bytes()));
      if (!reference.isOf(content)) {
        throw new ContentStoreException(file(reference) + " is not what its name says");
      }
      return Optional.of(content);
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (IOException | ZstdException | ArithmeticException failed) {
      throw new ContentStoreException("Cannot read " + file(reference) + ": " + failed, failed);
    }
  }

  @Override
  public Pruned prune(Instant before) {
    FileTime time = FileTime.from(before);
    long files = 0;
    long bytes = 0;
    if (!Files.exists(folder)) {
      return new Pruned(files, bytes);
    }
    // Names only: a file may be gone before anything else is asked of it.
    try (DirectoryStream<Path> shelves = Files.newDirectoryStream(folder, Files::isDirectory)) {
      for (Path shelf : shelves) {
        try (DirectoryStream<Path> found =
            Files.newDirectoryStream(shelf, FolderContentStore::isContent)) {
          for (Path file : found) {
            long size = removeIfUnused(file, time);
            files += size < 0 ? 0 : 1;
            bytes += Math.max(size, 0);
          }
        }
      }
    } catch (IOException | DirectoryIteratorException failed) {
      throw new ContentStoreException("Cannot prune content in " + folder + ": " + failed, failed);
    }
    return new Pruned(files, bytes);
  }

  /** Content, and what a process that was killed has left of it; nothing else that lies there. */
  private static boolean isContent(Path path) {
    String name = path.getFileName().toString();
    return name.endsWith(CONTENT) || name.endsWith(EXPIRED) || name.endsWith(TEMPORARY);
  }

  /** Removes a file that nobody has kept again since; its size, or -1 when it stays. */
  private static long removeIfUnused(Path file, FileTime before) throws IOException {
    String name = file.getFileName().toString();
    try {
      if (name.endsWith(TEMPORARY)) {
        // What is being written right now is no leftover, however short the retention.
        Instant abandoned = before.toInstant().minus(LONGEST_WRITE);
        return isOlder(file, FileTime.from(abandoned)) ? delete(file) : -1;
      }
      if (name.endsWith(EXPIRED)) {
        String whole = name.substring(0, name.length() - EXPIRED.length());
        return deleteOrPutBack(file, file.resolveSibling(whole), before);
      }
      if (!isOlder(file, before)) {
        return -1;
      }
      // Out of the way first: whoever keeps it again in this moment writes it anew.
      Path aside = file.resolveSibling(name + EXPIRED);
      Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
      return deleteOrPutBack(aside, file, before);
    } catch (NoSuchFileException goneAlready) {
      // Another receiver prunes the same folder.
      return -1;
    }
  }

  private static long deleteOrPutBack(Path aside, Path file, FileTime before) throws IOException {
    if (isOlder(aside, before)) {
      return delete(aside);
    }
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    return -1;
  }

  private static boolean isOlder(Path file, FileTime time) throws IOException {
    return Files.getLastModifiedTime(file).compareTo(time) < 0;
  }

  private static long delete(Path file) throws IOException {
    long size = Files.size(file);
    return Files.deleteIfExists(file) ? size : -1;
  }

  @Override
  public long size(String sha256) {
    try {
      return Files.size(file(sha256));
    } catch (IOException absent) {
      return -1;
    }
  }

  @Override
  public boolean remove(String sha256) {
    try {
      return Files.deleteIfExists(file(sha256));
    } catch (IOException failed) {
      throw new ContentStoreException("Cannot remove " + file(sha256) + ": " + failed, failed);
    }
  }

  private Path file(ContentReference reference) {
    return file(reference.sha256());
  }

  private Path file(String sha256) {
    if (!DIGEST.matcher(sha256).matches()) {
      throw new IllegalArgumentException("Not a digest: " + sha256);
    }
    return folder.resolve(sha256.substring(0, PREFIX_DIGITS)).resolve(sha256 + CONTENT);
  }
}
