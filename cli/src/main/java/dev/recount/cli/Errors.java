package dev.recount.cli;

import dev.recount.cli.output.Terminal;
import dev.recount.local.process.StackException;
import dev.recount.schemas.KafkaUnavailableException;
import dev.recount.schemas.RegistryUnavailableException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says what went wrong in words, and keeps stack traces for those who ask for them. */
final class Errors implements IExecutionExceptionHandler, IParameterExceptionHandler {
  static final String DEBUG_VARIABLE = "RECOUNT_DEBUG";

  private final Terminal terminal;

  Errors(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine commandLine, ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    if (failure instanceof ParameterException wrongUsage) {
      return handleParseException(wrongUsage, parsed.originalArgs().toArray(String[]::new));
    }
    say(err, "error", describe(failure));
    if (failure instanceof UserError error && error.remedy() != null) {
      err.println("  " + error.remedy());
    }
    if (isDebug(parsed)) {
      failure.printStackTrace(err);
    } else if (!isExpected(failure)) {
      err.println("  For the stack trace, run it again with --debug.");
    }
    err.flush();
    return ExitCodes.FAILED;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine commandLine = failure.getCommandLine();
    PrintWriter err = commandLine.getErr();
    say(err, "error", String.valueOf(failure.getMessage()));
    if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
      err.println(
          "  Try '" + commandLine.getCommandSpec().qualifiedName(" ") + " --help' for examples.");
    }
    err.flush();
    return ExitCodes.WRONG_USAGE;
  }

  private void say(PrintWriter err, String kind, String message) {
    Ansi ansi = terminal.errorsAreTerminal() && terminal.colours() ? Ansi.ON : Ansi.OFF;
    err.println(ansi.string("@|bold,red " + kind + ":|@ ") + message);
  }

  /** The message, with those of its causes that add something to it. */
  static String describe(Throwable failure) {
    StringBuilder text = new StringBuilder(messageOf(failure));
    if (isExpected(failure)) {
      return text.toString(); // written for the reader, causes included where they matter
    }
    Deque<Throwable> causes = new ArrayDeque<>();
    Set<Throwable> seen = new HashSet<>();
    Throwable cause = failure.getCause();
    while (cause != null && seen.add(cause)) {
      causes.add(cause);
      cause = cause.getCause();
    }
    for (Throwable each : causes) {
      String message = messageOf(each);
      // Wrappers repeat the messages of what they wrap.
      if (text.indexOf(message) < 0) {
        text.append(": ").append(message);
      }
    }
    return text.toString();
  }

  private static String messageOf(Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
  }

  private static boolean isExpected(Throwable failure) {
    return failure instanceof UserError
        || failure instanceof StackException
        || failure instanceof KafkaUnavailableException
        || failure instanceof RegistryUnavailableException;
  }

  private static boolean isDebug(ParseResult parsed) {
    return parsed.expandedArgs().contains("--debug")
        || !System.getenv().getOrDefault(DEBUG_VARIABLE, "").isEmpty();
  }
}
