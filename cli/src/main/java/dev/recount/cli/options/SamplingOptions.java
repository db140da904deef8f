package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.topology.Configuration;
import dev.recount.topology.TopologySettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which traces are kept. */
public final class SamplingOptions {
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
  private @Nullable String file;

  /**
   * The settings of the topology, with what these options add.
   *
   * @throws UserError when the settings name rules, too
   */
  public Map<String, String> settings(Map<String, String> others) {
    Map<String, String> settings = new HashMap<>(others);
    if (file != null
        && !file.isBlank()
        && settings.put(TopologySettings.SAMPLING_RULES, isWord(file) ? file.strip() : NONE)
            != null) {
      throw new UserError(
          "There are rules in --sampling-file and in " + TopologySettings.SAMPLING_RULES + ".",
          "Give one of them.");
    }
    return settings;
  }

  /** Files that are watched, by the name of what they configure. */
  public Map<String, Path> files() {
    return file == null || file.isBlank() || isWord(file)
        ? Map.of()
        : Map.of(Configuration.SAMPLING, Path.of(file));
  }

  private static boolean isWord(String file) {
    return file.strip().equals(DEFAULT) || file.strip().equals(NONE);
  }
}
