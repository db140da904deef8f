package dev.recount.topology.assembly;

import dev.recount.schemas.UndecodableException;
import dev.recount.schemas.yaml.YamlException;
import dev.recount.topology.Configuration;
import dev.recount.topology.Interpretation;
import dev.recount.topology.assembly.TraceHeader.Lifecycle;
import dev.recount.topology.evaluation.Evaluators;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By which evaluators a trace is judged: as long as it is open by those in force, from then on by
 * those that were when it settled.
 */
final class Judging {
  private static final Logger log = LoggerFactory.getLogger(Judging.class);

  private final ConfigurationLog configuration;
  private final Interpretation unjudged;
  private final EvaluatorMetrics metrics;

  /** Evaluators with the tables that telemetry is read by, by their edition. */
  private final Map<Long, Interpretation> editions = new HashMap<>();

  Judging(ConfigurationLog configuration, Interpretation unjudged, EvaluatorMetrics metrics) {
    this.configuration = configuration;
    this.unjudged = unjudged;
    this.metrics = metrics;
  }

  /**
   * Makes sure that settings can be followed before they come into force.
   *
   * @throws UndecodableException when they cannot
   */
  static void check(String settings) {
    try {
      Evaluators.of(settings);
    } catch (YamlException refused) {
      throw new UndecodableException("Settings of evaluators: " + refused.getMessage(), refused);
    }
  }

  /** What a trace is read and judged by in its next emission. */
  Interpretation of(TraceHeader header) {
    return edition(edition(header));
  }

  /** What a single event of a trace is read and judged by, with what was noted of others before. */
  Interpretation ofEvents(TraceHeader header, String owner, TraceNotes notes) {
    long edition = edition(header);
    Interpretation ofTrace = edition(edition);
    return ofTrace.judgedBy(
        ofTrace.evaluators().ofEvents(evaluator -> notes.memory(owner, evaluator, edition)));
  }

  /** Notes in the header of a trace that settles by whom it is judged from now on. */
  void settle(TraceHeader header) {
    header.evaluators = edition(header);
  }

  /** What a trace is judged by of which only an anchor is left. */
  Interpretation of(Anchor anchor) {
    return edition(anchor.evaluators());
  }

  private long edition(TraceHeader header) {
    return header.lifecycle == Lifecycle.OPEN
        ? configuration.edition(Configuration.EVALUATORS)
        : header.evaluators;
  }

  private Interpretation edition(long edition) {
    Interpretation known = editions.get(edition);
    if (known != null) {
      return known;
    }
    String text = configuration.text(Configuration.EVALUATORS, edition);
    Evaluators evaluators;
    try {
      evaluators = Evaluators.of(text).timedBy(System::nanoTime);
    } catch (YamlException refused) {
      // It could be followed when it came into force: an evaluator has left the class path.
      log.error("Nobody judges by these settings any more: {}", refused.getMessage());
      evaluators = Evaluators.none();
    }
    metrics.watch(evaluators);
    Interpretation judged = unjudged.judgedBy(evaluators);
    editions.put(edition, judged);
    return judged;
  }
}
