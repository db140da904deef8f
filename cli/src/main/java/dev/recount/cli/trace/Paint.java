package dev.recount.cli.trace;

/**
 * Colours by meaning, where colours are welcome.
 *
 * @param colours whether they are
 */
public record Paint(boolean colours) {
  private static final String RESET = "\u001b[0m";

  /** What stands out. */
  public String bold(String text) {
    return paint("1", text);
  }

  /** What is beside the point. */
  public String faint(String text) {
    return paint("2", text);
  }

  /** What went well. */
  public String good(String text) {
    return paint("32", text);
  }

  /** What went wrong. */
  public String bad(String text) {
    return paint("31", text);
  }

  /** What asks for attention. */
  public String warning(String text) {
    return paint("33", text);
  }

  /** A status in the colour that it deserves. */
  public String status(String status) {
    return switch (status) {
      case "ok" -> good(status);
      case "error" -> bad(status);
      default -> faint(status);
    };
  }

  // Not picocli's markup: data in it could contain markup of its own.
  private String paint(String code, String text) {
    return colours && !text.isEmpty() ? "\u001b[" + code + "m" + text + RESET : text;
  }
}
