package dev.recount.topology;

import java.util.Map;

/**
 * What the operator wants to be in force: texts by name, an empty one for nothing. It may change
 * while the topology runs. Each partition's assembler writes what differs from what is in force to
 * the log, and takes it from there, so that a replay applies it where it took effect.
 */
public interface Configuration {
  /** Name of the rules that decide which traces are kept. */
  String SAMPLING = "sampling";

  /** The texts by name. Cheap: it is asked again and again, from several threads. */
  Map<String, String> wanted();

  /** What the settings say, for good. */
  static Configuration of(TopologySettings settings) {
    Map<String, String> wanted = Map.of(SAMPLING, settings.samplingRules());
    return () -> wanted;
  }
}
