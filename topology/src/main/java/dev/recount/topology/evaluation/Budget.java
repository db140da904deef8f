package dev.recount.topology.evaluation;

/**
 * What judging one trace may cost, in units of work and never in time, so that a slow machine
 * reaches the same verdict as a fast one. A unit is one decision, segment or node looked at, or
 * {@value #CHARACTERS_PER_UNIT} characters read.
 */
public final class Budget {
  /** Characters whose reading counts as one unit. */
  public static final int CHARACTERS_PER_UNIT = 64;

  private final long limit;
  private long spent;

  /** A budget of so many units. */
  public Budget(long limit) {
    this.limit = limit;
  }

  /** Units of reading a text. */
  public static long unitsOf(CharSequence text) {
    return 1 + text.length() / CHARACTERS_PER_UNIT;
  }

  /**
   * Takes units.
   *
   * @throws BudgetExceededException when there are not that many left
   */
  public void charge(long units) {
    spent += units;
    if (spent > limit) {
      throw new BudgetExceededException(limit);
    }
  }

  /** Takes the units of reading a text. */
  public void chargeFor(CharSequence text) {
    charge(unitsOf(text));
  }

  /** Units taken so far. */
  public long spent() {
    return spent;
  }
}
