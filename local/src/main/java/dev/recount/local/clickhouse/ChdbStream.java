package dev.recount.local.clickhouse;

import com.sun.jna.Pointer;
import java.util.Optional;

/**
 * A running query whose result is fetched piece by piece; each piece is formatted as if it were
 * alone.
 */
final class ChdbStream implements AutoCloseable {
  private final ChdbLibrary library;
  private final Pointer connection;
  private final Pointer stream;
  private boolean ended;

  private ChdbStream(ChdbLibrary library, Pointer connection, Pointer stream) {
    this.library = library;
    this.connection = connection;
    this.stream = stream;
  }

  static ChdbStream of(ChdbLibrary library, Pointer connection, Pointer stream)
      throws ChdbException {
    Pointer error = library.chdb_result_error(stream);
    if (error != null) {
      String message = error.getString(0, "UTF-8");
      library.chdb_destroy_query_result(stream);
      throw new ChdbException(message);
    }
    return new ChdbStream(library, connection, stream);
  }

  /**
   * Waits for the next piece. The caller closes it.
   *
   * @return the piece, or empty at the end
   * @throws ChdbException if the query fails
   */
  Optional<ChdbResult> next() throws ChdbException {
    if (ended) {
      return Optional.empty();
    }
    Pointer fetched = library.chdb_stream_fetch_result(connection, stream);
    if (fetched == null) {
      ended = true;
      return Optional.empty();
    }
    ChdbResult piece = new ChdbResult(library, fetched);
    try {
      piece.orThrow();
    } catch (ChdbException e) {
      ended = true;
      piece.close();
      throw e;
    }
    if (piece.isEmpty()) {
      ended = true;
      piece.close();
      return Optional.empty();
    }
    return Optional.of(piece);
  }

  /** Cancels the query if it still runs, so that a reader who has left does not keep it going. */
  @Override
  public void close() {
    if (!ended) {
      library.chdb_stream_cancel_query(connection, stream);
    }
    library.chdb_destroy_query_result(stream);
  }
}
