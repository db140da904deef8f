package dev.recount.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ParseResult;

/** Sets the level of logging to what the command line asks for. */
final class Logging {
  private Logging() {}

  /** Applies {@code --verbose}. */
  static void configure(ParseResult parsed) {
    // Touching Logback costs 150 ms, so commands that do not log do not pay for it.
    if (parsed.expandedArgs().contains("--verbose")
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger("dev.recount").setLevel(Level.DEBUG);
      context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
    }
  }
}
