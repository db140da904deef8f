package dev.recount.benchmarks;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the operating system remembers of files; on Linux only. */
final class PageCache {
  private PageCache() {}

  /** The calls of the C library that it takes. */
  private interface C extends Library {
    C LIBRARY = Native.load("c", C.class);

    int READ_ONLY = 0;
    int DONT_NEED = 4;

    int open(String path, int flags);

    int fdatasync(int file);

    int posix_fadvise(int file, NativeLong offset, NativeLong length, int advice);

    int close(int file);
  }

  /** Makes it forget the files of a folder, so that they are read from the disk again. */
  static void forget(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path path : files) {
      int file = C.LIBRARY.open(path.toString(), C.READ_ONLY);
      if (file < 0) {
        continue; // merged away meanwhile
      }
      // What is not on the disk yet cannot be forgotten.
      C.LIBRARY.fdatasync(file);
      int refused =
          C.LIBRARY.posix_fadvise(file, new NativeLong(0), new NativeLong(0), C.DONT_NEED);
      C.LIBRARY.close(file);
      if (refused != 0) {
        throw new IOException("The system does not forget " + path + ": error " + refused);
      }
    }
  }
}
