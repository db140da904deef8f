package dev.recount.topology.sampling;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a rule does with the traces that it is about. */
sealed interface Decision {
  /** Keeps all of them. */
  record Keep() implements Decision {
    @Override
    public String toString() {
      return "keep";
    }
  }

  /** Keeps none of them. */
  record Drop() implements Decision {
    @Override
    public String toString() {
      return "drop";
    }
  }

  /**
   * Keeps a share of them.
   *
   * @param share of those that {@code shares} says nothing of
   * @param per whose values have shares of their own; null for none
   * @param shares by value
   */
  record Sample(Share share, Vocabulary.@Nullable Term<Evidence> per, Map<String, Share> shares)
      implements Decision {
    /** The share that a trace is one of; where it has several values, the largest of theirs. */
    Share of(Evidence evidence) {
      if (per == null) {
        return share;
      }
      List<?> values = per.values().apply(evidence);
      Share largest = null;
      for (Object value : values) {
        Share own = shares.getOrDefault(Values.text(value), share);
        if (largest == null || own.probability().compareTo(largest.probability()) > 0) {
          largest = own;
        }
      }
      return largest == null ? share : largest;
    }

    /** Whether the share depends on one of these terms. */
    boolean asksFor(Set<String> terms) {
      return per != null && terms.contains(per.name());
    }

    @Override
    public String toString() {
      return per == null ? "keep " + share : "keep " + share + ", by " + per.name() + " " + shares;
    }
  }
}
