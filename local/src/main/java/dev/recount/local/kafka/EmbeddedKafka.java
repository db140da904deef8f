package dev.recount.local.kafka;

import dev.recount.local.process.PortInUseException;
import dev.recount.local.process.Ports;
import dev.recount.local.process.StackException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A single-node Kafka broker (KRaft: broker and controller in one) inside this JVM, on the loopback
 * interface.
 *
 * <p>It takes records of up to {@value #MAX_MESSAGE_BYTES} bytes, does not create topics by itself,
 * and keeps its data in one folder, from which it starts again after an orderly stop as well as
 * after a crash. It can be stopped and started repeatedly and keeps its port.
 */
public final class EmbeddedKafka implements AutoCloseable {
  /** The largest record batch the broker takes, in bytes. */
  public static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

  /** The command-line option that chooses the port. */
  public static final String PORT_OPTION = "--kafka-port";

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
  private static final String HOST = "127.0.0.1";
  private static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final int NODE_ID = 1;
  private static final int ATTEMPTS = 5;

  /** Room beyond a record batch for what a produce or fetch request wraps around it. */
  private static final int REQUEST_OVERHEAD_BYTES = 1024 * 1024;

  private final Path dataFolder;
  private final Map<String, String> brokerProperties;
  private int port;
  private @Nullable KafkaRaftServer server;

  private EmbeddedKafka(Path dataFolder, int port, Map<String, String> brokerProperties) {
    this.dataFolder = dataFolder.toAbsolutePath();
    this.port = port;
    this.brokerProperties = Map.copyOf(brokerProperties);
  }

  /**
   * Starts a broker.
   *
   * @param dataFolder where it keeps its data; created if missing
   * @param port the port to listen on; 0 takes a free one
   * @param brokerProperties broker settings that add to or replace ours; usually empty
   * @return the running broker
   * @throws PortInUseException if the port is taken
   * @throws StackException if the broker does not start
   */
  public static EmbeddedKafka start(
      Path dataFolder, int port, Map<String, String> brokerProperties) {
    EmbeddedKafka kafka = new EmbeddedKafka(dataFolder, port, brokerProperties);
    kafka.start();
    return kafka;
  }

  /** What clients connect to: {@code 127.0.0.1:port}. The same before and after a restart. */
  public synchronized String bootstrapServers() {
    return HOST + ":" + port;
  }

  /** The port clients connect to. */
  public synchronized int port() {
    return port;
  }

  /** Whether the broker has been started and not stopped since. */
  public synchronized boolean isRunning() {
    return server != null;
  }

  /**
   * Starts the broker again after {@link #stop()}, with the same port and data. Does nothing while
   * it runs.
   *
   * @throws PortInUseException if the port is taken
   * @throws StackException if the broker does not start
   */
  public synchronized void start() {
    if (server != null) {
      return;
    }
    KafkaExits.prevent();
    format();
    boolean anyPort = port == 0;
    for (int attempt = 1; ; attempt++) {
      int brokerPort = anyPort ? Ports.findFree() : port;
      if (!anyPort) {
        Ports.requireFree("Kafka", brokerPort, PORT_OPTION);
      }
      int controllerPort = Ports.findFree();
      try {
        server = startServer(brokerPort, controllerPort);
        port = brokerPort;
        return;
      } catch (RuntimeException e) {
        // Either port was found free and can have been taken since. The controller's is always ours
        // to choose.
        if (Ports.isAddressInUse(e) && attempt < ATTEMPTS) {
          LOG.debug("A free port was taken before the broker had it; trying another", e);
          continue;
        }
        throw new StackException(
            "The Kafka broker did not start on its data in " + dataFolder + ": " + e.getMessage(),
            e);
      }
    }
  }

  /** Stops the broker in good order and keeps its data. Does nothing if it does not run. */
  public synchronized void stop() {
    KafkaRaftServer running = server;
    if (running != null) {
      server = null;
      running.shutdown();
      running.awaitShutdown();
    }
  }

  @Override
  public void close() {
    stop();
  }

  private KafkaRaftServer startServer(int brokerPort, int controllerPort) {
    KafkaRaftServer starting =
        new KafkaRaftServer(
            new KafkaConfig(properties(brokerPort, controllerPort), false), Time.SYSTEM);
    try {
      starting.startup();
      return starting;
    } catch (RuntimeException e) {
      try {
        starting.shutdown();
        starting.awaitShutdown();
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Writes the identity of the cluster into an empty data folder. */
  private void format() {
    if (Files.exists(dataFolder.resolve("meta.properties"))) {
      return;
    }
    try (PrintStream discard =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      Files.createDirectories(dataFolder);
      Formatter formatter =
          new Formatter()
              .setPrintStream(discard)
              .setNodeId(NODE_ID)
              .setClusterId(Uuid.randomUuid().toString())
              .setReleaseVersion(MetadataVersion.latestProduction())
              .setControllerListenerName(CONTROLLER_LISTENER)
              .setMetadataLogDirectory(dataFolder.toString())
              .setIgnoreFormatted(true)
              .addDirectory(dataFolder.toString());
      formatter.run();
    } catch (IOException e) {
      throw new StackException(
          "The Kafka data folder " + dataFolder + " cannot be written: " + e.getMessage(), e);
    } catch (Exception e) {
      throw new StackException(
          "The Kafka data folder " + dataFolder + " cannot be prepared: " + e.getMessage(), e);
    }
  }

  private Properties properties(int brokerPort, int controllerPort) {
    Properties properties = new Properties();
    String controller = HOST + ":" + controllerPort;
    properties.setProperty("process.roles", "broker,controller");
    properties.setProperty("node.id", Integer.toString(NODE_ID));
    properties.setProperty("controller.quorum.voters", NODE_ID + "@" + controller);
    properties.setProperty(
        "listeners",
        "PLAINTEXT://" + HOST + ":" + brokerPort + "," + CONTROLLER_LISTENER + "://" + controller);
    properties.setProperty("advertised.listeners", "PLAINTEXT://" + HOST + ":" + brokerPort);
    properties.setProperty("controller.listener.names", CONTROLLER_LISTENER);
    properties.setProperty("inter.broker.listener.name", "PLAINTEXT");
    properties.setProperty(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    properties.setProperty("log.dirs", dataFolder.toString());
    properties.setProperty("auto.create.topics.enable", "false");
    oneNode(properties);
    promptGroups(properties);
    largeMessages(properties);
    smallFootprint(properties);
    brokerProperties.forEach(properties::setProperty);
    return properties;
  }

  private static void oneNode(Properties properties) {
    for (String topic : new String[] {"transaction.state.log", "share.coordinator.state.topic"}) {
      properties.setProperty(topic + ".replication.factor", "1");
      properties.setProperty(topic + ".min.isr", "1");
      properties.setProperty(topic + ".num.partitions", "4");
    }
    properties.setProperty("offsets.topic.replication.factor", "1");
    properties.setProperty("offsets.topic.num.partitions", "4");
    properties.setProperty("default.replication.factor", "1");
  }

  /**
   * With the defaults, which spare large groups, a member waits seconds for its first assignment.
   */
  private static void promptGroups(Properties properties) {
    properties.setProperty("group.initial.rebalance.delay.ms", "0");
    properties.setProperty("group.streams.initial.rebalance.delay.ms", "0");
    for (String protocol : new String[] {"streams", "share", "consumer"}) {
      properties.setProperty("group." + protocol + ".heartbeat.interval.ms", "500");
      properties.setProperty("group." + protocol + ".min.heartbeat.interval.ms", "500");
    }
  }

  private static void largeMessages(Properties properties) {
    properties.setProperty("message.max.bytes", Integer.toString(MAX_MESSAGE_BYTES));
    properties.setProperty("replica.fetch.max.bytes", Integer.toString(MAX_MESSAGE_BYTES));
    properties.setProperty(
        "replica.fetch.response.max.bytes",
        Integer.toString(MAX_MESSAGE_BYTES + REQUEST_OVERHEAD_BYTES));
    properties.setProperty(
        "fetch.max.bytes", Integer.toString(MAX_MESSAGE_BYTES + REQUEST_OVERHEAD_BYTES));
    properties.setProperty("socket.request.max.bytes", Integer.toString(2 * MAX_MESSAGE_BYTES));
  }

  private static void smallFootprint(Properties properties) {
    properties.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
    properties.setProperty("log.cleaner.threads", "1");
    properties.setProperty("num.network.threads", "2");
    properties.setProperty("num.io.threads", "4");
    properties.setProperty("background.threads", "2");
    properties.setProperty("num.recovery.threads.per.data.dir", "1");
  }
}
