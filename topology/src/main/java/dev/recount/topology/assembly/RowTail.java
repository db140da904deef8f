package dev.recount.topology.assembly;

import dev.recount.topology.assembly.Emissions.RowType;
import java.time.Instant;

/**
 * The end of an encoded row, where the emission stands: phase, revision, key time, deleted. What
 * comes before is the content. Telling the two apart in the bytes spares encoding every row twice,
 * once to see whether it changed and once to send it.
 */
final class RowTail {
  private static final int ENUM_BYTES = 1;
  private static final int BOOLEAN_BYTES = 1;

  private RowTail() {}

  /** Bytes from the first field that depends on the emission to the end of the row. */
  static int bytes(RowType type, long revision, Instant keyTime) {
    int phase = type == RowType.FEEDBACK ? 0 : ENUM_BYTES;
    return phase
        + AvroNumbers.bytes(revision)
        + AvroNumbers.bytes(keyTime.toEpochMilli())
        + BOOLEAN_BYTES;
  }
}
