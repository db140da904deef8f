package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.topology.Configuration;
import dev.recount.topology.TopologySettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which traces are kept and by whom they are judged: files that may change while it runs. */
public final class JudgementOptions {
  private static final String DEFAULT = "default";
  private static final String NONE = "none";

  @Option(
      names = "--sampling-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_SAMPLING_FILE}",
      description =
          "Keep the spans and the context of those traces that the rules in this YAML file say"
              + " (RECOUNT_SAMPLING_FILE), or 'default': see 'recount sampling show'. Read again"
              + " when it changes. Default: all are kept.")
  private @Nullable String samplingFile;

  @Option(
      names = "--evaluators-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_EVALUATORS_FILE}",
      description =
          "Which evaluators judge traces and how, as YAML (RECOUNT_EVALUATORS_FILE), or 'none'."
              + " Read again when it changes. Default: all that are found, with their defaults.")
  private @Nullable String evaluatorsFile;

  /**
   * The settings of the topology, with what these options add.
   *
   * @throws UserError when the settings say something of it, too
   */
  public Map<String, String> settings(Map<String, String> others) {
    Map<String, String> settings = new HashMap<>(others);
    add(settings, "--sampling-file", samplingFile, TopologySettings.SAMPLING_RULES, NONE);
    add(settings, "--evaluators-file", evaluatorsFile, TopologySettings.EVALUATORS, DEFAULT);
    return settings;
  }

  /** What a file says is checked and followed elsewhere: until then the default holds. */
  private static void add(
      Map<String, String> settings,
      String option,
      @Nullable String file,
      String setting,
      String otherwise) {
    if (file != null
        && !file.isBlank()
        && settings.put(setting, isWord(file) ? file.strip() : otherwise) != null) {
      throw new UserError(
          "Both " + option + " and the setting " + setting + " are given.", "Give one of them.");
    }
  }

  /** Files that are watched, by the name of what they configure. */
  public Map<String, Path> files() {
    Map<String, Path> files = new LinkedHashMap<>();
    add(files, Configuration.SAMPLING, samplingFile);
    add(files, Configuration.EVALUATORS, evaluatorsFile);
    return files;
  }

  private static void add(Map<String, Path> files, String name, @Nullable String file) {
    if (file != null && !file.isBlank() && !isWord(file)) {
      files.put(name, Path.of(file));
    }
  }

  private static boolean isWord(String file) {
    return file.strip().equals(DEFAULT) || file.strip().equals(NONE);
  }
}
