package dev.recount.cli;

import dev.recount.cli.output.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Loads what the short commands need, for the launcher to put into a class data archive: the next
 * start maps it into memory.
 */
@Command(name = "warm-up", hidden = true, description = "Load the classes of the short commands.")
final class WarmUpCommand implements Runnable {
  @Override
  public void run() {
    run("--help");
    run("sql", "--help");
    // Fails where there is no ClickHouse, and loads the driver either way.
    run("sql", "--clickhouse-url", "http://127.0.0.1:9", "SELECT 1");
  }

  private static void run(String... arguments) {
    CommandLine line = Main.commandLine(Terminal.none());
    line.setOut(new PrintWriter(new StringWriter()));
    line.setErr(new PrintWriter(new StringWriter()));
    line.execute(arguments);
  }
}
