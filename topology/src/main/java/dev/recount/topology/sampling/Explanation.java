package dev.recount.topology.sampling;

import java.util.List;

/**
 * How a rule set comes to its verdict on a trace.
 *
 * @param verdict what it says
 * @param rules the rules up to the one that decides, in order
 * @param share the share that the trace had to be one of; empty when no share was asked for
 * @param randomness where the trace lies, from 0 to 1: it is one of a share of p from 1 - p on
 */
public record Explanation(
    Verdict verdict, List<ExplainedRule> rules, String share, double randomness) {

  /**
   * A rule that was asked.
   *
   * @param name its name
   * @param decision what it does with traces that it is about
   * @param finding whether it is about the trace, and why
   */
  public record ExplainedRule(String name, String decision, Finding finding) {}
}
