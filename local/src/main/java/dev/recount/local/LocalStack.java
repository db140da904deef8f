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
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

  private final DataFolder dataFolder;
  private final EmbeddedKafka kafka;
  private final SchemaRegistryProcess registry;
  private final ClickHouseProcess clickHouse;
  private final ConnectWorker connect;
  private boolean closed;

  private LocalStack(
      DataFolder dataFolder,
      EmbeddedKafka kafka,
      SchemaRegistryProcess registry,
      ClickHouseProcess clickHouse,
      ConnectWorker connect) {
    this.dataFolder = dataFolder;
    this.kafka = kafka;
    this.registry = registry;
    this.clickHouse = clickHouse;
    this.connect = connect;
  }

  /**
   * Starts the stack, and returns when all of it is ready.
   *
   * @throws PortInUseException if a port is taken
   * @throws StackException if a part does not start; nothing is left running then
   */
  public static LocalStack start(LocalStackOptions options) {
    // Told at once, before anything is fetched or started.
    Ports.requireFree("Kafka", options.kafkaPort(), EmbeddedKafka.PORT_OPTION);
    Ports.requireFree(
        "The schema registry", options.registryPort(), SchemaRegistryProcess.PORT_OPTION);
    Ports.requireFree("ClickHouse", options.clickHousePort(), ClickHouseProcess.PORT_OPTION);
    DataFolder folder = DataFolder.open(options.dataFolder());
    Installation installation = Installation.ofThisUser(options.listener());
    ExecutorService threads = Executors.newFixedThreadPool(3);
    // The last is closed first.
    Deque<AutoCloseable> started = new ArrayDeque<>();
    started.push(folder);
    try {
      CompletableFuture<SchemaRegistryProcess> registry =
          CompletableFuture.supplyAsync(
              () ->
                  SchemaRegistryProcess.start(
                      installation, folder.resolve("registry"), options.registryPort()),
              threads);
      CompletableFuture<ClickHouseProcess> clickHouse =
          CompletableFuture.supplyAsync(
              () ->
                  ClickHouseProcess.start(
                      installation, folder.resolve("clickhouse"), options.clickHousePort()),
              threads);
      CompletableFuture<KafkaSide> kafka =
          CompletableFuture.supplyAsync(() -> KafkaSide.start(folder, options), threads);
      // Wait for all, also after a failure: what starts meanwhile must be stopped.
      CompletableFuture.allOf(registry, clickHouse, kafka).exceptionally(failure -> null).join();
      for (CompletableFuture<? extends AutoCloseable> part : List.of(registry, clickHouse, kafka)) {
        if (!part.isCompletedExceptionally()) {
          started.push(part.join());
        }
      }
      KafkaSide kafkaSide = kafka.join();
      return new LocalStack(
          folder, kafkaSide.kafka, registry.join(), clickHouse.join(), kafkaSide.connect);
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

  /** The Kafka broker; {@code kafka().bootstrapServers()} is what clients connect to. */
  public EmbeddedKafka kafka() {
    return kafka;
  }

  /** The schema registry; {@code registry().url()} is what clients connect to. */
  public SchemaRegistryProcess registry() {
    return registry;
  }

  /** ClickHouse; {@code clickHouse().url()} is what drivers connect to. */
  public ClickHouseProcess clickHouse() {
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
    return registry.failure().or(clickHouse::failure).or(KafkaExits::fault);
  }

  /** Stops the stack: first what writes, then what is written to. Does nothing the second time. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    closeAll(List.of(connect, kafka, () -> closeTogether(registry, clickHouse), dataFolder));
  }

  /** The children do not need each other, and each takes its time to end. */
  private static void closeTogether(AutoCloseable one, AutoCloseable other)
      throws InterruptedException {
    Thread beside = new Thread(() -> closeAll(List.of(one)), "stack-close");
    beside.start();
    closeAll(List.of(other));
    beside.join();
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
