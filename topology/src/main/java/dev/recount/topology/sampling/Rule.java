package dev.recount.topology.sampling;

import java.util.Set;

/**
 * A rule.
 *
 * @param name as rows say it in {@code retained_by}
 * @param when what traces it is about
 * @param decision what it does with them
 * @param readmits whether what it decides against may be kept after all by the set's readmission
 */
record Rule(String name, Condition<Evidence> when, Decision decision, boolean readmits) {
  /** Whether what it says depends on one of these terms. */
  boolean asksFor(Set<String> terms) {
    return when.asksFor(terms)
        || (decision instanceof Decision.Sample sample && sample.asksFor(terms));
  }
}
