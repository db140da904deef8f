package dev.recount.schemas.content;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Content in a folder, compressed with Zstandard: {@code <first two digits>/<SHA-256>.zst}. A file
 * appears under its name when all of it is on disk, so that no reader sees a part of one. Nothing
 * is deleted by itself.
 */
public final class FolderContentStore implements ContentStore {
  private static final int PREFIX_DIGITS = 2;

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
      if (!Files.exists(file)) {
        Files.createDirectories(parent);
        write(file, parent, Zstd.compress(content));
      }
      // Also when it was there already: whoever put it there may not have come this far.
      force(parent);
    } catch (IOException failed) {
      throw new ContentStoreException("Cannot keep content in " + folder + ": " + failed, failed);
    }
  }

  private static void write(Path file, Path parent, byte[] compressed) throws IOException {
    Path temporary = Files.createTempFile(parent, "content", ".tmp");
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

  private Path file(ContentReference reference) {
    return folder
        .resolve(reference.sha256().substring(0, PREFIX_DIGITS))
        .resolve(reference.sha256() + ".zst");
  }
}
