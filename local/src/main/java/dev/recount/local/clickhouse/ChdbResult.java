package dev.recount.local.clickhouse;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/** A result, or a piece of one, whose bytes stay in the engine's memory until it is closed. */
final class ChdbResult implements AutoCloseable {
  private final ChdbLibrary library;
  private final Pointer result;

  ChdbResult(ChdbLibrary library, Pointer result) {
    this.library = library;
    this.result = result;
  }

  /**
   * Fails if the query did.
   *
   * @throws ChdbException the engine's error
   */
  ChdbResult orThrow() throws ChdbException {
    Pointer error = library.chdb_result_error(result);
    if (error != null) {
      throw new ChdbException(error.getString(0, "UTF-8"));
    }
    return this;
  }

  boolean isEmpty() {
    return library.chdb_result_length(result) == 0;
  }

  /** The formatted rows; valid until this result is closed. */
  ByteBuffer bytes() {
    long length = library.chdb_result_length(result);
    Pointer buffer = library.chdb_result_buffer(result);
    return length == 0 || buffer == null ? ByteBuffer.allocate(0) : buffer.getByteBuffer(0, length);
  }

  /** What the engine has counted for this result. */
  QuerySummary summary() {
    return new QuerySummary(
        library.chdb_result_storage_rows_read(result),
        library.chdb_result_storage_bytes_read(result),
        library.chdb_result_rows_written(result),
        library.chdb_result_bytes_written(result),
        library.chdb_result_rows_read(result),
        library.chdb_result_length(result));
  }

  @Override
  public void close() {
    library.chdb_destroy_query_result(result);
  }
}
