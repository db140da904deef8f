package dev.recount.topology.assembly;

import dev.recount.schemas.AvroCodec;
import dev.recount.topology.Sha256;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Which of two events with the same identity holds, whatever the order in which they came: the one
 * with the larger precedence, then the one with the larger SHA-256.
 */
final class Ranking {
  private Ranking() {}

  /**
   * Whether an event takes the place of the one that is filed.
   *
   * @param offset where the event starts in its array, its schema ID included
   * @param filedOffset likewise of the filed event
   */
  static boolean outranks(
      long precedence,
      byte[] event,
      int offset,
      long filedPrecedence,
      byte[] filed,
      int filedOffset) {
    if (precedence != filedPrecedence) {
      return precedence > filedPrecedence;
    }
    // The schema ID is no part of the content.
    int start = offset + AvroCodec.HEADER_BYTES;
    int filedStart = filedOffset + AvroCodec.HEADER_BYTES;
    if (Arrays.equals(event, start, event.length, filed, filedStart, filed.length)) {
      return false;
    }
    return Arrays.compareUnsigned(sha256(event, offset), sha256(filed, filedOffset)) > 0;
  }

  /**
   * Likewise of two events whose content has been hashed, see {@link #sha256(byte[])}. False for
   * equal content.
   */
  static boolean outranks(long precedence, byte[] sha256, long filedPrecedence, byte[] filed) {
    return precedence == filedPrecedence
        ? Arrays.compareUnsigned(sha256, filed) > 0
        : precedence > filedPrecedence;
  }

  /** SHA-256 of an event's content. */
  static byte[] sha256(byte[] event) {
    return sha256(event, 0);
  }

  /** Likewise, of an event that starts at an offset into the array. */
  static byte[] sha256(byte[] event, int offset) {
    MessageDigest digest = Sha256.newDigest();
    int start = offset + AvroCodec.HEADER_BYTES;
    digest.update(event, start, event.length - start);
    return digest.digest();
  }
}
