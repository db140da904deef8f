package dev.recount.cli.sampling;

import dev.recount.topology.sampling.RuleSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code recount sampling show}. */
@Command(
    name = "show",
    header = "Print the rules that come with Recount.",
    description = "Print the rules that come with Recount as YAML, to start from.",
    footerHeading = "%nExamples:%n",
    footer = "  recount sampling show > sampling.yaml")
public final class SamplingShowCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().getOut().print(RuleSet.defaultRules());
    spec.commandLine().getOut().flush();
  }
}
