package dev.recount.cli.faults;

import dev.recount.cli.oracle.OracleStack;
import dev.recount.cli.oracle.Progress;
import dev.recount.cli.secured.RoleProcess;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.local.clickhouse.ClickHouseProcess;
import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import dev.recount.local.process.Ports;
import dev.recount.local.registry.SchemaRegistryProcess;
import dev.recount.schemas.Connection;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A pipeline each part of which is a process of its own, so that each can fail by itself. */
final class FaultStack implements AutoCloseable {
  /**
   * Every timeout is a few seconds, so that outages can be longer than each of them. A member of a
   * group that was killed is missed as soon.
   */
  private static final String SINK_CLIENTS =
      """
      session.timeout.ms=6000
      heartbeat.interval.ms=1000
      max.poll.interval.ms=8000
      """;

  private static final List<String> SINK_SETTINGS =
      List.of(
          "clickhouse.request.timeout.ms=2000",
          "retry.backoff.max.ms=1000",
          "flush.interval.ms=200");

  /** How much memory each role may take: little, so that what is kept by mistake shows. */
  static final String HEAP = "192m";

  /** How much of what a role said is told when it does not get ready. */
  private static final int EVIDENCE_LINES = 60;

  private final Path folder;
  private final Installation installation = Installation.ofThisUser(InstallationListener.SILENT);
  private final int registryPort = Ports.findFree();
  private final int clickHousePort = Ports.findFree();
  private final int sinksPort = Ports.findFree();
  private final int topologyPort = Ports.findFree();
  private final int receiverPort = Ports.findFree();
  private final int otlpPort = Ports.findFree();
  private final List<RoleProcess> roles = new ArrayList<>();
  private final Broker broker;
  private final FaultyProxy proxy;
  private final Connection connection;
  private final Progress progress;
  private SchemaRegistryProcess registry;
  private ClickHouseProcess clickHouse;
  private RoleProcess topology;
  private RoleProcess sinks;
  private RoleProcess receiver;

  private FaultStack(Path folder) {
    this.folder = folder;
    CompletableFuture<SchemaRegistryProcess> startingRegistry =
        CompletableFuture.supplyAsync(this::newRegistry);
    CompletableFuture<ClickHouseProcess> startingClickHouse =
        CompletableFuture.supplyAsync(this::newClickHouse);
    this.broker = Broker.start(folder.resolve("kafka"), Ports.findFree());
    this.registry = startingRegistry.join();
    this.clickHouse = startingClickHouse.join();
    this.proxy = FaultyProxy.before(clickHouse.url());
    this.connection = Connection.plain(broker.bootstrapServers(), registry.url());
    this.progress = new Progress(connection);
    this.topology = newTopology("topology", topologyPort);
    this.sinks = newSinks();
    this.receiver = newReceiver();
  }

  /**
   * Starts everything and waits until the roles are ready.
   *
   * @param folder where everything is kept, a folder for each part
   */
  static FaultStack start(Path folder) {
    try {
      Files.writeString(folder.resolve("sinks.properties"), SINK_CLIENTS);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    FaultStack stack = new FaultStack(folder);
    stack.awaitReady();
    return stack;
  }

  private SchemaRegistryProcess newRegistry() {
    return SchemaRegistryProcess.start(installation, folder.resolve("registry"), registryPort);
  }

  private ClickHouseProcess newClickHouse() {
    return ClickHouseProcess.start(installation, folder.resolve("clickhouse"), clickHousePort);
  }

  /** A further instance of the topology, which whoever asks for it ends. */
  RoleProcess newTopology(String name, int port) {
    List<String> arguments = arguments("topology", port);
    arguments.addAll(List.of("--state-dir", folder.resolve(name).resolve("state").toString()));
    OracleStack.SETTINGS.forEach(
        (setting, value) -> arguments.addAll(List.of("--set", setting + "=" + value)));
    return role(name, arguments);
  }

  private RoleProcess newSinks() {
    List<String> arguments = arguments("sinks", sinksPort);
    arguments.addAll(List.of("--state-dir", folder.resolve("connect").toString()));
    arguments.addAll(List.of("--clickhouse-url", proxy.url()));
    arguments.addAll(List.of("--archive-url", archive().toUri().toString()));
    arguments.addAll(List.of("--kafka-properties", folder.resolve("sinks.properties").toString()));
    SINK_SETTINGS.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return role("sinks", arguments);
  }

  private RoleProcess newReceiver() {
    List<String> arguments = arguments("receiver", receiverPort);
    arguments.addAll(List.of("--otlp-http-port", Integer.toString(otlpPort)));
    arguments.addAll(List.of("--otlp-grpc-port", "0"));
    return role("receiver", arguments);
  }

  private List<String> arguments(String role, int port) {
    return new ArrayList<>(
        List.of(
            role,
            "--bootstrap-servers",
            broker.bootstrapServers(),
            "--schema-registry-url",
            "http://127.0.0.1:" + registryPort,
            "--http-port",
            Integer.toString(port)));
  }

  private RoleProcess role(String name, List<String> arguments) {
    RoleProcess role = RoleProcess.start(folder.resolve(name + ".log"), HEAP, Map.of(), arguments);
    roles.add(role);
    return role;
  }

  /** Waits until the roles say that they are ready. */
  void awaitReady() {
    awaitReady("the topology", topology, topologyPort);
    awaitReady("the sinks", sinks, sinksPort);
    awaitReady("the receiver", receiver, receiverPort);
  }

  private static void awaitReady(String name, RoleProcess role, int port) {
    Patience.await(
        name + " is ready",
        () -> !role.isAlive() || RoleAnswer.of(port, "/health").isOk(),
        () -> RoleAnswer.of(port, "/health").body() + "\n" + role.lastLines(EVIDENCE_LINES));
    if (!role.isAlive()) {
      throw new AssertionError(name + " has ended:\n" + role.lastLines(EVIDENCE_LINES));
    }
  }

  /** Every role is ready, and the topology has committed all that was sent by now. */
  void awaitAllWell() {
    awaitReady();
    awaitRead();
  }

  /** The topology has committed all that was sent by now. */
  void awaitRead() {
    Patience.await(
        "the topology reads",
        progress.inputsRead(),
        () -> progress.unread() + " unread\n" + topology.lastLines(EVIDENCE_LINES));
  }

  /** What there is to say of a topology that does not do what is waited for. */
  String topologyEvidence() {
    return evidence(topology, topologyPort);
  }

  /** Likewise of sinks. */
  String sinksEvidence() {
    return evidence(sinks, sinksPort);
  }

  private static String evidence(RoleProcess role, int port) {
    return "alive: "
        + role.isAlive()
        + ", metrics: "
        + RoleAnswer.of(port, "/metrics").body().lines().findFirst().orElse("")
        + ", health: "
        + RoleAnswer.of(port, "/health").body()
        + "\n"
        + role.lastLines(EVIDENCE_LINES);
  }

  RoleAnswer topologyHealth() {
    return RoleAnswer.of(topologyPort, "/health");
  }

  RoleAnswer sinksHealth() {
    return RoleAnswer.of(sinksPort, "/health");
  }

  RoleAnswer topologyMetrics() {
    return RoleAnswer.of(topologyPort, "/metrics");
  }

  RoleAnswer sinksMetrics() {
    return RoleAnswer.of(sinksPort, "/metrics");
  }

  Connection connection() {
    return connection;
  }

  Progress progress() {
    return progress;
  }

  Broker broker() {
    return broker;
  }

  FaultyProxy proxy() {
    return proxy;
  }

  RoleProcess topology() {
    return topology;
  }

  RoleProcess sinks() {
    return sinks;
  }

  RoleProcess receiver() {
    return receiver;
  }

  /** A way in for spans that waits for the receiver when it is away. */
  OtlpExporter exporter() {
    return new OtlpExporter(otlpPort);
  }

  ClickHouseProcess clickHouseProcess() {
    return clickHouse;
  }

  SchemaRegistryProcess registry() {
    return registry;
  }

  /** Where the archive is kept. */
  Path archive() {
    return folder.resolve("archive");
  }

  /** A connection to ClickHouse that no fault touches. */
  ClickHouse connectToClickHouse() {
    return ClickHouse.connect(ClickHouseTarget.plain(clickHouse.url()));
  }

  void startTopologyAgain() {
    topology = newTopology("topology", topologyPort);
  }

  void startSinksAgain() {
    sinks = newSinks();
  }

  void startReceiverAgain() {
    receiver = newReceiver();
  }

  void startClickHouseAgain() {
    clickHouse = newClickHouse();
  }

  /** kill -9; the port no longer answers. */
  void killRegistry() {
    Signals.kill(registry.processId());
    registry.close();
  }

  void startRegistryAgain() {
    registry = newRegistry();
  }

  @Override
  public void close() {
    roles.stream().filter(RoleProcess::isAlive).forEach(RoleProcess::kill);
    proxy.close();
    registry.close();
    clickHouse.close();
    broker.close();
  }
}
