package dev.recount.connectors.importing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Identifiers that are functions of content: the same run has the same ones in every import. */
final class RunIds {
  private static final int TRACE_ID_DIGITS = 32;
  private static final int SPAN_ID_DIGITS = 16;

  /** Enough to tell versions of one prompt apart, short enough for a table. */
  private static final int VERSION_DIGITS = 8;

  private RunIds() {}

  /** SHA-256 in lower-case hexadecimal. */
  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every Java platform has SHA-256", impossible);
    }
  }

  /** SHA-256 of texts, none of which may contain a zero character. */
  static String sha256(String... parts) {
    return sha256(String.join("\0", parts).getBytes(StandardCharsets.UTF_8));
  }

  static String traceId(RecordedRun run) {
    return sha256("trace", run.identity()).substring(0, TRACE_ID_DIGITS);
  }

  /** Of a span, by what it is within its trace. */
  static String spanId(String traceId, String what, int number) {
    return sha256("span", traceId, what, Integer.toString(number)).substring(0, SPAN_ID_DIGITS);
  }

  /** Of anything that is unique within its trace. */
  static String id(String traceId, String what, int number) {
    return sha256(what, traceId, Integer.toString(number)).substring(0, TRACE_ID_DIGITS);
  }

  /** Version of a text: a short hash of it. */
  static String version(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, VERSION_DIGITS);
  }
}
