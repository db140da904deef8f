package dev.recount.topology.assembly;

import dev.recount.topology.assembly.Emissions.Fingerprint;
import dev.recount.topology.assembly.Emissions.RowKey;
import dev.recount.topology.assembly.Emissions.RowType;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Whether a trace is kept, once that is decided: every span of it, however late, shares it.
 *
 * @param state how far the decision has come
 * @param retained whether spans and context are kept; so far they are as long as nothing is decided
 * @param ruleSet edition of the rules by which it is decided, now and later; 0 for none
 * @param rule which of them decided, see {@link Sampling}
 * @param weight how many traces it stands for
 * @param threshold OpenTelemetry's sampling threshold
 * @param held milliseconds after the last event for which what comes can still have it kept
 */
record Fate(
    State state,
    boolean retained,
    long ruleSet,
    int rule,
    double weight,
    long threshold,
    long held) {
  /** Nothing has been decided. */
  static final Fate UNDECIDED = new Fate(State.UNDECIDED, true, 0, 0, 1, 0, 0);

  /** There were no rules when it settled. */
  static final Fate UNRULED = new Fate(State.CLOSED, true, 0, 0, 1, 0, 0);

  private static final int DECIDED_BYTES = 1 + Long.BYTES + Integer.BYTES + 3 * Long.BYTES;

  /** How far a decision has come. Stored by position: append only. */
  enum State {
    UNDECIDED,
    /** What comes can still have the trace kept. */
    OPEN,
    /** It stands whatever comes. */
    CLOSED;

    private static final State[] ALL = values();
  }

  /** Whether rules have had a say in it. */
  boolean ruled() {
    return ruleSet > 0;
  }

  /** The fate when an event comes: it stands when none has come for long. */
  Fate at(long now, long lastAppend) {
    return state == State.OPEN && now >= lastAppend + held ? closed() : this;
  }

  Fate closed() {
    return new Fate(State.CLOSED, retained, ruleSet, rule, weight, threshold, held);
  }

  /** Bytes of the encoded fate. */
  int bytes() {
    return ruled() ? 1 + DECIDED_BYTES : 1;
  }

  /** A trace that no rules have had a say in takes a single byte. */
  @SuppressWarnings("EnumOrdinal") // the ordinal is the stored form, see State
  void encode(ByteBuffer into) {
    into.put((byte) ((ruled() ? 1 << 4 : 0) | state.ordinal()));
    if (ruled()) {
      into.put((byte) (retained ? 1 : 0))
          .putLong(ruleSet)
          .putInt(rule)
          .putDouble(weight)
          .putLong(threshold)
          .putLong(held);
    }
  }

  static Fate decode(ByteBuffer from) {
    byte first = from.get();
    State state = State.ALL[first & 0xf];
    if (first >> 4 == 0) {
      return state == State.UNDECIDED ? UNDECIDED : UNRULED;
    }
    return new Fate(
        state,
        from.get() != 0,
        from.getLong(),
        from.getInt(),
        from.getDouble(),
        from.getLong(),
        from.getLong());
  }

  /** Notes the fate among what has been emitted, which outlives the header. */
  void note(RowChanges changes) {
    if (ruled()) {
      String id = ruleSet + " " + rule + " " + (retained ? 1 : 0);
      changes.note(
          RowType.FATE, id, new Fingerprint(Double.doubleToRawLongBits(weight), threshold));
    }
  }

  /** The fate of a trace of which no more is left than what it has emitted. */
  static Fate noted(Map<RowKey, Fingerprint> emitted) {
    for (Map.Entry<RowKey, Fingerprint> row : emitted.entrySet()) {
      if (row.getKey().type() == RowType.FATE) {
        String[] id = row.getKey().id().split(" ", -1);
        return new Fate(
            State.CLOSED,
            id[2].equals("1"),
            Long.parseLong(id[0]),
            Integer.parseInt(id[1]),
            Double.longBitsToDouble(row.getValue().high()),
            row.getValue().low(),
            0);
      }
    }
    return UNRULED;
  }
}
