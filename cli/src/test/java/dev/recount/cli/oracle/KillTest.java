package dev.recount.cli.oracle;

import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** On the embedded stack. */
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class KillTest extends KillScenario {
  @Override
  OracleStack start() {
    return OracleStack.start();
  }
}
