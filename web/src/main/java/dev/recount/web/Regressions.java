package dev.recount.web;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalLong;
import java.util.Set;

/** Finds out which change of a version made things worse. Used by several threads at once. */
public interface Regressions {
  /** What may have got worse. */
  Set<String> MEASURES = Set.of("outcome", "score", "error", "cost", "latency");

  /**
   * What is asked. Texts that are empty stand for all.
   *
   * @param measure one of {@link #MEASURES}
   * @param evaluator whose scores count, with the measure {@code score}
   * @param agent name of the agent
   * @param service name of the service
   * @param environment the environment
   * @param fromMicros the earliest start, in microseconds since the epoch
   * @param toMicros the start before which traces count, likewise
   * @param changeMicros since when it is worse, likewise; empty to look for it
   */
  record Question(
      String measure,
      String evaluator,
      String agent,
      String service,
      String environment,
      OptionalLong fromMicros,
      OptionalLong toMicros,
      OptionalLong changeMicros) {}

  /**
   * What {@code recount bisect --format json} answers, and beside it the {@code course} of the
   * measure over time, of all and of each finding: {@code start_us}, {@code traces}, {@code value}.
   *
   * @throws NotFound when there is nothing to compare, with the reason
   * @throws Unavailable when the tables do not answer
   */
  JsonNode search(Question question);
}
