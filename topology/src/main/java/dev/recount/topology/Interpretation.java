package dev.recount.topology;

import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.model.ModelTable;

/**
 * How telemetry is read and judged: what a team's own settings add to what comes with Recount.
 *
 * @param mapper which attributes state what
 * @param models prices and context limits
 * @param evaluators judge each trace
 */
public record Interpretation(SpanMapper mapper, ModelTable models, Evaluators evaluators) {
  private static final Interpretation STANDARD =
      new Interpretation(SpanMapper.standard(), ModelTable.standard(), Evaluators.none());

  /** The tables as they come, and no evaluators. */
  public static Interpretation standard() {
    return STANDARD;
  }
}
