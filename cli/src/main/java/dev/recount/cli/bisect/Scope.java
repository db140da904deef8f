package dev.recount.cli.bisect;

import java.util.Map;

/**
 * The traces that are looked at, by what they are and not by when they ran.
 *
 * @param measure what is measured of them
 * @param evaluator the evaluator whose scores count; empty for all
 * @param agent name of the agent; empty for all
 * @param service name of the service; empty for all
 * @param environment the environment; empty for all
 */
record Scope(Measure measure, String evaluator, String agent, String service, String environment) {
  Map<String, Object> parameters() {
    return Map.of(
        "evaluator", evaluator, "agent", agent, "service", service, "environment", environment);
  }
}
