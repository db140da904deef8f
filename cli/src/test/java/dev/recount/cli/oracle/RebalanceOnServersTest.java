package dev.recount.cli.oracle;

import org.testcontainers.junit.jupiter.Testcontainers;

/** On servers in containers, where there is a Docker engine. */
@Testcontainers(disabledWithoutDocker = true)
class RebalanceOnServersTest extends RebalanceScenario {
  @Override
  OracleStack start() {
    return OracleStack.on(ContainerServers.start(OracleStack.BROKER));
  }
}
