package dev.recount.cli.options;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Settings of the topology. */
public final class SettingOptions {
  @Option(
      names = {"-S", "--set"},
      paramLabel = "KEY=VALUE",
      description =
          "A setting of the topology, as in settle.quiet.ms=3000, or of Kafka Streams with"
              + " streams. in front, as in streams.num.stream.threads=2. May be repeated.")
  private final Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--evaluators-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_EVALUATORS_FILE}",
      description =
          "Which evaluators judge traces and how, as YAML (RECOUNT_EVALUATORS_FILE). Without it all"
              + " that are found do, with their defaults; --set evaluators=none for none.")
  private @Nullable Path evaluatorsFile;

  /** What was set, by name. */
  public Map<String, String> settings() {
    Map<String, String> all = new LinkedHashMap<>(settings);
    if (evaluatorsFile != null) {
      all.put("evaluators", "@" + evaluatorsFile);
    }
    return Map.copyOf(all);
  }
}
