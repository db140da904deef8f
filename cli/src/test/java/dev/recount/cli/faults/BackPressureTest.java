package dev.recount.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.oracle.Comparison;
import dev.recount.cli.oracle.Oracle;
import dev.recount.cli.oracle.OracleStack;
import dev.recount.cli.oracle.Telemetry;
import dev.recount.cli.oracle.TelemetrySender;
import dev.recount.cli.sql.ClickHouse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** ClickHouse is away for minutes under full load: memory stays flat, and all arrives. */
@EnabledIfSystemProperty(
    named = "recount.faults.long",
    matches = "true",
    disabledReason = "it takes minutes; a short outage is part of NothingLostTest")
class BackPressureTest {
  /** Records that the topology has not read yet; a record of spans has up to thirty. */
  private static final long ENOUGH_TO_READ = 2_000;

  /** In a second: more than it can do. */
  private static final int WAVES_AT_ONCE = 20;

  /** What was seen, in {@code target/outage.txt} too. */
  private final List<String> report = new ArrayList<>();

  @TempDir private Path folder;

  @Test
  void anOutageOfMinutesUnderFullLoadCostsNeitherMemoryNorRows() throws IOException {
    List<List<Telemetry>> waves =
        Waves.oneByOne(FaultSize.TRACES_OF_LONG_OUTAGE, OracleStack.SEED + 2);
    List<Telemetry> events = waves.stream().flatMap(List::stream).toList();
    try (FaultStack stack = FaultStack.start(folder);
        Flow flow =
            Flow.start(
                () -> new TelemetrySender(stack.connection(), OracleStack.SEED + 2), events)) {
      Outage outage = new Outage(stack);
      Iterator<List<Telemetry>> next = waves.iterator();
      // Full load is what the topology can do here: it always has something to read.
      outage.happen(
          FaultSize.LONG_OUTAGE,
          () -> {
            if (stack.progress().unread() > ENOUGH_TO_READ) {
              return;
            }
            int more = 0;
            for (int wave = 0; wave < WAVES_AT_ONCE && next.hasNext(); wave++) {
              more += next.next().size();
            }
            flow.sendNext(more);
          });
      flow.stop();
      assertThat(next).as("more to send, so that the load was full to the end").hasNext();
      List<Telemetry> sent = events.subList(0, flow.sent());
      report("%d events sent in %s, %s", sent.size(), FaultSize.LONG_OUTAGE, outage.report());
      long returned = System.nanoTime();
      stack.progress().awaitDrained(OracleStack.QUIET);
      report("all written %d s later", Duration.ofNanos(System.nanoTime() - returned).toSeconds());
      try (ClickHouse clickHouse = stack.connectToClickHouse()) {
        Comparison comparison = Comparison.of(clickHouse, Oracle.of(sent));
        report("%s", comparison.report());
        assertThat(comparison.isPerfect()).as(comparison.report()).isTrue();
      }
    }
  }

  private void report(String line, Object... values) throws IOException {
    report.add(String.format(line, values));
    Files.write(Files.createDirectories(Path.of("target")).resolve("outage.txt"), report);
  }
}
