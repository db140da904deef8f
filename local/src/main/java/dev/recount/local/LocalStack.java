package dev.recount.local;

import dev.recount.local.clickhouse.ClickHouseProcess;
import dev.recount.local.connect.ConnectOptions;
import dev.recount.local.connect.ConnectWorker;
import dev.recount.local.install.Installation;
import dev.recount.local.kafka.EmbeddedKafka;
import dev.recount.local.kafka.KafkaExits;
import dev.recount.local.process.PortInUseException;
import dev.recount.local.process.Ports;
import dev.recount.local.process.StackException;
import dev.recount.local.registry.SchemaRegistryProcess;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything the pipeline needs on one machine: a Kafka broker and a Connect worker in this JVM, a
 * schema registry and the ClickHouse engine in child processes. All of it listens on the loopback
 * interface only. The children end with this process, in whatever way it ends.
 */
public final class LocalStack implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalStack.class);

  private final LocalStackOptions options;
  private final DataFolder dataFolder;
  private final EmbeddedKafka kafka;
  private final ConnectWorker connect;
  private final Optional<SchemaRegistryProcess> registry;
  private final Optional<ClickHouseProcess> clickHouse;
  private boolean closed;

  private LocalStack(
      LocalStackOptions options,
      DataFolder dataFolder,
      KafkaSide kafkaSide,
      Optional<SchemaRegistryProcess> registry,
      Optional<ClickHouseProcess> clickHouse) {
    this.options = options;
    this.dataFolder = dataFolder;
    this.kafka = kafkaSide.kafka;
    this.connect = kafkaSide.connect;
    this.registry = registry;
    this.clickHouse = clickHouse;
  }

  /**
   * Starts the stack, and returns when all of it is ready.
   *
   * @throws PortInUseException if a port is taken
   * @throws StackException if a part does not start; nothing is left running then
   */
  public static LocalStack start(LocalStackOptions options) {
    // Told at once, before anything is fetched or started.
    requireFreePorts(options);
    DataFolder folder = DataFolder.open(options.dataFolder());
    Installation installation = Installation.ofThisUser(options.listener());
    ExecutorService threads = Executors.newFixedThreadPool(3);
    // The last is closed first.
    Deque<AutoCloseable> started = new ArrayDeque<>();
    started.push(folder);
    try {
      CompletableFuture<Optional<SchemaRegistryProcess>> registry =
          startUnlessElsewhere(
              options.registryUrl(),
              () ->
                  SchemaRegistryProcess.start(
                      installation, folder.resolve("registry"), options.registryPort()),
              threads);
      CompletableFuture<Optional<ClickHouseProcess>> clickHouse =
          startUnlessElsewhere(
              options.clickHouseUrl(),
              () ->
                  ClickHouseProcess.start(
                      installation, folder.resolve("clickhouse"), options.clickHousePort()),
              threads);
      CompletableFuture<KafkaSide> kafka =
          CompletableFuture.supplyAsync(() -> KafkaSide.start(folder, options), threads);
      // Wait for all, also after a failure: what starts meanwhile must be stopped.
      CompletableFuture.allOf(registry, clickHouse, kafka).exceptionally(failure -> null).join();
      pushStarted(started, registry.thenApply(part -> part.map(AutoCloseable.class::cast)));
      pushStarted(started, clickHouse.thenApply(part -> part.map(AutoCloseable.class::cast)));
      pushStarted(started, kafka.thenApply(Optional::of));
      return new LocalStack(options, folder, kafka.join(), registry.join(), clickHouse.join());
    } catch (CompletionException e) {
      closeAll(started);
      if (e.getCause() instanceof StackException failure) {
        throw failure;
      }
      throw new StackException("The embedded stack did not start: " + e.getCause(), e);
    } catch (RuntimeException e) {
      closeAll(started);
      throw e;
    } finally {
      threads.shutdown();
    }
  }

  /**
   * Starts a stack at free ports whose data goes with it: what tests need.
   *
   * @throws StackException if a part does not start
   */
  public static LocalStack startEphemeral() {
    return start(LocalStackOptions.ephemeral());
  }

  /** What Kafka clients connect to. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /**
   * What Confluent's clients take as {@code schema.registry.url}: of the embedded registry or the
   * one elsewhere.
   */
  public String registryUrl() {
    return registry.map(SchemaRegistryProcess::url).or(options::registryUrl).orElseThrow();
  }

  /** What ClickHouse drivers connect to: of the embedded engine or the server elsewhere. */
  public String clickHouseUrl() {
    return clickHouse.map(ClickHouseProcess::url).or(options::clickHouseUrl).orElseThrow();
  }

  /** The Kafka broker. */
  public EmbeddedKafka kafka() {
    return kafka;
  }

  /** The embedded schema registry; empty if one elsewhere is used. */
  public Optional<SchemaRegistryProcess> registry() {
    return registry;
  }

  /** The embedded ClickHouse engine; empty if a server elsewhere is used. */
  public Optional<ClickHouseProcess> clickHouse() {
    return clickHouse;
  }

  /** The Connect worker, which has no connectors yet. */
  public ConnectWorker connect() {
    return connect;
  }

  /** Where everything is kept. */
  public Path dataFolder() {
    return dataFolder.path();
  }

  /** What is no longer as it should be; empty while all is well. Made to be asked often. */
  public Optional<String> failure() {
    return registry
        .flatMap(SchemaRegistryProcess::failure)
        .or(() -> clickHouse.flatMap(ClickHouseProcess::failure))
        .or(KafkaExits::fault);
  }

  /** Stops the stack: first what writes, then what is written to. Does nothing the second time. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    closeAll(List.of(connect, this::closeServers, dataFolder));
  }

  /** The servers do not need each other to stop, and each takes its time. */
  private void closeServers() throws InterruptedException {
    List<Thread> beside = new ArrayList<>();
    Stream.concat(registry.stream(), clickHouse.stream())
        .map(server -> new Thread(() -> closeAll(List.of(server)), "stack-close"))
        .forEach(beside::add);
    beside.forEach(Thread::start);
    closeAll(List.of(kafka));
    for (Thread each : beside) {
      each.join();
    }
  }

  private static void requireFreePorts(LocalStackOptions options) {
    Ports.requireFree("Kafka", options.kafkaPort(), EmbeddedKafka.PORT_OPTION);
    if (options.registryUrl().isEmpty()) {
      Ports.requireFree(
          "The schema registry", options.registryPort(), SchemaRegistryProcess.PORT_OPTION);
    }
    if (options.clickHouseUrl().isEmpty()) {
      Ports.requireFree("ClickHouse", options.clickHousePort(), ClickHouseProcess.PORT_OPTION);
    }
  }

  private static <T> CompletableFuture<Optional<T>> startUnlessElsewhere(
      Optional<String> url, Supplier<T> start, ExecutorService threads) {
    return url.isPresent()
        ? CompletableFuture.completedFuture(Optional.empty())
        : CompletableFuture.supplyAsync(() -> Optional.of(start.get()), threads);
  }

  private static void pushStarted(
      Deque<AutoCloseable> started,
      CompletableFuture<? extends Optional<? extends AutoCloseable>> part) {
    if (!part.isCompletedExceptionally()) {
      part.join().ifPresent(started::push);
    }
  }

  private static void closeAll(Iterable<? extends AutoCloseable> parts) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("A part of the embedded stack did not stop in good order", e);
      }
    }
  }

  /** The two parts in this JVM, of which the second needs the first. */
  private record KafkaSide(EmbeddedKafka kafka, ConnectWorker connect) implements AutoCloseable {
    static KafkaSide start(DataFolder folder, LocalStackOptions options) {
      EmbeddedKafka kafka =
          EmbeddedKafka.start(
              folder.resolve("kafka"), options.kafkaPort(), options.brokerProperties());
      @Nullable ConnectWorker connect = null;
      try {
        connect =
            ConnectWorker.start(
                ConnectOptions.standalone(kafka.bootstrapServers(), folder.resolve("connect")));
        return new KafkaSide(kafka, connect);
      } finally {
        if (connect == null) {
          kafka.close();
        }
      }
    }

    @Override
    public void close() {
      connect.close();
      kafka.close();
    }
  }
}
