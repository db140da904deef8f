package dev.recount.cli.output;

import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * What standard output and standard error are connected to. The launcher finds out and passes it on
 * as system properties, because Java 17 can only tell for both at once.
 *
 * @param outputIsTerminal whether a person reads standard output
 * @param errorsAreTerminal whether a person reads standard error
 * @param columns width of the terminal in characters; meaningless where there is none
 * @param colours whether colours are welcome on standard output
 */
public record Terminal(
    boolean outputIsTerminal, boolean errorsAreTerminal, int columns, boolean colours) {
  private static final int USUAL_COLUMNS = 120;
  private static final int FEWEST_COLUMNS = 40;

  /** The terminal of this process. */
  public static Terminal ofThisProcess() {
    return from(System.getenv(), System.console() != null);
  }

  static Terminal from(Map<String, String> environment, boolean console) {
    boolean output = flag("recount.terminal", console);
    int columns = Integer.getInteger("recount.terminal.columns", 0);
    return new Terminal(
        output,
        flag("recount.terminal.errors", console),
        columns < FEWEST_COLUMNS ? USUAL_COLUMNS : columns,
        coloursWelcome(environment, output));
  }

  /** Neither colours nor a width: what a file or a pipe gets. */
  public static Terminal none() {
    return new Terminal(false, false, USUAL_COLUMNS, false);
  }

  /** Colours, or none, as picocli wants to be told. */
  public Ansi ansi() {
    return colours ? Ansi.ON : Ansi.OFF;
  }

  private static boolean coloursWelcome(Map<String, String> environment, boolean terminal) {
    // https://no-color.org: present and not empty means none.
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
      return false;
    }
    return terminal && !"dumb".equals(environment.get("TERM"));
  }

  private static boolean flag(String property, boolean otherwise) {
    String value = System.getProperty(property);
    return value == null ? otherwise : Boolean.parseBoolean(value);
  }
}
