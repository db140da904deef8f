package dev.recount.local.clickhouse;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InputStream;

/**
 * A running insert: its data goes in through {@link #send}, which ends it, or it is given up by
 * closing.
 */
final class ChdbInsert implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final ChdbLibrary library;
  private final Pointer insert;
  private boolean ended;

  private ChdbInsert(ChdbLibrary library, Pointer insert) {
    this.library = library;
    this.insert = insert;
  }

  static ChdbInsert of(ChdbLibrary library, Pointer insert) throws ChdbException {
    Pointer error = library.chdb_stream_insert_error(insert);
    if (error != null) {
      String message = error.getString(0, "UTF-8");
      library.chdb_destroy_insert_stream(insert);
      throw new ChdbException(message);
    }
    return new ChdbInsert(library, insert);
  }

  /**
   * Inserts all data of a stream, and reads the stream to its end also when the insert has failed.
   *
   * @return what was written; it is durable
   * @throws ChdbException if the data or the table is not as it should be
   * @throws IOException if the stream breaks: nothing of the block under way is inserted
   */
  QuerySummary send(InputStream data) throws ChdbException, IOException {
    boolean failed = false;
    try (Memory memory = new Memory(BUFFER_BYTES)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = data.readNBytes(buffer, 0, buffer.length);
          count > 0;
          count = data.readNBytes(buffer, 0, buffer.length)) {
        if (!failed) {
          memory.write(0, buffer, 0, count);
          failed = library.chdb_stream_append(insert, memory, count) != 0;
        }
      }
    }
    ended = true;
    try (ChdbResult result = new ChdbResult(library, library.chdb_stream_done(insert))) {
      return result.orThrow().summary();
    }
  }

  @Override
  public void close() {
    if (!ended) {
      library.chdb_stream_cancel_insert(insert);
    }
    library.chdb_destroy_insert_stream(insert);
  }
}
