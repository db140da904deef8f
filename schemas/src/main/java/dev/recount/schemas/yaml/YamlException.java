package dev.recount.schemas.yaml;

/** A file cannot be followed. Its message names the file, the line, the column and the remedy. */
public final class YamlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  YamlException(String message) {
    super(message, null, false, false);
  }
}
