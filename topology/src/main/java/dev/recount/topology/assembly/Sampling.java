package dev.recount.topology.assembly;

import dev.recount.avro.SnapshotRecord;
import dev.recount.avro.Span;
import dev.recount.schemas.UndecodableException;
import dev.recount.schemas.yaml.YamlException;
import dev.recount.topology.Configuration;
import dev.recount.topology.fold.TraceRows;
import dev.recount.topology.sampling.Evidence;
import dev.recount.topology.sampling.RuleSet;
import dev.recount.topology.sampling.Unretained;
import dev.recount.topology.sampling.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides on traces by the rules in force when they settle. What comes later is put to the same
 * rules, as long as the trace is held: it can have the trace kept, but never given up.
 */
final class Sampling {
  private static final int NO_RULE = -1;
  private static final int READMISSION = -2;

  private final ConfigurationLog configuration;
  private final Emissions emissions;
  private final long stateRetention;
  private final SamplingMetrics metrics;

  /** Rules by their edition. */
  private final Map<Long, RuleSet> parsed = new HashMap<>();

  Sampling(ConfigurationLog configuration, AssemblyParts parts, SamplingMetrics metrics) {
    this.configuration = configuration;
    this.emissions = parts.emissions();
    this.metrics = metrics;
    this.stateRetention = parts.settings().stateRetention().toMillis();
  }

  /**
   * Makes sure that rules can be followed before they come into force.
   *
   * @throws UndecodableException when they cannot
   */
  static void check(String rules) {
    try {
      if (!rules.isEmpty()) {
        RuleSet.parse(Configuration.SAMPLING, rules);
      }
    } catch (YamlException refused) {
      throw new UndecodableException("Rules of sampling: " + refused.getMessage(), refused);
    }
  }

  /** Decides, unless that stands, notes the fate in the header and marks the rows by it. */
  void decide(TraceHeader header, TraceRows rows, List<Span> spans) {
    Fate before = header.fate;
    if (before.state() != Fate.State.CLOSED) {
      boolean first = before.state() == Fate.State.UNDECIDED;
      long edition = first ? configuration.edition(Configuration.SAMPLING) : before.ruleSet();
      RuleSet rules = ruleSet(edition);
      header.fate =
          rules == null
              ? Fate.UNRULED
              : next(before, edition, rules, rules.decide(Evidence.of(rows, spans)));
    }
    if (header.fate.threshold() != before.threshold() && header.releasedSequence > 0) {
      // What has been released states another threshold.
      header.releasedSequence = 0;
      header.setUnreleased(true);
    }
    mark(header.fate, rows);
  }

  private Fate next(Fate before, long edition, RuleSet rules, Verdict verdict) {
    boolean decided = before.state() == Fate.State.OPEN;
    if (decided && before.retained() && !verdict.retained()) {
      // What is kept stays.
      return before;
    }
    if (!decided) {
      metrics.decided(verdict.rule(), verdict.retained());
    } else if (verdict.retained() && !before.retained()) {
      metrics.readmitted(verdict.rule());
    }
    return new Fate(
        Fate.State.OPEN,
        verdict.retained(),
        edition,
        indexOf(rules, verdict.rule()),
        verdict.weight(),
        verdict.threshold(),
        Math.min(rules.window().toMillis(), stateRetention));
  }

  private static int indexOf(RuleSet rules, String rule) {
    return switch (rule) {
      case RuleSet.NO_RULE -> NO_RULE;
      case RuleSet.READMISSION -> READMISSION;
      default -> rules.names().indexOf(rule);
    };
  }

  /** Whether a trace can share another fate when it only has more spans, or ends later. */
  boolean asksForSize(Fate fate) {
    RuleSet rules = fate.state() == Fate.State.CLOSED ? null : ruleSet(fate.ruleSet());
    return rules != null && rules.asksForSize();
  }

  /** Says in rows what the fate of their trace is, those of snapshots apart. */
  void mark(Fate fate, TraceRows rows) {
    if (!fate.ruled()) {
      return;
    }
    String rule = ruleOf(fate);
    boolean retained = fate.retained();
    double weight = fate.weight();
    rows.trace().setRetained(retained);
    rows.trace().setRetainedBy(rule);
    rows.trace().setSampleWeight(weight);
    rows.decisions()
        .lay(
            row -> {
              row.setRetained(retained);
              row.setRetainedBy(rule);
              row.setSampleWeight(weight);
            });
    rows.evaluations()
        .forEach(
            row -> {
              row.setRetained(retained);
              row.setRetainedBy(rule);
              row.setSampleWeight(weight);
            });
  }

  /** Says in the row of a snapshot what the fate of its trace is. */
  void mark(Fate fate, SnapshotRecord row) {
    if (fate.ruled()) {
      row.setRetained(fate.retained());
      row.setRetainedBy(ruleOf(fate));
      row.setSampleWeight(fate.weight());
    }
  }

  private String ruleOf(Fate fate) {
    if (fate.rule() == READMISSION) {
      return RuleSet.READMISSION;
    }
    RuleSet rules = ruleSet(fate.ruleSet());
    return fate.rule() == NO_RULE || rules == null
        ? RuleSet.NO_RULE
        : rules.names().get(fate.rule());
  }

  /** Which rows of a trace are emitted. */
  Unretained emitted(Fate fate) {
    if (fate.retained()) {
      return Unretained.ALL_ROWS;
    }
    RuleSet rules = ruleSet(fate.ruleSet());
    return rules == null ? Unretained.ALL_ROWS : rules.unretained();
  }

  /** The fate of a trace whose state was given up; it stands. */
  Fate ofExpired(String trace) {
    return Fate.noted(emissions.load(trace));
  }

  /** The rules of an edition; null when it says that there are none. */
  private @Nullable RuleSet ruleSet(long edition) {
    RuleSet known = parsed.get(edition);
    if (known != null) {
      return known;
    }
    String text = configuration.text(Configuration.SAMPLING, edition);
    if (text.isEmpty()) {
      return null;
    }
    RuleSet rules = RuleSet.parse(Configuration.SAMPLING, text);
    parsed.put(edition, rules);
    return rules;
  }
}
