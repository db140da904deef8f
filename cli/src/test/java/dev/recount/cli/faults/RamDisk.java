package dev.recount.cli.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A small file system in memory at a folder of its own, which can be filled to the last byte. */
final class RamDisk implements AutoCloseable {
  private static final String BALLAST = "ballast";
  private static final int BLOCK = 4096;

  private final Path folder;

  private RamDisk(Path folder) {
    this.folder = folder;
  }

  /** Mounts one; empty where this user may not. */
  static Optional<RamDisk> mount(Path folder, int megabytes) {
    try {
      Files.createDirectories(folder);
      return run(
              "mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString())
          ? Optional.of(new RamDisk(folder))
          : Optional.empty();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static boolean run(String... command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Takes what space there is. */
  void fill() {
    byte[] block = new byte[BLOCK];
    try (OutputStream ballast = Files.newOutputStream(folder.resolve(BALLAST))) {
      while (folder.toFile().getUsableSpace() > 0) {
        ballast.write(block);
      }
    } catch (IOException full) {
      if (folder.toFile().getUsableSpace() >= BLOCK) {
        throw new UncheckedIOException(full);
      }
    }
  }

  /** Gives the space back. */
  void free() {
    try {
      Files.delete(folder.resolve(BALLAST));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @Override
  public void close() {
    try {
      run("umount", "--lazy", folder.toString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
