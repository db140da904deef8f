package dev.recount.schemas;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Short texts that have come before, so that each is one String however often it comes. Remembers a
 * limited number; a text that comes once, such as an ID, drives none out, unless one came before it
 * that is alike at its beginning, in its middle and at its end.
 */
final class RepeatedTexts {
  /** Bytes of the longest; longer texts are rarely the same, and all of these are held. */
  static final int LONGEST = 512;

  private static final int PLACE_BITS = 10;
  private static final int PLACES = 1 << PLACE_BITS;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private final @Nullable Text[] places = new @Nullable Text[PLACES];

  /** Of the text that came last to each place and was not the one that is remembered there. */
  private final long[] candidates = new long[PLACES];

  @SuppressWarnings("ArrayRecordComponent")
  private record Text(byte[] bytes, String string) {}

  /** The text that a part of an array holds in UTF-8. */
  String text(byte[] from, int start, int length) {
    long hash = hash(from, start, length);
    int place = (int) (hash >>> (Long.SIZE - PLACE_BITS));
    Text known = places[place];
    if (known != null
        && Arrays.equals(known.bytes, 0, known.bytes.length, from, start, start + length)) {
      return known.string;
    }
    String string = new String(from, start, length, StandardCharsets.UTF_8);
    if (candidates[place] == hash) {
      places[place] = new Text(Arrays.copyOfRange(from, start, start + length), string);
    }
    candidates[place] = hash;
    return string;
  }

  /** Of the length, and of eight bytes at the beginning, in the middle and at the end. */
  private static long hash(byte[] from, int start, int length) {
    long hash = length;
    if (length >= Long.BYTES) {
      int last = start + length - Long.BYTES;
      hash = (hash ^ (long) LONGS.get(from, start)) * MULTIPLIER;
      hash = (hash ^ (hash >>> 32) ^ (long) LONGS.get(from, (start + last) >>> 1)) * MULTIPLIER;
      hash = (hash ^ (hash >>> 32) ^ (long) LONGS.get(from, last)) * MULTIPLIER;
    } else {
      for (int at = start; at < start + length; at++) {
        hash = (hash ^ from[at]) * MULTIPLIER;
      }
    }
    return (hash ^ (hash >>> 32)) * MULTIPLIER;
  }
}
