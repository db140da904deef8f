package dev.recount.topology;

import java.util.Map;

/**
 * What the operator wants to be in force: texts by name, an empty one for the default. It may
 * change while the topology runs. Each partition's assembler writes what differs from what is in
 * force to the log, and takes it from there, so that a replay applies it where it took effect.
 */
public interface Configuration {
  /** Name of the rules that decide which traces are kept. */
  String SAMPLING = "sampling";

  /** Name of the settings of the evaluators that judge traces. */
  String EVALUATORS = "evaluators";

  /** The texts by name. Cheap: it is asked again and again, from several threads. */
  Map<String, String> wanted();

  /**
   * What holds in a partition until its log says something, whatever any process was started with:
   * every trace is kept, and none is judged.
   */
  static String initial(String name) {
    return name.equals(EVALUATORS) ? "none" : "";
  }

  /** What the settings say, for good. */
  static Configuration of(TopologySettings settings) {
    Map<String, String> wanted =
        Map.of(SAMPLING, settings.samplingRules(), EVALUATORS, settings.evaluators());
    return () -> wanted;
  }
}
