package dev.recount.cli;

import dev.recount.cli.output.Terminal;
import picocli.CommandLine;

/** Entry point of the {@code recount} command. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs one command. */
  static int run(String... arguments) {
    return commandLine(Terminal.ofThisProcess()).execute(arguments);
  }

  /** The command line with everything that is not part of a single command. */
  public static CommandLine commandLine(Terminal terminal) {
    CommandLine line = new CommandLine(new RecountCommand());
    Errors errors = new Errors(terminal);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.ansi()));
    line.setExecutionExceptionHandler(errors);
    line.setParameterExceptionHandler(errors);
    line.setExecutionStrategy(
        parsed -> {
          Logging.configure(parsed);
          return new CommandLine.RunLast().execute(parsed);
        });
    line.setUsageHelpLongOptionsMaxWidth(34);
    line.setUsageHelpWidth(Math.min(Math.max(terminal.columns(), 80), 110));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }
}
