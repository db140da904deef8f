package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.schemas.redaction.Redaction;
import dev.recount.schemas.redaction.RedactionException;
import dev.recount.schemas.redaction.RedactionFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What gives way to pseudonyms. The key comes from the environment or a file, never an argument.
 */
public final class RedactionOptions {
  private static final String KEY_VARIABLE = "RECOUNT_REDACTION_KEY";

  @Option(
      names = "--redaction",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_REDACTION}",
      description =
          "Replace what is secret or personal by pseudonyms, by the rules in this YAML file"
              + " (RECOUNT_REDACTION). Needs a key, in RECOUNT_REDACTION_KEY or a file:")
  private @Nullable Path rules;

  @Option(
      names = "--redaction-key-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_REDACTION_KEY_FILE}",
      description =
          "File that holds the key of the pseudonyms (RECOUNT_REDACTION_KEY_FILE); the same key"
              + " makes the same pseudonyms.")
  private @Nullable Path keyFile;

  /**
   * The redaction that the options ask for; none when they ask for none.
   *
   * @throws UserError when a file cannot be read or followed, or the key is missing
   */
  public Redaction redaction() {
    if (rules == null) {
      return Redaction.none();
    }
    String text = read(rules, "--redaction");
    try {
      return RedactionFile.read(rules.toString(), text, key(System.getenv()));
    } catch (RedactionException refused) {
      throw new UserError(String.valueOf(refused.getMessage()), null, refused);
    }
  }

  private byte[] key(Map<String, String> environment) {
    String key =
        keyFile == null
            ? environment.getOrDefault(KEY_VARIABLE, "")
            : read(keyFile, "--redaction-key-file");
    if (key.isBlank()) {
      throw new UserError(
          "Redaction needs a key, and there is none"
              + (keyFile == null ? " in " + KEY_VARIABLE : " in " + keyFile)
              + ".",
          "Make one with 'openssl rand -hex 32' and give every receiver and topology the same.");
    }
    return key.strip().getBytes(StandardCharsets.UTF_8);
  }

  private static String read(Path file, String option) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UserError("Cannot read " + file + ".", "Correct " + option + ".", unreadable);
    }
  }
}
