package dev.recount.topology.sampling;

import dev.recount.topology.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The number of 56 bits that decides for a trace which shares it is part of: the same for every
 * share and every sampler, so that a trace that is kept at 5 % is kept at 10 %, too.
 *
 * @param value from 0 to 2^56 - 1
 * @param stated what must be written into the trace state for others to find the same number; empty
 *     where the trace ID or the trace state yields it
 */
record Randomness(long value, OptionalLong stated) {
  static final long RANGE = 1L << 56;

  private static final int DIGITS = 14;
  private static final int HEXADECIMAL = 16;
  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

  /** A random number is as small as this once in 16 million times; a counter always is. */
  private static final long IMPLAUSIBLY_SMALL = RANGE >> 24;

  /**
   * The randomness of a trace: what its trace state says, else the last 56 bits of its ID, as W3C
   * and OpenTelemetry define it. IDs that are plainly not random, as those that count up, are
   * hashed.
   */
  static Randomness of(String traceId, TraceState traceState) {
    OptionalLong given = traceState.randomness();
    if (given.isPresent()) {
      return new Randomness(given.getAsLong(), OptionalLong.empty());
    }
    if (TRACE_ID.matcher(traceId).matches()) {
      long last = Long.parseLong(traceId.substring(traceId.length() - DIGITS), HEXADECIMAL);
      if (last >= IMPLAUSIBLY_SMALL) {
        return new Randomness(last, OptionalLong.empty());
      }
    }
    byte[] hash = Sha256.newDigest().digest(traceId.getBytes(StandardCharsets.UTF_8));
    long hashed = ByteBuffer.wrap(hash).getLong() >>> Byte.SIZE;
    return new Randomness(hashed, OptionalLong.of(hashed));
  }
}
