package dev.recount.topology.evaluation;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.TraceRecord;
import dev.recount.topology.context.Window;
import dev.recount.topology.context.WindowChange;
import java.util.List;

/**
 * What the fold hands over to be judged. The rows are complete but for verdicts.
 *
 * @param trace the trace's row
 * @param decisions in order of their steps
 * @param windows in order of capture
 * @param rootEnded whether the root span is there and has ended
 * @param contentCharacters characters of the distinct bodies of the windows' segments
 * @param rowsAlone whether windows and root are no longer known
 */
public record TraceFacts(
    TraceRecord trace,
    List<DecisionRecord> decisions,
    List<WindowFacts> windows,
    boolean rootEnded,
    long contentCharacters,
    boolean rowsAlone) {

  /** All that was folded. */
  public static TraceFacts of(
      TraceRecord trace,
      List<DecisionRecord> decisions,
      List<WindowFacts> windows,
      boolean rootEnded,
      long contentCharacters) {
    return new TraceFacts(trace, decisions, windows, rootEnded, contentCharacters, false);
  }

  /** What is left of a trace whose events are no longer there. */
  public static TraceFacts ofRows(TraceRecord trace, List<DecisionRecord> decisions) {
    return new TraceFacts(trace, decisions, List.of(), false, 0, true);
  }

  /**
   * A context window.
   *
   * @param agent whose it is; empty when nobody says
   * @param window its segments
   * @param change what became of the window before of the same agent
   */
  public record WindowFacts(String agent, Window window, WindowChange change) {}

  /** How much there is to read in the trace, in units of work. */
  long units() {
    long units = contentCharacters / Budget.CHARACTERS_PER_UNIT;
    for (DecisionRecord decision : decisions) {
      units += DecisionView.units(decision);
    }
    for (WindowFacts window : windows) {
      units += 1 + window.window().segments().size();
    }
    return units;
  }
}
