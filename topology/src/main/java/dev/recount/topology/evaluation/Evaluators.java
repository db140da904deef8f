package dev.recount.topology.evaluation;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.TraceRecord;
import dev.recount.schemas.yaml.YamlException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The evaluators in force. Judges a trace by each of them within its budget; one that throws or
 * wants more is isolated: its verdict on that trace is {@value Verdict#ERROR}, and the others go
 * on.
 */
public final class Evaluators {
  /** Verdicts of one evaluator on one trace. */
  private static final int MOST_VERDICTS = 10_000;

  private static final Evaluators NONE = new Evaluators(List.of(), Limits.STANDARD);

  private final List<Evaluator> evaluators;
  private final List<Evaluator> watching;
  private final Limits limits;
  private final LongSupplier stopwatch;
  private final Map<String, Count> counts;

  /** What an evaluator has done so far in this process. */
  private static final class Count {
    final LongAdder traces = new LongAdder();
    final LongAdder adverse = new LongAdder();
    final LongAdder errors = new LongAdder();
    final LongAdder units = new LongAdder();
    final LongAdder nanoseconds = new LongAdder();
  }

  /**
   * What an evaluator has done since its process started.
   *
   * @param traces traces that it was asked about, each time that they were folded
   * @param adverse traces that it faulted
   * @param errors traces and single events for which it threw or ran out of budget
   * @param units units of work that it took
   * @param nanoseconds how long that took, if anybody measures
   */
  public record Counts(long traces, long adverse, long errors, long units, long nanoseconds) {
    /** Both together. */
    public Counts plus(Counts other) {
      return new Counts(
          traces + other.traces,
          adverse + other.adverse,
          errors + other.errors,
          units + other.units,
          nanoseconds + other.nanoseconds);
    }
  }

  Evaluators(List<Evaluator> evaluators, Limits limits) {
    this(evaluators, limits, () -> 0);
  }

  private Evaluators(List<Evaluator> evaluators, Limits limits, LongSupplier stopwatch) {
    this(evaluators, limits, stopwatch, new LinkedHashMap<>());
    evaluators.forEach(evaluator -> counts.put(evaluator.id(), new Count()));
  }

  private Evaluators(
      List<Evaluator> evaluators,
      Limits limits,
      LongSupplier stopwatch,
      Map<String, Count> counts) {
    this.stopwatch = stopwatch;
    this.counts = counts;
    this.evaluators = List.copyOf(evaluators);
    this.watching = evaluators.stream().filter(Evaluator::watches).toList();
    this.limits = limits;
  }

  /** No evaluators. */
  public static Evaluators none() {
    return NONE;
  }

  /**
   * The same, counting anew how long each takes. No verdict knows of it.
   *
   * @param nanoseconds tells the time, from any origin
   */
  public Evaluators timedBy(LongSupplier nanoseconds) {
    return new Evaluators(evaluators, limits, nanoseconds);
  }

  /** All that are found, with their defaults. */
  public static Evaluators standard() {
    return EvaluatorsFile.standard();
  }

  /**
   * Evaluators by a setting.
   *
   * @param setting {@code none}, {@code default}, or the text of a file
   * @throws YamlException with line, column and remedy when the text cannot be followed
   */
  public static Evaluators of(String setting) {
    return switch (setting.strip()) {
      case "none" -> none();
      case "default", "" -> standard();
      default -> parse("evaluators", setting);
    };
  }

  /**
   * Evaluators by a file.
   *
   * @param file what messages call it
   * @param yaml its text
   * @throws YamlException with line, column and remedy when it cannot be followed
   */
  public static Evaluators parse(String file, String yaml) {
    return EvaluatorsFile.read(file, yaml);
  }

  /** IDs of the evaluators, in the order in which they judge. */
  public List<String> ids() {
    return evaluators.stream().map(Evaluator::id).toList();
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return evaluators.isEmpty();
  }

  /** Whether single events can call for judging their trace at once. */
  public boolean watches() {
    return !watching.isEmpty();
  }

  /** What the evaluators want done about a single event. */
  public Suspicion suspicion(EventView event) {
    Suspicion suspicion = Suspicion.NONE;
    for (Evaluator evaluator : watching) {
      try {
        boolean suspect = evaluator.suspects(event);
        boolean inTrace = suspect && evaluator.needsTrace(event);
        suspicion =
            new Suspicion(
                suspicion.suspect() || suspect,
                suspicion.inTrace() || inTrace,
                suspicion.evidence() || evaluator.remembers(event));
      } catch (RuntimeException | StackOverflowError | LinkageError failed) {
        count(evaluator).errors.increment();
      }
    }
    return suspicion;
  }

  /**
   * Those that judge single events, to be asked about one of them in the place of a trace.
   *
   * @param memories the memory of each, by its ID
   */
  public Evaluators ofEvents(Function<String, Memory> memories) {
    List<Evaluator> ofEvents = new ArrayList<>(watching.size());
    for (Evaluator evaluator : watching) {
      ofEvents.add(new OfEvent(evaluator, memories.apply(evaluator.id())));
    }
    return new Evaluators(ofEvents, limits, stopwatch, counts);
  }

  /** Has an evaluator judge a single event where others judge traces. */
  private record OfEvent(Evaluator evaluator, Memory memory) implements Evaluator {
    @Override
    public String id() {
      return evaluator.id();
    }

    @Override
    public String version() {
      return evaluator.version();
    }

    @Override
    public Subject judges() {
      return evaluator.judges();
    }

    @Override
    public List<Verdict> evaluate(TraceView event, Budget budget) {
      return evaluator.judgeEvent(event, memory, budget);
    }
  }

  /** What each evaluator has done, by its ID. */
  public Map<String, Counts> counts() {
    return counts.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    new Counts(
                        entry.getValue().traces.sum(),
                        entry.getValue().adverse.sum(),
                        entry.getValue().errors.sum(),
                        entry.getValue().units.sum(),
                        entry.getValue().nanoseconds.sum()),
                (one, other) -> one,
                LinkedHashMap::new));
  }

  private Count count(Evaluator evaluator) {
    Count count = counts.get(evaluator.id());
    return count == null ? new Count() : count;
  }

  /** The verdicts on a trace, evaluator by evaluator. Costs time in proportion to its size. */
  public List<Judgement> judge(TraceFacts facts) {
    if (evaluators.isEmpty()) {
      return List.of();
    }
    long units = facts.units();
    Set<String> decisions = decisionIds(facts);
    List<Judgement> judgements = new ArrayList<>();
    for (Evaluator evaluator : evaluators) {
      for (Verdict verdict : verdicts(evaluator, facts, decisions, limits.budget(units))) {
        judgements.add(new Judgement(evaluator.id(), evaluator.version(), verdict));
      }
    }
    return judgements;
  }

  /**
   * Judges a trace of which only the rows are left, as when feedback comes after it has expired. An
   * evaluator that asks for no more than those says what it would have said of the whole trace.
   *
   * @return by their IDs the evaluators that could judge, with their verdicts; of the others, what
   *     they said before stands
   */
  public Map<String, List<Judgement>> judgeRows(
      TraceRecord trace, List<DecisionRecord> decisionRows) {
    TraceFacts facts = TraceFacts.ofRows(trace, decisionRows);
    long units = facts.units();
    Set<String> decisions = decisionIds(facts);
    Map<String, List<Judgement>> judgements = new LinkedHashMap<>();
    for (Evaluator evaluator : evaluators) {
      Budget budget = limits.budget(units);
      try {
        judgements.put(
            evaluator.id(),
            kept(evaluator.evaluate(new TraceView(facts, budget), budget), decisions).stream()
                .map(verdict -> new Judgement(evaluator.id(), evaluator.version(), verdict))
                .toList());
      } catch (EventsGoneException gone) {
        // It has said what there was to say.
      } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError failed) {
        count(evaluator).errors.increment();
      }
    }
    return judgements;
  }

  private static Set<String> decisionIds(TraceFacts facts) {
    Set<String> decisions = new HashSet<>();
    facts.decisions().forEach(decision -> decisions.add(decision.getDecisionId()));
    return decisions;
  }

  private List<Verdict> verdicts(
      Evaluator evaluator, TraceFacts facts, Set<String> decisions, Budget budget) {
    Count count = count(evaluator);
    boolean ofTrace = !(evaluator instanceof OfEvent);
    if (ofTrace) {
      count.traces.increment();
    }
    long began = stopwatch.getAsLong();
    try {
      List<Verdict> verdicts =
          kept(evaluator.evaluate(new TraceView(facts, budget), budget), decisions);
      if (ofTrace && verdicts.stream().anyMatch(Verdict::adverse)) {
        count.adverse.increment();
      }
      return verdicts;
    } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError failed) {
      count.errors.increment();
      return List.of(error(evaluator, failed));
    } finally {
      if (ofTrace) {
        count.units.add(budget.spent());
        count.nanoseconds.add(stopwatch.getAsLong() - began);
      }
    }
  }

  /** A class or a message of the Java machine says nothing to a replay: only what is the same. */
  private static Verdict error(Evaluator evaluator, Throwable failed) {
    String explanation =
        failed instanceof BudgetExceededException
            ? "It wanted " + failed.getMessage()
            : "It threw " + failed.getClass().getName();
    return new Verdict(evaluator.id(), null, null, null, Verdict.ERROR, explanation, List.of());
  }

  /** Verdicts with an identity of their own, on what is there, and no more than are allowed. */
  private List<Verdict> kept(List<Verdict> verdicts, Set<String> decisions) {
    List<Verdict> kept = new ArrayList<>();
    Set<Identity> known = new HashSet<>();
    Map<String, Integer> onDecisions = new HashMap<>();
    for (Verdict verdict : verdicts) {
      String decision = verdict.decisionId();
      if (decision != null && !decisions.contains(decision)) {
        throw new IllegalStateException("A verdict names a decision that is not the trace's");
      }
      boolean wanted = limits.passed() || !Boolean.TRUE.equals(verdict.passed());
      if (wanted
          && kept.size() < MOST_VERDICTS
          && known.add(new Identity(verdict.name(), decision))
          && (decision == null
              || onDecisions.merge(verdict.name(), 1, Integer::sum) <= limits.decisionVerdicts())) {
        kept.add(verdict);
      }
    }
    return kept;
  }

  private record Identity(String name, @Nullable String decision) {}
}
