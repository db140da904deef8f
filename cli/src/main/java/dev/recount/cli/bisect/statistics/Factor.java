package dev.recount.cli.bisect.statistics;

import java.util.Optional;

/** Something that may have made a difference: it covers some traces and not others. */
sealed interface Factor permits Change, TimeItself {
  boolean covers(Cell cell);
}

/**
 * Whatever else changed at that time, and touched old and new versions alike.
 *
 * @param stratum the stratum in which it did; empty for all of them
 */
record TimeItself(Optional<String> stratum) implements Factor {
  @Override
  public boolean covers(Cell cell) {
    return cell.after() && (stratum.isEmpty() || stratum.get().equals(cell.stratum()));
  }
}
