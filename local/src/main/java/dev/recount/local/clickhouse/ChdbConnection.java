package dev.recount.local.clickhouse;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the engine: settings and a current database of its own, and one statement at a
 * time.
 */
final class ChdbConnection implements AutoCloseable {
  private final ChdbLibrary library;
  private final Pointer holder;

  private ChdbConnection(ChdbLibrary library, Pointer holder) {
    this.library = library;
    this.holder = holder;
  }

  /**
   * Opens a connection to the data in a folder.
   *
   * @throws ChdbException if the engine refuses, for instance because another process has the
   *     folder open
   */
  static ChdbConnection open(ChdbLibrary library, Path dataFolder) throws ChdbException {
    String[] arguments = {"clickhouse", "--path=" + dataFolder};
    Pointer holder = library.chdb_connect(arguments.length, new StringArray(arguments, "UTF-8"));
    if (holder == null) {
      throw new ChdbException(
          "Code: 76. DB::Exception: The data folder "
              + dataFolder
              + " cannot be opened; another process may have it"
              + " open. (CANNOT_OPEN_FILE)");
    }
    return new ChdbConnection(library, holder);
  }

  /**
   * Runs a statement and returns its whole result as text.
   *
   * @throws ChdbException the engine's error
   */
  String execute(String sql) throws ChdbException {
    try (ChdbResult result =
        query(sql.getBytes(StandardCharsets.UTF_8), "TabSeparated", Map.of())) {
      return StandardCharsets.UTF_8.decode(result.bytes()).toString();
    }
  }

  /**
   * Runs a statement to its end.
   *
   * @param format the format of the result unless the statement names one
   * @param parameters values of the statement's {@code {name:Type}} placeholders, in ClickHouse's
   *     escaped text form
   * @throws ChdbException the engine's error
   */
  ChdbResult query(byte[] sql, String format, Map<String, String> parameters) throws ChdbException {
    try (Text statement = new Text(sql);
        Text formatName = new Text(format);
        Parameters values = new Parameters(parameters)) {
      Pointer result =
          library.chdb_query_with_params_n(
              connection(),
              statement.memory,
              statement.length,
              formatName.memory,
              formatName.length,
              values.names,
              values.nameLengths,
              values.values,
              values.valueLengths,
              parameters.size());
      return closedOnError(new ChdbResult(library, result));
    }
  }

  /**
   * Starts a query whose result is fetched piece by piece. Nothing is known of its success before
   * the first piece.
   *
   * @throws ChdbException if the engine cannot stream such a statement
   */
  ChdbStream stream(byte[] sql, String format, Map<String, String> parameters)
      throws ChdbException {
    try (Text statement = new Text(sql);
        Text formatName = new Text(format);
        Parameters values = new Parameters(parameters)) {
      Pointer stream =
          library.chdb_stream_query_with_params_n(
              connection(),
              statement.memory,
              statement.length,
              formatName.memory,
              formatName.length,
              values.names,
              values.nameLengths,
              values.values,
              values.valueLengths,
              parameters.size());
      return ChdbStream.of(library, connection(), stream);
    }
  }

  /**
   * Starts an insert whose data follows.
   *
   * @param sql the statement up to where FORMAT or VALUES would stand
   * @param format the format of the data
   * @throws ChdbException if the engine refuses the statement
   */
  ChdbInsert insert(byte[] sql, String format, Map<String, String> parameters)
      throws ChdbException {
    try (Text statement = new Text(sql);
        Text formatName = new Text(format);
        Parameters values = new Parameters(parameters)) {
      Pointer insert =
          library.chdb_stream_insert_with_params_n(
              connection(),
              statement.memory,
              statement.length,
              formatName.memory,
              formatName.length,
              values.names,
              values.nameLengths,
              values.values,
              values.valueLengths,
              parameters.size());
      return ChdbInsert.of(library, insert);
    }
  }

  @Override
  public void close() {
    library.chdb_close_conn(holder);
  }

  private Pointer connection() {
    return holder.getPointer(0);
  }

  private static ChdbResult closedOnError(ChdbResult result) throws ChdbException {
    try {
      return result.orThrow();
    } catch (ChdbException e) {
      result.close();
      throw e;
    }
  }

  /** A text in native memory. */
  private static final class Text implements AutoCloseable {
    final Memory memory;
    final long length;

    Text(String text) {
      this(text.getBytes(StandardCharsets.UTF_8));
    }

    Text(byte[] bytes) {
      // With a zero at the end that its length does not count, for any function that looks for one.
      memory = new Memory(bytes.length + 1L);
      memory.write(0, bytes, 0, bytes.length);
      memory.setByte(bytes.length, (byte) 0);
      length = bytes.length;
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  /** Names and values of parameters as C arrays; the arrays are null if there are none. */
  private static final class Parameters implements AutoCloseable {
    private final List<AutoCloseable> owned = new ArrayList<>();
    final @Nullable Memory names;
    final @Nullable Memory nameLengths;
    final @Nullable Memory values;
    final @Nullable Memory valueLengths;

    Parameters(Map<String, String> parameters) {
      if (parameters.isEmpty()) {
        names = null;
        nameLengths = null;
        values = null;
        valueLengths = null;
        return;
      }
      long size = (long) parameters.size() * Long.BYTES;
      Memory nameArray = own(new Memory(size));
      Memory nameLengthArray = own(new Memory(size));
      Memory valueArray = own(new Memory(size));
      Memory valueLengthArray = own(new Memory(size));
      long offset = 0;
      for (Map.Entry<String, String> parameter : parameters.entrySet()) {
        Text name = own(new Text(parameter.getKey()));
        Text value = own(new Text(parameter.getValue()));
        nameArray.setPointer(offset, name.memory);
        nameLengthArray.setLong(offset, name.length);
        valueArray.setPointer(offset, value.memory);
        valueLengthArray.setLong(offset, value.length);
        offset += Long.BYTES;
      }
      names = nameArray;
      nameLengths = nameLengthArray;
      values = valueArray;
      valueLengths = valueLengthArray;
    }

    private <T extends AutoCloseable> T own(T resource) {
      owned.add(resource);
      return resource;
    }

    @Override
    public void close() {
      for (AutoCloseable resource : owned) {
        try {
          resource.close();
        } catch (Exception e) {
          throw new IllegalStateException("native memory could not be freed", e);
        }
      }
    }
  }
}
