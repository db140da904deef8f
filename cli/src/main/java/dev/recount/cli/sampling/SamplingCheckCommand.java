package dev.recount.cli.sampling;

import dev.recount.cli.output.Text;
import dev.recount.topology.sampling.RuleSet;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code recount sampling check}. */
@Command(
    name = "check",
    header = "Tell whether a file of rules can be followed.",
    description = {
      "Tell whether a file of rules can be followed; if not, where it is wrong and what to write"
          + " instead."
    },
    footerHeading = "%nExamples:%n",
    footer = "  recount sampling check sampling.yaml")
public final class SamplingCheckCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FILE", description = "Rules in YAML.")
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private Path file;

  @Override
  public void run() {
    RuleSet rules = RuleFiles.read(file.toString());
    spec.commandLine()
        .getOut()
        .println(
            file
                + ": "
                + Text.count(rules.names().size(), "rule")
                + " can be followed: "
                + String.join(", ", rules.names()));
  }
}
