package dev.recount.cli;

import dev.recount.cli.bisect.BisectCommand;
import dev.recount.cli.content.ContentCommand;
import dev.recount.cli.context.ContextCommand;
import dev.recount.cli.demo.DemoCommand;
import dev.recount.cli.forget.ForgetCommand;
import dev.recount.cli.load.FeedbackCommand;
import dev.recount.cli.load.ImportCommand;
import dev.recount.cli.replay.ReplayCommand;
import dev.recount.cli.roles.ReceiverCommand;
import dev.recount.cli.roles.SinksCommand;
import dev.recount.cli.roles.TopologyCommand;
import dev.recount.cli.roles.UpCommand;
import dev.recount.cli.roles.WebCommand;
import dev.recount.cli.sampling.SamplingCommand;
import dev.recount.cli.sql.SqlCommand;
import dev.recount.cli.status.StatusCommand;
import dev.recount.cli.trace.TraceCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of the command line. */
@Command(
    name = "recount",
    description = "Tells why an AI agent did what it did.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = false,
    versionProvider = VersionCommand.Provider.class,
    subcommands = {
      DemoCommand.class,
      UpCommand.class,
      ImportCommand.class,
      FeedbackCommand.class,
      SqlCommand.class,
      TraceCommand.class,
      BisectCommand.class,
      ContextCommand.class,
      ContentCommand.class,
      SamplingCommand.class,
      ReplayCommand.class,
      ForgetCommand.class,
      StatusCommand.class,
      TopologyCommand.class,
      ReceiverCommand.class,
      SinksCommand.class,
      WebCommand.class,
      VersionCommand.class,
      WarmUpCommand.class,
    },
    footerHeading = "%nStart here:%n",
    footer = {
      "  recount demo                          see it work, from agents to answers",
      "  recount up                            the whole pipeline on this machine",
      "  recount sql \"SELECT * FROM traces_latest LIMIT 5\"",
      "  recount COMMAND --help                examples for each command",
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage."
    })
public final class RecountCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and exit.")
  private boolean version;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show stack traces of errors; also RECOUNT_DEBUG=1.")
  private boolean debug;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Log what is going on to standard error.")
  private boolean verbose;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "No command given. The commands are: " + visibleCommands());
  }

  private String visibleCommands() {
    return String.join(
        ", ",
        spec.subcommands().entrySet().stream()
            .filter(entry -> !entry.getValue().getCommandSpec().usageMessage().hidden())
            .map(entry -> entry.getKey())
            .toList());
  }
}
