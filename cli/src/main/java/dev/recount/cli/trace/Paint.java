package dev.recount.cli.trace;

/**
 * Colours by meaning, where colours are welcome.
 *
 * @param colours whether they are
 */
record Paint(boolean colours) {
  private static final String RESET = "\u001b[0m";

  String bold(String text) {
    return paint("1", text);
  }

  String faint(String text) {
    return paint("2", text);
  }

  String good(String text) {
    return paint("32", text);
  }

  String bad(String text) {
    return paint("31", text);
  }

  String warning(String text) {
    return paint("33", text);
  }

  /** A status in the colour that it deserves. */
  String status(String status) {
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
