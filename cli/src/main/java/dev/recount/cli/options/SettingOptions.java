package dev.recount.cli.options;

import java.util.LinkedHashMap;
import java.util.Map;
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

  /** What was set, by name. */
  public Map<String, String> settings() {
    return Map.copyOf(settings);
  }
}
