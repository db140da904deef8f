package dev.recount.cli.oracle;

import dev.recount.cli.deploy.ComposeServices;
import dev.recount.local.connect.ConnectOptions;
import dev.recount.local.connect.ConnectWorker;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.client.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;
import org.testcontainers.clickhouse.ClickHouseContainer;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.lifecycle.Startables;

/**
 * Servers in containers, of the images in docker-compose.yml; the Connect worker is in this JVM.
 */
final class ContainerServers implements OracleServers {
  private static final int REGISTRY_PORT = 8080;
  private static final String REGISTRY_PATH = "/apis/ccompat/v7";

  private final KafkaContainer kafka;
  private final GenericContainer<?> registry;
  private final ClickHouseContainer clickHouse;
  private final Path folder;
  private final ConnectWorker connect;

  private ContainerServers(
      KafkaContainer kafka,
      GenericContainer<?> registry,
      ClickHouseContainer clickHouse,
      Path folder) {
    this.kafka = kafka;
    this.registry = registry;
    this.clickHouse = clickHouse;
    this.folder = folder;
    this.connect =
        ConnectWorker.start(ConnectOptions.standalone(kafka.getBootstrapServers(), folder));
  }

  /**
   * Starts them side by side.
   *
   * @param brokerProperties settings of the broker
   */
  static ContainerServers start(Map<String, String> brokerProperties) {
    KafkaContainer kafka = new KafkaContainer(ComposeServices.image("kafka"));
    brokerProperties.forEach((name, value) -> kafka.addEnv(variable(name), value));
    GenericContainer<?> registry =
        new GenericContainer<>(ComposeServices.image("schema-registry"))
            .withExposedPorts(REGISTRY_PORT)
            .waitingFor(Wait.forHttp(REGISTRY_PATH + "/subjects").forPort(REGISTRY_PORT));
    ClickHouseContainer clickHouse =
        new ClickHouseContainer(ComposeServices.image("clickhouse")).withDatabaseName("recount");
    try {
      Startables.deepStart(kafka, registry, clickHouse).join();
      return new ContainerServers(
          kafka, registry, clickHouse, Files.createTempDirectory("recount-servers"));
    } catch (IOException failed) {
      stop(kafka, registry, clickHouse);
      throw new UncheckedIOException(failed);
    } catch (RuntimeException failed) {
      stop(kafka, registry, clickHouse);
      throw failed;
    }
  }

  /** As the image of the broker reads its settings. */
  private static String variable(String property) {
    return "KAFKA_" + property.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  @Override
  public String bootstrapServers() {
    return kafka.getBootstrapServers();
  }

  @Override
  public String registryUrl() {
    return "http://"
        + registry.getHost()
        + ":"
        + registry.getMappedPort(REGISTRY_PORT)
        + REGISTRY_PATH;
  }

  @Override
  public ClickHouseTarget clickHouse() {
    return new ClickHouseTarget(
        clickHouse.getHttpUrl(),
        clickHouse.getUsername(),
        Secret.of(clickHouse.getPassword()),
        ClickHouseTarget.DEFAULT_DATABASE,
        Map.of());
  }

  @Override
  public ConnectWorker connect() {
    return connect;
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    connect.close();
    stop(kafka, registry, clickHouse);
    try {
      Utils.delete(folder.toFile());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void stop(GenericContainer<?>... containers) {
    List.of(containers).forEach(GenericContainer::stop);
  }
}
