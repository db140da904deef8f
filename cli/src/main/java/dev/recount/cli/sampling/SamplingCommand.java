package dev.recount.cli.sampling;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code recount sampling}. */
@Command(
    name = "sampling",
    header = "Show, check and explain the rules of sampling.",
    description = {
      "The rules decide of which traces spans and context are kept. Without rules, all are: give them"
          + " to 'recount up' or 'recount topology' with --sampling-file."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SamplingShowCommand.class,
      SamplingCheckCommand.class,
      SamplingExplainCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  recount sampling show > sampling.yaml    the rules that come with Recount, to start from",
      "  recount sampling check sampling.yaml",
      "  recount up --sampling-file sampling.yaml",
      "  recount sampling explain 4bf92f --sampling-file sampling.yaml"
    })
public final class SamplingCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "No command given. The commands are: " + String.join(", ", spec.subcommands().keySet()));
  }
}
