package dev.recount.schemas;

/**
 * The text form of W3C trace and span IDs: 32 and 16 lower-case hexadecimal digits, not all zero.
 *
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header-field-values">W3C Trace
 *     Context</a>
 */
public final class TraceIds {
  /** Digits of a trace ID. */
  public static final int TRACE_ID_DIGITS = 32;

  /** Digits of a span ID. */
  public static final int SPAN_ID_DIGITS = 16;

  private TraceIds() {}

  /** Whether the text is a valid trace ID in canonical form. */
  public static boolean isTraceId(String text) {
    return isId(text, TRACE_ID_DIGITS);
  }

  /** Whether the text is a valid span ID in canonical form. */
  public static boolean isSpanId(String text) {
    return isId(text, SPAN_ID_DIGITS);
  }

  private static boolean isId(String text, int digits) {
    if (text.length() != digits) {
      return false;
    }
    boolean nonZero = false;
    for (int i = 0; i < digits; i++) {
      char digit = text.charAt(i);
      if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
        return false;
      }
      nonZero |= digit != '0';
    }
    return nonZero;
  }
}
