package dev.recount.cli.sampling;

import dev.recount.cli.trace.Paint;
import dev.recount.topology.sampling.Explanation;
import dev.recount.topology.sampling.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An explanation in words. */
final class ExplanationText {
  private static final String INDENT = "  ";

  private final Paint paint;

  ExplanationText(boolean colours) {
    this.paint = new Paint(colours);
  }

  /**
   * The explanation of a trace.
   *
   * @param file where the rules come from
   */
  List<String> lines(StoredTrace trace, Explanation explanation, String file) {
    List<String> lines = new ArrayList<>();
    lines.add("Trace " + paint.bold(trace.traceId()) + " " + stored(trace));
    lines.add("");
    lines.add("By the rules in " + file + ":");
    for (Explanation.ExplainedRule rule : explanation.rules()) {
      boolean decides = rule.finding().holds();
      lines.add(
          mark(decides)
              + " "
              + (decides ? paint.bold(rule.name()) : rule.name())
              + paint.faint("  → " + rule.decision()));
      finding(rule.finding(), INDENT + INDENT, lines);
    }
    if (!explanation.share().isEmpty()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Its randomness is %.4f of 1; a share of %s begins at 1 minus the share.",
              explanation.randomness(),
              explanation.share()));
    }
    lines.add(
        "So it is "
            + (explanation.verdict().retained() ? paint.good("kept") : paint.warning("not kept"))
            + " by "
            + explanation.verdict().rule()
            + ".");
    notes(trace, explanation, lines);
    return lines;
  }

  private String stored(StoredTrace trace) {
    if (trace.provisional()) {
      return "has not been decided on: it has not settled.";
    }
    if (trace.retainedBy().isEmpty()) {
      return "is kept: there were no rules when it settled.";
    }
    return (trace.retained() ? paint.good("is kept") : paint.warning("is not kept"))
        + " by "
        + paint.bold(trace.retainedBy())
        + ", with weight "
        + trace.weight()
        + ".";
  }

  private static void notes(StoredTrace trace, Explanation explanation, List<String> lines) {
    boolean decided = !trace.provisional() && !trace.retainedBy().isEmpty();
    boolean agrees =
        trace.retained() == explanation.verdict().retained()
            && trace.retainedBy().equals(explanation.verdict().rule());
    if (decided && !agrees) {
      lines.add(
          "That is not what was decided. It was decided by other rules, or before all of this was"
              + " known and what is kept stays, or its window had closed.");
    }
    if (!trace.evidence().spansKnown()) {
      lines.add(
          "Its spans are not kept: conditions on spans, attributes and trace state look as if there"
              + " were none.");
    }
  }

  private void finding(Finding finding, String indent, List<String> lines) {
    boolean trivial = finding.parts().isEmpty() && finding.actual().isEmpty();
    if (trivial) {
      lines.add(indent + mark(finding.holds()) + " about every trace");
      return;
    }
    lines.add(
        indent
            + mark(finding.holds())
            + " "
            + finding.condition()
            + (finding.actual().isEmpty() ? "" : paint.faint(": " + finding.actual())));
    finding.parts().forEach(part -> finding(part, indent + INDENT, lines));
  }

  private String mark(boolean holds) {
    return holds ? paint.good("✓") : paint.faint("✗");
  }
}
