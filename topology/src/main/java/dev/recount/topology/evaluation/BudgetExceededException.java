package dev.recount.topology.evaluation;

/** An evaluator wanted more work done for a trace than its budget allows. */
public final class BudgetExceededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BudgetExceededException(long limit) {
    // Without a stack trace: it is an outcome, and a costly one to describe.
    super("more than " + limit + " units of work", null, false, false);
  }
}
