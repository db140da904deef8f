package dev.recount.topology.evaluation;

/**
 * A verdict and who reached it.
 *
 * @param evaluator the evaluator's ID
 * @param version the evaluator's version
 */
public record Judgement(String evaluator, String version, Verdict verdict) {}
