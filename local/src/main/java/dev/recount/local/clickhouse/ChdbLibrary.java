package dev.recount.local.clickhouse;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libchdb, ClickHouse as a library, under their C names. {@code size_t} is a Java
 * long: 64-bit platforms only. Lengths are in bytes, texts are UTF-8 and need no terminating zero.
 */
@SuppressWarnings("MethodName")
interface ChdbLibrary extends Library {

  /**
   * Loads the library and keeps it from replacing the JVM's own signal handlers.
   *
   * @throws UnsatisfiedLinkError if the file is no such library or does not fit this platform
   */
  static ChdbLibrary load(Path library) {
    ChdbLibrary loaded =
        Native.load(
            library.toString(), ChdbLibrary.class, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8"));
    loaded.chdb_set_signal_handlers_enabled(0);
    return loaded;
  }

  void chdb_set_signal_handlers_enabled(int enabled);

  /**
   * A pointer to a connection, or null. One path can be open once in a process, with any number of
   * connections.
   */
  @Nullable Pointer chdb_connect(int argumentCount, Pointer arguments);

  void chdb_close_conn(Pointer connectionHolder);

  Pointer chdb_query_with_params_n(
      Pointer connection,
      Pointer sql,
      long sqlLength,
      Pointer format,
      long formatLength,
      @Nullable Pointer names,
      @Nullable Pointer nameLengths,
      @Nullable Pointer values,
      @Nullable Pointer valueLengths,
      long parameterCount);

  Pointer chdb_stream_query_with_params_n(
      Pointer connection,
      Pointer sql,
      long sqlLength,
      Pointer format,
      long formatLength,
      @Nullable Pointer names,
      @Nullable Pointer nameLengths,
      @Nullable Pointer values,
      @Nullable Pointer valueLengths,
      long parameterCount);

  /** The next piece of a streamed result: a result of length 0, or null, at its end. */
  @Nullable Pointer chdb_stream_fetch_result(Pointer connection, Pointer stream);

  void chdb_stream_cancel_query(Pointer connection, Pointer stream);

  void chdb_destroy_query_result(Pointer result);

  Pointer chdb_stream_insert_with_params_n(
      Pointer connection,
      Pointer sql,
      long sqlLength,
      Pointer format,
      long formatLength,
      @Nullable Pointer names,
      @Nullable Pointer nameLengths,
      @Nullable Pointer values,
      @Nullable Pointer valueLengths,
      long parameterCount);

  /** Adds data to an insert; not 0 if the insert has failed. */
  int chdb_stream_append(Pointer insert, Pointer data, long length);

  Pointer chdb_stream_done(Pointer insert);

  void chdb_stream_cancel_insert(Pointer insert);

  @Nullable Pointer chdb_stream_insert_error(Pointer insert);

  void chdb_destroy_insert_stream(Pointer insert);

  @Nullable Pointer chdb_result_buffer(Pointer result);

  long chdb_result_length(Pointer result);

  long chdb_result_rows_read(Pointer result);

  long chdb_result_storage_rows_read(Pointer result);

  long chdb_result_storage_bytes_read(Pointer result);

  long chdb_result_rows_written(Pointer result);

  long chdb_result_bytes_written(Pointer result);

  @Nullable Pointer chdb_result_error(Pointer result);

  int chdb_shutdown();
}
