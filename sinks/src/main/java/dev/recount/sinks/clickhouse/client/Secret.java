package dev.recount.sinks.clickhouse.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A password, or where to find it. Its text form never shows it. */
public sealed interface Secret {
  /** No password. */
  static Secret none() {
    return new Literal("");
  }

  /** A password that is already in memory. */
  static Secret of(String password) {
    return new Literal(password);
  }

  /** A password in a file, as container platforms mount them. A line end after it is ignored. */
  static Secret inFile(Path file) {
    return new InFile(file);
  }

  /**
   * The password; empty for none.
   *
   * @throws UncheckedIOException when its file cannot be read
   */
  String reveal();

  /** The password itself. */
  record Literal(String password) implements Secret {
    @Override
    public String reveal() {
      return password;
    }

    @Override
    public String toString() {
      return "[hidden]";
    }
  }

  /** The file that holds the password. */
  record InFile(Path file) implements Secret {
    @Override
    public String reveal() {
      try {
        return Files.readString(file).stripTrailing();
      } catch (IOException unreadable) {
        throw new UncheckedIOException("Cannot read the password file " + file, unreadable);
      }
    }

    @Override
    public String toString() {
      return "[in " + file + "]";
    }
  }
}
