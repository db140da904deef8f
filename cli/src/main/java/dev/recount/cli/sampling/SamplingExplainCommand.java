package dev.recount.cli.sampling;

import dev.recount.cli.options.ClickHouseOptions;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.topology.sampling.RuleSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code recount sampling explain}. */
@Command(
    name = "explain",
    header = "Say why a trace is kept, or why not.",
    description = {
      "Say which rule decided on a trace, and each condition with what the trace says to it. It asks"
          + " the rows of the trace in ClickHouse, and its spans if they are kept."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount sampling explain 4bf92f3577b34da6a3ce929d0e0e4736",
      "  recount sampling explain 4bf92f --sampling-file sampling.yaml"
    })
public final class SamplingExplainCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Mixin private final ClickHouseOptions clickHouseOptions = new ClickHouseOptions();

  @Parameters(
      index = "0",
      paramLabel = "TRACE_ID",
      description = "32 hexadecimal digits, or at least the first six of them.")
  private String traceId = "";

  @Option(
      names = "--sampling-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_SAMPLING_FILE:-default}",
      description =
          "The rules to explain it by (RECOUNT_SAMPLING_FILE), or 'default'. Default:"
              + " @|bold ${DEFAULT-VALUE}|@")
  private String file = "";

  @Override
  public void run() {
    RuleSet rules = RuleFiles.read(file);
    StoredTrace trace;
    try (ClickHouse clickHouse = ClickHouse.connect(clickHouseOptions)) {
      trace = StoredTrace.load(clickHouse, traceId);
    }
    new ExplanationText(Terminal.ofThisProcess().colours())
        .lines(trace, rules.explain(trace.evidence()), file)
        .forEach(spec.commandLine().getOut()::println);
  }
}
