package dev.recount.topology;

import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.model.ModelTable;

/**
 * How telemetry is read: what a team's own settings add to the tables that come with Recount.
 *
 * @param mapper which attributes state what
 * @param models prices and context limits
 */
public record Interpretation(SpanMapper mapper, ModelTable models) {
  private static final Interpretation STANDARD =
      new Interpretation(SpanMapper.standard(), ModelTable.standard());

  /** The tables as they come. */
  public static Interpretation standard() {
    return STANDARD;
  }
}
