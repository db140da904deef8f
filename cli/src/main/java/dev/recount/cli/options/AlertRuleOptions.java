package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.schemas.yaml.YamlException;
import dev.recount.topology.alerting.AlertRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** By which rules alerts fire. */
public final class AlertRuleOptions {
  private static final String SETTING = "alerts";

  @Option(
      names = "--alerts-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_ALERTS_FILE}",
      description =
          "Rules of alerts in YAML (RECOUNT_ALERTS_FILE), in place of those that come with"
              + " Recount; --set alerts=none for none.")
  private @Nullable Path file;

  /**
   * Settings of the topology with the rules among them.
   *
   * @param settings as given otherwise
   * @throws UserError when the file cannot be read or followed
   */
  public Map<String, String> addedTo(Map<String, String> settings) {
    if (file == null) {
      return settings;
    }
    String text;
    try {
      text = Files.readString(file);
      AlertRules.parse(file.toString(), text);
    } catch (IOException unreadable) {
      throw new UserError("Cannot read " + file + ".", "Correct --alerts-file.", unreadable);
    } catch (YamlException refused) {
      throw new UserError(String.valueOf(refused.getMessage()), null, refused);
    }
    Map<String, String> all = new HashMap<>(settings);
    if (all.put(SETTING, text) != null) {
      throw new UserError(
          "Alert rules are given twice.", "Use either --alerts-file or --set alerts=….");
    }
    return all;
  }
}
