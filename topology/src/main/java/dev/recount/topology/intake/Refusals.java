package dev.recount.topology.intake;

import java.util.ArrayList;
import java.util.List;

/** Collects what was refused of one record, for a single dead letter that names the first few. */
final class Refusals {
  private static final int NAMED = 5;

  private final List<String> named = new ArrayList<>();
  private int count;

  void add(String refusal) {
    count++;
    if (named.size() < NAMED) {
      named.add(refusal);
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  @Override
  public String toString() {
    String more = count > NAMED ? "; and " + (count - NAMED) + " more" : "";
    return String.join("; ", named) + more;
  }
}
