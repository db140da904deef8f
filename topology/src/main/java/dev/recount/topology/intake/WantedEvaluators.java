package dev.recount.topology.intake;

import dev.recount.schemas.yaml.YamlException;
import dev.recount.topology.Configuration;
import dev.recount.topology.evaluation.Evaluators;

/**
 * The evaluators that the operator wants. They are asked of events as those come in, to judge some
 * traces sooner; by which traces are judged in the end, the log says.
 */
public final class WantedEvaluators {
  private final Configuration configuration;

  private volatile Read read = new Read("none", Evaluators.none());

  private record Read(String settings, Evaluators evaluators) {}

  /** Follows a configuration. */
  public WantedEvaluators(Configuration configuration) {
    this.configuration = configuration;
  }

  /** Those that are wanted now. */
  Evaluators now() {
    String wanted = configuration.wanted().getOrDefault(Configuration.EVALUATORS, "");
    Read last = read;
    if (!last.settings().equals(wanted)) {
      last = new Read(wanted, followed(wanted, last.evaluators()));
      read = last;
    }
    return last.evaluators();
  }

  private static Evaluators followed(String wanted, Evaluators before) {
    try {
      return Evaluators.of(wanted);
    } catch (YamlException refused) {
      // It does not come into force either, and is reported there.
      return before;
    }
  }
}
