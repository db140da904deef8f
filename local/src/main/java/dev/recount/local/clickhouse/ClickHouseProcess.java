package dev.recount.local.clickhouse;

import com.clickhouse.data.ClickHouseCityHash;
import com.github.luben.zstd.Zstd;
import com.sun.jna.Native;
import dev.recount.local.install.Installation;
import dev.recount.local.process.ChildProcess;
import dev.recount.local.process.JavaRuntimes;
import dev.recount.local.process.PortInUseException;
import dev.recount.local.process.Ports;
import dev.recount.local.process.StackException;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jpountz.lz4.LZ4Factory;

/**
 * The ClickHouse engine in a child process, behind ClickHouse's HTTP interface on the loopback
 * interface: what is acknowledged is durable, and survives the end of the child in whatever way.
 * The official drivers work against it.
 *
 * <p>In a process of its own because it brings an allocator, signal handlers and half a gigabyte of
 * native code, any fault of which would take the broker with it.
 */
public final class ClickHouseProcess implements AutoCloseable {
  /** The command-line option that chooses the port. */
  public static final String PORT_OPTION = "--clickhouse-port";

  private static final String NAME = "ClickHouse";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final int FIRST_JAVA_WITH_NATIVE_ACCESS_WARNINGS = 24;

  /** One class of each jar that the child needs: a short class path starts faster than ours. */
  private static final List<Class<?>> NEEDED =
      List.of(
          ClickHouseServer.class,
          Native.class,
          LZ4Factory.class,
          Zstd.class,
          ClickHouseCityHash.class);

  private final ChildProcess child;
  private final int port;

  private ClickHouseProcess(ChildProcess child, int port) {
    this.child = child;
    this.port = port;
  }

  /**
   * Starts the engine, fetching it first if need be.
   *
   * @param installation where the engine is kept
   * @param dataFolder where it keeps its data; created if missing; open in one process at a time
   * @param port the port to listen on; 0 takes a free one
   * @return the engine, ready for requests
   * @throws PortInUseException if the port is taken
   * @throws StackException if there is no engine for this platform, or it cannot be fetched or does
   *     not start
   */
  public static ClickHouseProcess start(Installation installation, Path dataFolder, int port) {
    Ports.requireFree(NAME, port, PORT_OPTION);
    Path folder = dataFolder.toAbsolutePath();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new StackException(
          "The ClickHouse data folder " + folder + " cannot be written: " + e.getMessage(), e);
    }
    List<String> command = command(installation.clickHouseLibrary(), folder.resolve("data"), port);
    try {
      ChildProcess child =
          ChildProcess.start(
              NAME,
              command,
              folder.resolve("clickhouse.log"),
              ClickHouseProcess::readyPort,
              START_TIMEOUT);
      return new ClickHouseProcess(child, Integer.parseInt(child.announcement()));
    } catch (StackException e) {
      if (String.valueOf(e.getMessage()).contains(ClickHouseServer.PORT_IN_USE)) {
        throw new PortInUseException(NAME, port, PORT_OPTION, e);
      }
      throw e;
    }
  }

  /** What drivers connect to: {@code http://127.0.0.1:port}. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  /** The port clients connect to. */
  public int port() {
    return port;
  }

  /** The operating system's ID of the child process. */
  public long processId() {
    return child.processId();
  }

  /** Why the engine is gone although nobody stopped it; empty while all is well. */
  public Optional<String> failure() {
    return child.failure();
  }

  /** Ends the child at once, as a crash would. For tests of recovery. */
  public void kill() {
    child.kill();
  }

  @Override
  public void close() {
    child.close();
  }

  private static Optional<String> readyPort(String line) {
    return line.startsWith(ClickHouseServer.READY)
        ? Optional.of(line.substring(ClickHouseServer.READY.length()))
        : Optional.empty();
  }

  private static List<String> command(Path library, Path data, int port) {
    List<String> command = new ArrayList<>();
    command.add(JavaRuntimes.own().toString());
    command.addAll(
        List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    if (Runtime.version().feature() >= FIRST_JAVA_WITH_NATIVE_ACCESS_WARNINGS) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", classPath(), ClickHouseServer.class.getName()));
    command.addAll(List.of(library.toString(), data.toString(), Integer.toString(port)));
    return command;
  }

  private static String classPath() {
    Set<String> places = new LinkedHashSet<>();
    for (Class<?> needed : NEEDED) {
      CodeSource source = needed.getProtectionDomain().getCodeSource();
      if (source == null) {
        throw new StackException("The class " + needed.getName() + " comes from no jar or folder.");
      }
      try {
        places.add(Path.of(source.getLocation().toURI()).toString());
      } catch (URISyntaxException e) {
        throw new StackException(
            "The jar of " + needed.getName() + " has no path: " + source.getLocation(), e);
      }
    }
    return String.join(File.pathSeparator, places);
  }
}
