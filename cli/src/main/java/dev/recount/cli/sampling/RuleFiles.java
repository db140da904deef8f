package dev.recount.cli.sampling;

import dev.recount.cli.UserError;
import dev.recount.schemas.yaml.YamlException;
import dev.recount.topology.sampling.RuleSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Rules as commands name them. */
final class RuleFiles {
  private static final String DEFAULT = "default";

  private RuleFiles() {}

  /**
   * Reads the rules that come with Recount, as {@code default}, or those in a file.
   *
   * @throws UserError when they cannot be read or followed
   */
  static RuleSet read(String named) {
    if (named.strip().equals(DEFAULT)) {
      return RuleSet.parse(DEFAULT, RuleSet.defaultRules());
    }
    try {
      return RuleSet.parse(named, Files.readString(Path.of(named)));
    } catch (IOException unreadable) {
      throw new UserError(
          "Cannot read " + named + ".", "Give a readable file of rules, or 'default'.", unreadable);
    } catch (YamlException refused) {
      throw new UserError(String.valueOf(refused.getMessage()), null, refused);
    }
  }
}
