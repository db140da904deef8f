package dev.recount.cli.oracle;

import dev.recount.local.LocalStack;
import dev.recount.local.LocalStackOptions;
import dev.recount.local.connect.ConnectWorker;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import java.nio.file.Path;
import java.util.Map;

/** The embedded stack: broker and Connect worker in this JVM, registry and ClickHouse beside it. */
record EmbeddedServers(LocalStack stack) implements OracleServers {
  static EmbeddedServers start(Map<String, String> brokerProperties) {
    LocalStackOptions base = LocalStackOptions.ephemeral();
    return new EmbeddedServers(
        LocalStack.start(
            new LocalStackOptions(
                base.dataFolder(),
                base.kafkaPort(),
                base.registryPort(),
                base.clickHousePort(),
                base.registryUrl(),
                base.clickHouseUrl(),
                brokerProperties,
                base.listener())));
  }

  @Override
  public String bootstrapServers() {
    return stack.bootstrapServers();
  }

  @Override
  public String registryUrl() {
    return stack.registryUrl();
  }

  @Override
  public ClickHouseTarget clickHouse() {
    return ClickHouseTarget.plain(stack.clickHouseUrl());
  }

  @Override
  public ConnectWorker connect() {
    return stack.connect();
  }

  @Override
  public Path folder() {
    return stack.dataFolder();
  }

  @Override
  public void close() {
    stack.close();
  }
}
