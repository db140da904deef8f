package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.oracle.Comparison;
import dev.recount.cli.oracle.Oracle;
import dev.recount.cli.oracle.OracleStack;
import dev.recount.cli.oracle.Telemetry;
import dev.recount.cli.oracle.TelemetrySender;
import dev.recount.cli.sql.ClickHouse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** ClickHouse is away for minutes under full load: memory stays flat, and all arrives. */
@EnabledIfSystemProperty(
    named = "recount.faults.long",
    matches = "true",
    disabledReason = "it takes minutes; a short outage is part of NothingLostTest")
class BackPressureTest {
  private static final Logger log = LoggerFactory.getLogger(BackPressureTest.class);

  @TempDir private Path folder;

  @Test
  void anOutageOfMinutesUnderFullLoadCostsNeitherMemoryNorRows() {
    List<Telemetry> events = Waves.generate(FaultSize.TRACES_OF_LONG_OUTAGE, OracleStack.SEED + 2);
    try (FaultStack stack = FaultStack.start(folder);
        Flow flow =
            Flow.start(
                () ->
                    new TelemetrySender(
                        stack.connection(),
                        OracleStack.SEED + 2,
                        () -> null,
                        Optional.of(stack.exporter())),
                events)) {
      Outage outage = new Outage(stack);
      flow.send(1, FaultSize.LONG_OUTAGE);
      outage.happen(FaultSize.LONG_OUTAGE);
      log.info("{} of {} events in the outage: {}", flow.sent(), events.size(), outage.report());
      flow.awaitShare(FaultSize.LONG_OUTAGE);
      flow.finish();
      stack.progress().awaitDrained(OracleStack.QUIET);
      log.info("{} events in {}: {}", events.size(), FaultSize.LONG_OUTAGE, outage.report());
      try (ClickHouse clickHouse = stack.connectToClickHouse()) {
        Comparison comparison = Comparison.of(clickHouse, Oracle.of(events));
        log.info("\n{}", comparison.report());
        assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
      }
    }
  }
}
