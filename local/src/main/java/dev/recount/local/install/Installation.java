package dev.recount.local.install;

import dev.recount.local.process.StackException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two components of the embedded stack that are too large to ship, fetched on first use into a
 * cache folder of the user: the schema registry (by Maven) and the ClickHouse engine (by npm).
 *
 * <p>The folder is {@code $RECOUNT_HOME}, else {@code $XDG_CACHE_HOME/recount}, else {@code
 * ~/.cache/recount}. Each component and version has a folder of its own, which appears whole or not
 * at all: it is filled under another name and renamed. Several processes can share the folder; a
 * file lock lets one of them fetch while the others wait.
 */
public final class Installation {
  private static final String REGISTRY = "the schema registry";
  private static final String REGISTRY_VERSION = "3.3.3";
  private static final String REGISTRY_MARKER = "quarkus-run.jar";
  private static final String DEPENDENCY_PLUGIN =
      "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

  private static final String ENGINE = "the ClickHouse engine";
  private static final String ENGINE_PACKAGE = "@chdb/lib-linux-x64-gnu";
  private static final String ENGINE_VERSION = "26.7.3-stable.1";
  private static final String ENGINE_MARKER = "node_modules/" + ENGINE_PACKAGE + "/libchdb.so";
  private static final String ENGINE_LIBRARY_VARIABLE = "RECOUNT_CHDB_LIBRARY";

  /** File locks exclude other processes only; threads of this one take turns here. */
  private static final Map<Path, Object> LOCKS = new ConcurrentHashMap<>();

  private final Path home;
  private final Map<String, String> environment;
  private final InstallationListener listener;

  /**
   * @param home the cache folder; created when something is put in it
   * @param environment the environment variables to look at
   * @param listener told what is being fetched
   */
  Installation(Path home, Map<String, String> environment, InstallationListener listener) {
    this.home = home.toAbsolutePath();
    this.environment = environment;
    this.listener = listener;
  }

  /**
   * The installation of this user.
   *
   * @param listener told what is being fetched
   */
  public static Installation ofThisUser(InstallationListener listener) {
    Map<String, String> environment = System.getenv();
    return new Installation(
        homeFrom(environment, Path.of(System.getProperty("user.home"))), environment, listener);
  }

  /** The cache folder. */
  public Path home() {
    return home;
  }

  /**
   * The folder of the unpacked schema registry, fetched if it is not there yet. It is 170 MB.
   *
   * @throws StackException if it is missing and cannot be fetched
   */
  public Path registry() {
    return component("registry", REGISTRY_VERSION, REGISTRY_MARKER, REGISTRY, this::fetchRegistry);
  }

  /**
   * The ClickHouse engine as a shared library, fetched if it is not there yet. It is 570 MB.
   *
   * @throws StackException if there is none for this platform, or it is missing and cannot be
   *     fetched
   */
  public Path clickHouseLibrary() {
    String named = environment.get(ENGINE_LIBRARY_VARIABLE);
    if (named != null && !named.isBlank()) {
      Path library = Path.of(named.strip()).toAbsolutePath();
      if (!Files.isRegularFile(library)) {
        throw new StackException(
            ENGINE_LIBRARY_VARIABLE + " names " + library + ", which is not a file.");
      }
      return library;
    }
    requireEnginePlatform(System.getProperty("os.name"), System.getProperty("os.arch"));
    return component("clickhouse", ENGINE_VERSION, ENGINE_MARKER, ENGINE, this::fetchEngine)
        .resolve(ENGINE_MARKER);
  }

  static Path homeFrom(Map<String, String> environment, Path userHome) {
    String own = environment.get("RECOUNT_HOME");
    if (own != null && !own.isBlank()) {
      return Path.of(own);
    }
    String caches = environment.get("XDG_CACHE_HOME");
    // The XDG specification has relative paths ignored.
    boolean usable = caches != null && !caches.isBlank() && Path.of(caches).isAbsolute();
    return (usable && caches != null ? Path.of(caches) : userHome.resolve(".cache"))
        .resolve("recount");
  }

  static void requireEnginePlatform(String system, String architecture) {
    boolean linux = system.toLowerCase(Locale.ROOT).contains("linux");
    boolean intel = architecture.equals("amd64") || architecture.equals("x86_64");
    if (!linux || !intel) {
      throw new StackException(
          "The embedded ClickHouse engine exists for Linux on x86-64 only; this is "
              + system
              + " on "
              + architecture
              + ". Run the servers with docker-compose.yml, name a ClickHouse server with --clickhouse-url, or a"
              + " libchdb of your own with "
              + ENGINE_LIBRARY_VARIABLE
              + ".");
    }
  }

  private void fetchRegistry(Path folder) {
    FetchTool.run(
        REGISTRY,
        List.of(
            "mvn",
            "-B",
            "-q",
            DEPENDENCY_PLUGIN + ":unpack",
            "-Dartifact=io.apicurio:apicurio-registry-app:" + REGISTRY_VERSION + ":tar.gz:all",
            "-DoutputDirectory=" + folder),
        "Install Maven (mvn) and make sure that it can reach its repositories, or name a registry that runs"
            + " elsewhere with --schema-registry-url.");
  }

  private void fetchEngine(Path folder) {
    FetchTool.run(
        ENGINE,
        List.of(
            "npm",
            "install",
            "--prefix",
            folder.toString(),
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-package-lock",
            ENGINE_PACKAGE + "@" + ENGINE_VERSION),
        "Install Node.js with npm and make sure that npm can reach its registry, name a ClickHouse server with"
            + " --clickhouse-url, or a libchdb of your own with "
            + ENGINE_LIBRARY_VARIABLE
            + ".");
  }

  private Path component(
      String name, String version, String marker, String title, Consumer<Path> fetch) {
    Path folder = home.resolve(name).resolve(version);
    if (Files.isRegularFile(folder.resolve(marker))) {
      return folder;
    }
    synchronized (LOCKS.computeIfAbsent(folder, path -> new Object())) {
      try {
        Files.createDirectories(home.resolve(name));
        Path lockFile = home.resolve(name).resolve(version + ".lock");
        try (FileChannel channel =
                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.lock()) {
          if (lock.isValid() && !Files.isRegularFile(folder.resolve(marker))) {
            listener.progress("Fetching " + title + " " + version + " (once) into " + folder);
            install(folder, marker, title, fetch);
            listener.progress("Fetched " + title);
          }
        }
      } catch (IOException e) {
        throw new StackException(
            "The cache folder "
                + home
                + " cannot be used: "
                + e
                + ". Name another with RECOUNT_HOME.",
            e);
      }
    }
    return folder;
  }

  private static void install(Path folder, String marker, String title, Consumer<Path> fetch)
      throws IOException {
    Path temporary = folder.resolveSibling(folder.getFileName() + ".part");
    // What an earlier, interrupted attempt has left; the lock makes sure that nobody is at work on
    // it.
    Folders.delete(temporary);
    Folders.delete(folder);
    Files.createDirectories(temporary);
    @Nullable RuntimeException failure = null;
    try {
      fetch.accept(temporary);
      if (!Files.isRegularFile(temporary.resolve(marker))) {
        throw new StackException("What was fetched as " + title + " lacks " + marker + ".");
      }
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (RuntimeException e) {
      failure = e;
    }
    if (failure != null) {
      Folders.delete(temporary);
      throw failure;
    }
  }
}
