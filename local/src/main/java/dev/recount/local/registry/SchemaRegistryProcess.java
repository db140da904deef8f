package dev.recount.local.registry;

import dev.recount.local.install.Installation;
import dev.recount.local.process.ChildProcess;
import dev.recount.local.process.JavaRuntimes;
import dev.recount.local.process.ParentWatch;
import dev.recount.local.process.PortInUseException;
import dev.recount.local.process.Ports;
import dev.recount.local.process.StackException;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An Apicurio schema registry in a child process, served on one port to Confluent's clients at the
 * root and to Apicurio's under {@code /apis}. It needs a Java 21 or later, which need not be the
 * one that runs us.
 *
 * <p>Schemas and their IDs are kept in the data folder, which must live and die with the broker's:
 * records name schemas by ID. New subjects are checked for {@code BACKWARD_TRANSITIVE}
 * compatibility.
 */
public final class SchemaRegistryProcess implements AutoCloseable {
  /** The command-line option that chooses the port. */
  public static final String PORT_OPTION = "--registry-port";

  /** The environment variable that names the Java to run the registry with. */
  public static final String JAVA_VARIABLE = "RECOUNT_REGISTRY_JAVA";

  private static final String NAME = "The schema registry";
  private static final int MINIMUM_JAVA = 21;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final String MAIN_CLASS = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";
  private static final Pattern LISTENING = Pattern.compile("Listening on: http://[^:]+:(\\d+)");

  private final ChildProcess child;
  private final RegistryProxy proxy;

  private SchemaRegistryProcess(ChildProcess child, RegistryProxy proxy) {
    this.child = child;
    this.proxy = proxy;
  }

  /**
   * Starts a registry, fetching it first if need be.
   *
   * @param installation where the registry is kept
   * @param dataFolder where it keeps its schemas; created if missing
   * @param port the port to listen on; 0 takes a free one
   * @return the registry, ready for requests
   * @throws PortInUseException if the port is taken
   * @throws StackException if there is no Java for it, or it cannot be fetched or does not start
   */
  public static SchemaRegistryProcess start(Installation installation, Path dataFolder, int port) {
    Ports.requireFree(NAME, port, PORT_OPTION);
    Path java =
        JavaRuntimes.ofThisMachine()
            .find(MINIMUM_JAVA, JAVA_VARIABLE)
            .orElseThrow(
                () ->
                    new StackException(
                        "The embedded schema registry needs Java "
                            + MINIMUM_JAVA
                            + " or later, and none was found. Install one (or name it with "
                            + JAVA_VARIABLE
                            + "), or name a registry that runs elsewhere with --schema-registry-url."));
    List<String> command = command(java, installation.registry(), dataFolder.toAbsolutePath());
    ChildProcess child =
        ChildProcess.start(
            NAME,
            command,
            dataFolder.resolve("registry.log"),
            SchemaRegistryProcess::listeningPort,
            START_TIMEOUT);
    RegistryProxy proxy = null;
    try {
      int registryPort = Integer.parseInt(child.announcement());
      requireCompatibleSchemas(registryPort);
      proxy = new RegistryProxy(port, registryPort, child::failure);
      return new SchemaRegistryProcess(child, proxy);
    } catch (IOException e) {
      if (Ports.isAddressInUse(e)) {
        throw new PortInUseException(NAME, port, PORT_OPTION, e);
      }
      throw new StackException(NAME + " started but cannot be used: " + e.getMessage(), e);
    } finally {
      if (proxy == null) {
        child.close();
      }
    }
  }

  /** What Confluent's clients take as {@code schema.registry.url}. */
  public String url() {
    return "http://127.0.0.1:" + proxy.port();
  }

  /** The port clients connect to. */
  public int port() {
    return proxy.port();
  }

  /** The operating system's ID of the child process. */
  public long processId() {
    return child.processId();
  }

  /** Why the registry is gone although nobody stopped it; empty while all is well. */
  public Optional<String> failure() {
    return child.failure();
  }

  @Override
  public void close() {
    proxy.close();
    child.close();
  }

  static Optional<String> listeningPort(String line) {
    Matcher listening = LISTENING.matcher(line);
    return listening.find() ? Optional.of(listening.group(1)) : Optional.empty();
  }

  private static List<String> command(Path java, Path application, Path dataFolder) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-XX:+AutoCreateSharedArchive");
    command.add("-XX:SharedArchiveFile=" + classArchive(java, application));
    command.add("-Dquarkus.http.host=127.0.0.1");
    command.add("-Dquarkus.http.port=0");
    command.add("-Dquarkus.management.host=127.0.0.1");
    command.add("-Dquarkus.management.port=0");
    command.add("-Dquarkus.http.access-log.enabled=false");
    command.add("-Dquarkus.banner.enabled=false");
    command.add(
        "-Dapicurio.datasource.url=jdbc:h2:file:"
            + dataFolder.resolve("schemas")
            + ";DB_CLOSE_ON_EXIT=FALSE");
    command.add("-cp");
    command.add(
        WatchJar.in(application) + File.pathSeparator + application.resolve("quarkus-run.jar"));
    command.add(ParentWatch.class.getName());
    command.add(MAIN_CLASS);
    return command;
  }

  /**
   * An archive fits one build of Java only, so each has its own; the JVM writes it at the end of
   * its first run.
   */
  private static Path classArchive(Path java, Path application) {
    String home = String.valueOf(java.toAbsolutePath().getParent());
    long changed;
    try {
      changed = Files.getLastModifiedTime(java).toMillis();
    } catch (IOException e) {
      changed = 0;
    }
    return application.resolve(
        "classes-"
            + Integer.toHexString(home.hashCode())
            + "-"
            + Long.toHexString(changed)
            + ".jsa");
  }

  private static void requireCompatibleSchemas(int registryPort) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + registryPort
                        + RegistryProxy.CONFLUENT_PREFIX
                        + "/config"))
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString("{\"compatibility\":\"BACKWARD_TRANSITIVE\"}"))
            .build();
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException(
            "setting the compatibility answered " + response.statusCode() + " " + response.body());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException(NAME + " was interrupted while starting", e);
    }
  }
}
