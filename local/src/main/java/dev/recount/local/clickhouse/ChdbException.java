package dev.recount.local.clickhouse;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An error of the engine, in ClickHouse's own wording: {@code Code: 60. DB::Exception: ...
 * (UNKNOWN_TABLE)}.
 */
final class ChdbException extends Exception {
  private static final long serialVersionUID = 1L;

  /** ClickHouse's STD_EXCEPTION: an error that has no code of its own. */
  static final int NO_CODE = 1001;

  private static final Pattern CODE = Pattern.compile("Code: (\\d+)\\.");

  private final int code;

  ChdbException(String message) {
    super(message);
    Matcher matcher = CODE.matcher(message);
    this.code = matcher.find() ? Integer.parseInt(matcher.group(1)) : NO_CODE;
  }

  /** An error that this server raises itself, in the engine's wording. */
  static ChdbException of(int code, String name, String message) {
    return new ChdbException("Code: " + code + ". DB::Exception: " + message + ". (" + name + ")");
  }

  /** ClickHouse's number of the error. */
  int code() {
    return code;
  }
}
