package dev.recount.local.clickhouse;

import dev.recount.local.http.LoopbackHttpServer;
import dev.recount.local.process.ParentWatch;
import dev.recount.local.process.Ports;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The main class of the ClickHouse child: the engine behind ClickHouse's HTTP interface, on the
 * loopback interface. The engine knows no users, so that it must never be reachable from another
 * machine.
 *
 * <p>Arguments: the engine's library, the data folder, the port (0 takes a free one). Says {@value
 * #READY} and its port on standard output when it serves, {@value #PORT_IN_USE} if it cannot have
 * the port. Ends with its standard input.
 */
public final class ClickHouseServer {
  static final String READY = "ClickHouse is ready on port ";
  static final String PORT_IN_USE = "ClickHouse cannot have its port";

  private static final int THREADS = 64;

  /** The engine runs queries on the caller's stack in part, and parses recursively. */
  private static final long STACK_BYTES = 16L * 1024 * 1024;

  private ClickHouseServer() {}

  /**
   * Serves until standard input ends.
   *
   * @param arguments library, data folder, port
   * @throws ChdbException if the engine refuses the data folder
   */
  public static void main(String[] arguments) throws ChdbException {
    ParentWatch.exitWithParent();
    ChdbLibrary library = ChdbLibrary.load(Path.of(arguments[0]));
    Path dataFolder = Path.of(arguments[1]);
    int port = Integer.parseInt(arguments[2]);
    // Kept open throughout: the engine unloads its tables when the last connection closes.
    ChdbConnection connection = ChdbConnection.open(library, dataFolder);
    connection.execute("CREATE DATABASE IF NOT EXISTS default");
    Sessions sessions = new Sessions(library, dataFolder);
    QueryHandler handler =
        new QueryHandler(sessions, connection.execute("SELECT serverTimezone()").strip());
    try {
      LoopbackHttpServer server =
          LoopbackHttpServer.start("clickhouse", port, THREADS, STACK_BYTES, handler);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> shutDown(server, sessions, connection, library), "clickhouse-shutdown"));
      System.out.println(READY + server.port());
    } catch (IOException e) {
      System.out.println((Ports.isAddressInUse(e) ? PORT_IN_USE + ": " : "") + e);
      System.exit(1);
    }
  }

  private static void shutDown(
      LoopbackHttpServer server,
      Sessions sessions,
      ChdbConnection connection,
      ChdbLibrary library) {
    server.close();
    sessions.close();
    connection.close();
    library.chdb_shutdown();
  }
}
