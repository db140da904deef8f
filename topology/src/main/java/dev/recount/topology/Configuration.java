package dev.recount.topology;

import java.util.HashMap;
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

  /**
   * What a replay has put in the place of what the log says, by name. For good: an application has
   * the same ones for as long as it is in force.
   */
  default Map<String, Replacement> replacements() {
    return Map.of();
  }

  /**
   * What holds from the beginning of the log on.
   *
   * @param replay the replay that said so. Of the changes in the log those hold that name it too:
   *     they came after it. Empty where the log begins with what holds, so that all of its changes
   *     came after
   * @param text what holds
   * @param edition its number, from 1 on; changes that come after count on from it
   * @param since log time at which it came into force, milliseconds since the Unix epoch: what a
   *     partition tells of changes before is in it already; 0 where it holds from the beginning on
   */
  record Replacement(String replay, String text, long edition, long since) {
    /** One that earlier versions of Recount have written has no number, and was the first. */
    public Replacement {
      edition = Math.max(1, edition);
    }
  }

  /** What the settings say, for good. */
  static Configuration of(TopologySettings settings) {
    return of(settings, Map.of());
  }

  /** What the settings say, for good, with what a replay put in the place of what the log says. */
  static Configuration of(TopologySettings settings, Map<String, Replacement> replacements) {
    return new Fixed(
        Map.of(SAMPLING, settings.samplingRules(), EVALUATORS, settings.evaluators()),
        Map.copyOf(replacements));
  }

  /** What a replay puts in the place of what the log says, which is what is wanted then, too. */
  static Configuration replacing(TopologySettings settings, Map<String, Replacement> replacements) {
    Map<String, String> wanted = new HashMap<>(of(settings).wanted());
    replacements.forEach((name, replacement) -> wanted.put(name, replacement.text()));
    return new Fixed(Map.copyOf(wanted), Map.copyOf(replacements));
  }

  /** Configuration that does not change. */
  record Fixed(Map<String, String> wanted, Map<String, Replacement> replacements)
      implements Configuration {}
}
