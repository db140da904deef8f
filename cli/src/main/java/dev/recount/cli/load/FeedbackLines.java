package dev.recount.cli.load;

import dev.recount.avro.FeedbackEvent;
import dev.recount.cli.UserError;
import dev.recount.connectors.feedback.FeedbackError;
import dev.recount.connectors.feedback.FeedbackParser;
import dev.recount.connectors.feedback.FeedbackParsing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads feedback as JSON lines: all of the file or none of it, with every mistake named. */
final class FeedbackLines {
  private static final int MOST_MISTAKES_SHOWN = 20;

  private final FeedbackParser parser = new FeedbackParser();
  private final String file;
  private final List<FeedbackEvent> events = new ArrayList<>();
  private final List<String> mistakes = new ArrayList<>();

  private FeedbackLines(String file) {
    this.file = file;
  }

  /**
   * The events of a file.
   *
   * @param file its path, or {@code -} for standard input
   * @throws UserError when it cannot be read, or a line is not a feedback event
   */
  static List<FeedbackEvent> read(String file) {
    FeedbackLines lines = new FeedbackLines(file);
    try (BufferedReader reader = open(file)) {
      lines.readAll(reader);
    } catch (IOException failed) {
      throw new UserError(
          "Cannot read "
              + file
              + ": "
              + failed.getClass().getSimpleName()
              + " "
              + failed.getMessage(),
          "Name a file of JSON lines, or - for standard input.",
          failed);
    }
    return lines.events;
  }

  private static BufferedReader open(String file) throws IOException {
    return file.equals("-")
        ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
        : Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8);
  }

  private void readAll(BufferedReader reader) throws IOException {
    int number = 0;
    @Nullable String line;
    while ((line = reader.readLine()) != null) {
      number++;
      if (!line.isBlank()) {
        read(line, number);
      }
    }
    if (!mistakes.isEmpty()) {
      int shown = Math.min(mistakes.size(), MOST_MISTAKES_SHOWN);
      String more = mistakes.size() > shown ? "\n  …" : "";
      throw new UserError(
          "Nothing was sent, because of\n  "
              + String.join("\n  ", mistakes.subList(0, shown))
              + more,
          null);
    }
  }

  private void read(String line, int number) {
    FeedbackParsing parsed = parser.parse(line.getBytes(StandardCharsets.UTF_8));
    if (parsed instanceof FeedbackParsing.Accepted accepted) {
      events.addAll(accepted.events());
    } else if (parsed instanceof FeedbackParsing.Refused refused) {
      String name = file.equals("-") ? "standard input" : file;
      for (FeedbackError error : refused.errors()) {
        mistakes.add(name + ", line " + number + ": " + FeedbackCommand.describe(error));
      }
    }
  }
}
