package dev.recount.topology.sampling;

import dev.recount.topology.sampling.Explanation.ExplainedRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Rules that decide which traces are kept: the first that is about a trace decides. A pure function
 * of the trace, so that whoever asks, and when, gets the same verdict.
 */
public final class RuleSet {
  /** Stands in {@code retained_by} when no rule is about a trace: it is kept. */
  public static final String NO_RULE = "no_rule";

  /** Stands in {@code retained_by} when a trace is kept for what readmission names. */
  public static final String READMISSION = "readmission";

  private static final String DEFAULT_FILE = "default.yaml";

  private final List<Rule> rules;
  private final Condition<Evidence> readmission;
  private final Duration window;
  private final Unretained unretained;
  private final boolean asksForSize;

  RuleSet(
      List<Rule> rules, Condition<Evidence> readmission, Duration window, Unretained unretained) {
    this.rules = List.copyOf(rules);
    this.readmission = readmission;
    this.window = window;
    this.unretained = unretained;
    this.asksForSize =
        readmission.asksFor(Vocabularies.OF_SIZE)
            || rules.stream().anyMatch(rule -> rule.asksFor(Vocabularies.OF_SIZE));
  }

  /**
   * Whether the verdict may change with the number of a trace's spans or with its end alone, as all
   * that is known of what lies beyond its cap.
   */
  public boolean asksForSize() {
    return asksForSize;
  }

  /**
   * Reads rules from YAML.
   *
   * @param file what messages call it
   * @throws dev.recount.schemas.yaml.YamlException with line, column and remedy when they cannot be
   *     followed
   */
  public static RuleSet parse(String file, String yaml) {
    return RuleFile.read(file, yaml);
  }

  /** The rules that come with Recount, as YAML. */
  public static String defaultRules() {
    try (InputStream file =
        Objects.requireNonNull(RuleSet.class.getResourceAsStream(DEFAULT_FILE))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Names of the rules, in order. */
  public List<String> names() {
    return rules.stream().map(Rule::name).toList();
  }

  /**
   * How long a trace that is decided against is held after its last event, and what comes meanwhile
   * can still have it kept.
   */
  public Duration window() {
    return window;
  }

  /** What is emitted of traces that are not kept. */
  public Unretained unretained() {
    return unretained;
  }

  /** Decides on a trace. */
  public Verdict decide(Evidence evidence) {
    TraceState traceState = evidence.traceState();
    Randomness randomness = Randomness.of(evidence.trace().getTraceId(), traceState);
    Optional<Rule> first = rules.stream().filter(rule -> rule.when().holds(evidence)).findFirst();
    if (first.isEmpty()) {
      return kept(NO_RULE, Share.ALL, randomness, traceState);
    }
    Rule rule = first.get();
    if (rule.readmits() && readmission.holds(evidence)) {
      // Kept whatever its randomness: it would be readmitted, so it stands for itself alone.
      return kept(READMISSION, Share.ALL, randomness, traceState);
    }
    if (rule.decision() instanceof Decision.Sample sample) {
      Share share = sample.of(evidence);
      return randomness.value() >= share.threshold()
          ? kept(rule.name(), share, randomness, traceState)
          : new Verdict(false, rule.name(), 0, share.threshold());
    }
    return rule.decision() instanceof Decision.Keep
        ? kept(rule.name(), Share.ALL, randomness, traceState)
        : new Verdict(false, rule.name(), 0, Randomness.RANGE);
  }

  /** A trace that was sampled before it came here stands for those that were dropped there, too. */
  private static Verdict kept(
      String rule, Share share, Randomness randomness, TraceState traceState) {
    long own = share.threshold();
    OptionalLong before = traceState.threshold();
    if (before.isPresent()
        && before.getAsLong() > own
        && before.getAsLong() <= randomness.value()) {
      double weight = (double) Randomness.RANGE / (Randomness.RANGE - before.getAsLong());
      return new Verdict(true, rule, weight, before.getAsLong());
    }
    return new Verdict(true, rule, share.weight(), own);
  }

  /** Says how the verdict on a trace comes about. */
  public Explanation explain(Evidence evidence) {
    Randomness randomness = Randomness.of(evidence.trace().getTraceId(), evidence.traceState());
    List<ExplainedRule> explained = new ArrayList<>();
    String share = "";
    for (Rule rule : rules) {
      Finding finding = rule.when().explain(evidence);
      explained.add(new ExplainedRule(rule.name(), rule.decision().toString(), finding));
      if (finding.holds()) {
        if (rule.decision() instanceof Decision.Sample sample) {
          share = sample.of(evidence).toString();
        }
        if (rule.readmits()) {
          explained.add(new ExplainedRule(READMISSION, "keep", readmission.explain(evidence)));
        }
        break;
      }
    }
    return new Explanation(
        decide(evidence), explained, share, (double) randomness.value() / Randomness.RANGE);
  }
}
