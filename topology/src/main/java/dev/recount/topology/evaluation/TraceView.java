package dev.recount.topology.evaluation;

import dev.recount.avro.DecisionRecord;
import dev.recount.avro.Status;
import dev.recount.avro.TraceRecord;
import java.util.AbstractList;
import java.util.Collections;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A trace as it can be judged: read-only, complete as far as its events have come. Taking a
 * decision from it charges the budget by the size of the decision, so that whoever walks over the
 * decisions again and again runs out of budget and not out of time.
 */
public final class TraceView {
  private final TraceFacts facts;
  private final Budget budget;

  TraceView(TraceFacts facts, Budget budget) {
    this.facts = facts;
    this.budget = budget;
  }

  /** Trace ID, 32 lower-case hexadecimal digits. */
  public String id() {
    return trace().getTraceId();
  }

  /** Decisions in causal order. */
  public List<DecisionView> decisions() {
    return new Decisions();
  }

  /** Context windows in order of capture. */
  public List<WindowView> windows() {
    requireEvents();
    return new Windows();
  }

  /** Whether the root span is there and has ended. */
  public boolean rootEnded() {
    requireEvents();
    return facts.rootEnded();
  }

  /** Whether the trace failed by its own word. */
  public boolean failed() {
    return trace().getStatus() == Status.error;
  }

  /** Tokens that models read and wrote, sums of wrappers not counted; null when not known. */
  public @Nullable Long totalTokens() {
    return trace().getTotalTokens();
  }

  /** What the model calls cost, in billionths of a US dollar; null when not known. */
  public @Nullable Long costNanoUsd() {
    return trace().getCostNanoUsd();
  }

  /** Warnings, in ascending order. */
  public List<String> flags() {
    return Collections.unmodifiableList(trace().getFlags());
  }

  private void requireEvents() {
    if (facts.rowsAlone()) {
      throw new EventsGoneException();
    }
  }

  private TraceRecord trace() {
    return facts.trace();
  }

  private final class Decisions extends AbstractList<DecisionView> implements RandomAccess {
    @Override
    public DecisionView get(int index) {
      DecisionRecord row = facts.decisions().get(index);
      budget.charge(DecisionView.units(row));
      return new DecisionView(row);
    }

    @Override
    public int size() {
      return facts.decisions().size();
    }
  }

  private final class Windows extends AbstractList<WindowView> implements RandomAccess {
    @Override
    public WindowView get(int index) {
      budget.charge(1);
      return new WindowView(facts.windows().get(index), budget);
    }

    @Override
    public int size() {
      return facts.windows().size();
    }
  }
}
