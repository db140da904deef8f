package dev.recount.topology.fold;

import dev.recount.avro.DecisionRecord;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a trace's decisions, in order of their steps: a list whose rows are made when one of
 * them is asked for. A large trace has many, and often nobody needs several at once: {@link
 * #forEachOnce} makes each for a moment.
 *
 * <p>For use by one thread.
 */
public final class DecisionList extends AbstractList<DecisionRecord> implements RandomAccess {
  private final int size;
  private final IntFunction<DecisionRecord> maker;

  /** What is set in each row after it was made, in this order. */
  private final List<Consumer<DecisionRecord>> layers = new ArrayList<>();

  private @Nullable List<DecisionRecord> rows;

  /**
   * @param maker makes the row at a place, from 0 on, the same whenever it is called
   */
  DecisionList(int size, IntFunction<DecisionRecord> maker) {
    this.size = size;
    this.maker = maker;
  }

  private DecisionList(List<DecisionRecord> rows) {
    this(rows.size(), rows::get);
    this.rows = rows;
  }

  /** A list of rows that are there. */
  public static DecisionList of(List<DecisionRecord> rows) {
    return new DecisionList(rows);
  }

  /**
   * Sets something in every row, which may not be made yet. It may be set several times, in a row
   * that is made anew, and must look at nothing in this list but the row.
   */
  public void lay(Consumer<DecisionRecord> layer) {
    layers.add(layer);
    if (rows != null) {
      rows.forEach(layer);
    }
  }

  /** Hands every row over in order. It may be changed there, and may be gone afterwards. */
  public void forEachOnce(Consumer<DecisionRecord> visitor) {
    if (rows != null) {
      rows.forEach(visitor);
      return;
    }
    for (int index = 0; index < size; index++) {
      visitor.accept(make(index));
    }
  }

  private DecisionRecord make(int index) {
    DecisionRecord row = maker.apply(index);
    layers.forEach(layer -> layer.accept(row));
    return row;
  }

  @Override
  public DecisionRecord get(int index) {
    if (rows == null) {
      List<DecisionRecord> made = new ArrayList<>(size);
      forEachOnce(made::add);
      rows = made;
    }
    return rows.get(index);
  }

  @Override
  public int size() {
    return size;
  }
}
