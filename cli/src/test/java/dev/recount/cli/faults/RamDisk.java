package dev.recount.cli.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A small file system in memory at a folder of its own, which can be filled to the last byte. */
final class RamDisk implements AutoCloseable {
  private static final String BALLAST = "ballast";
  private static final int[] BLOCKS = {1 << 20, 4096};

  private final Path folder;

  private RamDisk(Path folder) {
    this.folder = folder;
  }

  /** Mounts one; empty where this user may not. */
  static Optional<RamDisk> mount(Path folder, int megabytes) {
    try {
      Files.createDirectories(folder);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    String size = "size=" + megabytes + "m";
    return run("mount", "-t", "tmpfs", "-o", size, "tmpfs", folder.toString())
        ? Optional.of(new RamDisk(folder))
        : Optional.empty();
  }

  private static boolean run(String... command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchCommand) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Takes what space there is. */
  void fill() {
    for (int block : BLOCKS) {
      byte[] bytes = new byte[block];
      try (OutputStream ballast =
          Files.newOutputStream(
              folder.resolve(BALLAST), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (folder.toFile().getUsableSpace() > 0) {
          ballast.write(bytes);
        }
      } catch (IOException full) {
        // That is what it is for; smaller blocks take what is left.
      }
    }
    if (folder.toFile().getUsableSpace() > BLOCKS[1]) {
      throw new IllegalStateException(folder + " still has room");
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
    run("umount", "--lazy", folder.toString());
  }
}
