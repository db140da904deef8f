package dev.recount.cli.roles;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.cli.UserError;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.web.LivePipeline;
import dev.recount.connectors.feedback.FeedbackService;
import dev.recount.connectors.otlp.LargeContent;
import dev.recount.connectors.otlp.OtlpSettings;
import dev.recount.local.LocalStack;
import dev.recount.local.LocalStackOptions;
import dev.recount.local.process.Ports;
import dev.recount.schemas.Connection;
import dev.recount.schemas.content.FolderContentStore;
import dev.recount.sinks.archive.ArchiveTarget;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** The embedded stack and every role of the pipeline, in this process. */
public final class EmbeddedPipeline implements AutoCloseable {
  private static final int PARTITIONS = 4;
  private static final short BROKERS_DEFAULT = -1;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL_PAUSE = Duration.ofMillis(100);

  private final LocalStack stack;
  private final Connection connection;
  private final ClickHouseTarget target;
  private final Roles roles;
  private final FollowedTopology topology;
  private final ReceiverRole receiver;
  private final ControlServer control;
  private final boolean encrypted;

  private EmbeddedPipeline(
      LocalStack stack,
      Connection connection,
      ClickHouseTarget target,
      Roles roles,
      FollowedTopology topology,
      ReceiverRole receiver,
      ControlServer control,
      boolean encrypted) {
    this.stack = stack;
    this.connection = connection;
    this.target = target;
    this.roles = roles;
    this.topology = topology;
    this.receiver = receiver;
    this.control = control;
    this.encrypted = encrypted;
  }

  /**
   * Starts everything and returns when all of it is ready.
   *
   * @throws UserError or {@link dev.recount.local.process.StackException} when a part does not
   *     start; nothing is left running then
   */
  public static EmbeddedPipeline start(EmbeddedOptions options) {
    TopologyAssembly.check(options.settings(), options.configurationFiles());
    requireFreePorts(options.ports());
    options.progress().accept("Starting Kafka, the schema registry and ClickHouse");
    LocalStack stack = LocalStack.start(stackOptions(options));
    Roles roles = new Roles();
    try {
      EmbeddedPipeline pipeline = startRoles(stack, roles, options);
      options.progress().accept("Waiting until every role is ready");
      pipeline.awaitReady(PATIENCE);
      if (pipeline.topology.isHeld()) {
        options.progress().accept("The topology is " + pipeline.topology.health().detail());
      }
      return pipeline;
    } catch (RuntimeException failed) {
      roles.close();
      stack.close();
      throw failed;
    }
  }

  private static EmbeddedPipeline startRoles(
      LocalStack stack, Roles roles, EmbeddedOptions options) {
    Connection connection = Connection.plain(stack.bootstrapServers(), stack.registryUrl());
    ClickHouseTarget target =
        options.clickHouse().orElseGet(() -> ClickHouseTarget.plain(stack.clickHouseUrl()));
    options.progress().accept("Starting the topology, the sinks and the receiver");
    roles.add(Check.kafka(connection));
    roles.add(Check.registry(connection));
    roles.add(Check.clickHouse(target.url(), ClickHouse.connect(target.withDatabase("default"))));
    Preparation.prepare(connection, PARTITIONS, BROKERS_DEFAULT, PATIENCE);
    CompletableFuture<FollowedTopology> topology =
        CompletableFuture.supplyAsync(
            () ->
                roles.add(
                    TopologyAssembly.start(
                        connection,
                        stack.dataFolder().resolve("streams"),
                        options.settings(),
                        options.intake().redaction(),
                        options.configurationFiles())));
    CompletableFuture<SinksRole> sinks =
        CompletableFuture.supplyAsync(
            () ->
                roles.add(
                    SinksRole.start(
                        connection,
                        target,
                        options.archive().apply(stack.dataFolder()),
                        options.furtherConnectors().apply(connection),
                        stack.connect())));
    ReceiverRole receiver =
        roles.add(
            ReceiverRole.start(
                connection,
                OtlpSettings.defaults(connection.topics())
                    .withPorts(options.ports().otlpGrpc(), options.ports().otlpHttp()),
                options.intake().protection(),
                options.intake().treatment(stack.dataFolder())));
    join(sinks);
    join(topology);
    WebRole web = roles.add(web(stack.dataFolder(), connection, target, roles, options));
    ControlServer control =
        ControlServer.start(
            roles,
            "127.0.0.1",
            options.ports().http(),
            options.intake().protection(),
            server -> {
              FeedbackDoor.mount(server, connection, receiver.kafka(), options.intake());
              web.mount(server, options.intake().protection());
            });
    return new EmbeddedPipeline(
        stack,
        connection,
        target,
        roles,
        topology.join(),
        receiver,
        control,
        options.intake().protection().encrypted());
  }

  private static WebRole web(
      Path data,
      Connection connection,
      ClickHouseTarget target,
      Roles roles,
      EmbeddedOptions options) {
    return WebRole.open(
        target,
        options.archive().apply(data).map(ArchiveTarget::location),
        options
            .intake()
            .largeContent()
            .apply(data)
            .map(LargeContent::store)
            .orElseGet(() -> new FolderContentStore(data.resolve("content"))),
        new LivePipeline(
            () -> {
              ObjectNode health = JsonNodeFactory.instance.objectNode();
              Health.put(roles.health(), health);
              return health;
            },
            connection));
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  /** Told at once, before anything is started. */
  private static void requireFreePorts(EmbeddedOptions.Ports ports) {
    Ports.requireFree("OTLP over gRPC", ports.otlpGrpc(), "--otlp-grpc-port");
    Ports.requireFree("OTLP over HTTP", ports.otlpHttp(), "--otlp-http-port");
    Ports.requireFree("Recount's HTTP server", ports.http(), "--http-port");
  }

  private static LocalStackOptions stackOptions(EmbeddedOptions options) {
    LocalStackOptions base =
        options.dataFolder().map(LocalStackOptions::in).orElseGet(LocalStackOptions::ephemeral);
    LocalStackOptions stack =
        base.withPorts(
                options.ports().kafka(), options.ports().registry(), options.ports().clickHouse())
            .withListener(options.progress()::accept);
    if (options.registryUrl().isPresent()) {
      stack = stack.withRegistryUrl(options.registryUrl().get());
    }
    if (options.clickHouse().isPresent()) {
      stack = stack.withClickHouseUrl(options.clickHouse().get().url());
    }
    return stack;
  }

  private void awaitReady(Duration patience) {
    Instant deadline = Instant.now().plus(patience);
    Map<String, Health> health = roles.health();
    while (!Roles.isReady(health) && !isHeld(health)) {
      Optional<String> failure = failure();
      if (failure.isPresent() || Instant.now().isAfter(deadline)) {
        throw new UserError(
            "The pipeline is not ready: " + failure.orElse(reasons(health)),
            "Run it again with --verbose to see what it does.");
      }
      LockSupport.parkNanos(POLL_PAUSE.toNanos());
      health = roles.health();
    }
  }

  /**
   * Whether the topology alone is not ready, since a replay was interrupted while it handed over:
   * what finishes it needs Kafka and the tables.
   */
  private boolean isHeld(Map<String, Health> health) {
    if (!topology.isHeld()) {
      return false;
    }
    Map<String, Health> others = new HashMap<>(health);
    others.remove(topology.name());
    return Roles.isReady(others);
  }

  private static String reasons(Map<String, Health> health) {
    return health.entrySet().stream()
        .filter(part -> !part.getValue().ready())
        .map(part -> part.getKey() + ": " + part.getValue().detail())
        .collect(Collectors.joining("; "));
  }

  /** What has failed for good; empty while all is well. Made to be asked often. */
  public Optional<String> failure() {
    Optional<String> ofStack = stack.failure();
    if (ofStack.isPresent()) {
      return ofStack;
    }
    return Optional.ofNullable(topology.fault())
        .map(fault -> "The topology has stopped for good: " + fault);
  }

  /** How to reach Kafka and the schema registry. */
  public Connection connection() {
    return connection;
  }

  /** Where ClickHouse answers. */
  public String clickHouseUrl() {
    return target.url();
  }

  /** A new connection to ClickHouse. */
  public ClickHouse connectToClickHouse() {
    return ClickHouse.connect(target);
  }

  /** Where OTLP over gRPC is taken in. */
  public String otlpGrpcUrl() {
    return scheme() + "127.0.0.1:" + receiver.grpcPort();
  }

  /** Where OTLP over HTTP is taken in. */
  public String otlpHttpUrl() {
    return scheme() + "127.0.0.1:" + receiver.httpPort();
  }

  /** Where feedback is taken in. */
  public String feedbackUrl() {
    return scheme() + "127.0.0.1:" + control.port() + FeedbackService.PATH;
  }

  /** The page that people look at. */
  public String pageUrl() {
    return scheme() + "127.0.0.1:" + control.port() + "/";
  }

  private String scheme() {
    return encrypted ? "https://" : "http://";
  }

  /** Recount's own HTTP port. */
  public String controlUrl() {
    return "http://127.0.0.1:" + control.port();
  }

  /** Where everything is kept. */
  public String dataFolder() {
    return stack.dataFolder().toString();
  }

  /** Stops the roles and then what they write to. */
  @Override
  public void close() {
    // It listens no longer at once, yet takes two seconds to be sure that nobody asks any more.
    CompletableFuture<Void> beside = CompletableFuture.runAsync(control::close);
    roles.close();
    stack.close();
    beside.join();
  }
}
