package dev.recount.local.clickhouse;

/** Which HTTP status ClickHouse answers for which of its errors. */
final class ErrorStatus {
  static final int BAD_ARGUMENTS = 36;
  static final int SYNTAX_ERROR = 62;
  static final int READONLY = 164;
  static final int QUERY_IS_TOO_LARGE = 229;
  static final int INTO_OUTFILE_NOT_ALLOWED = 358;
  static final int SESSION_NOT_FOUND = 372;
  static final int SESSION_IS_LOCKED = 373;
  static final int BAD_REQUEST_PARAMETER = 408;

  private ErrorStatus() {}

  /** The status for an error code; 500 for what has none of its own. */
  static int of(int code) {
    return switch (code) {
      // CANNOT_PARSE_..., CANNOT_READ_ALL_DATA, BAD_ARGUMENTS, CHECKSUM_DOESNT_MATCH, wrong types
      // and arguments,
      // SYNTAX_ERROR, INCORRECT_DATA, CANNOT_DECOMPRESS, wrong request and query parameters
      case 6,
          8,
          25,
          26,
          27,
          33,
          36,
          38,
          40,
          41,
          42,
          43,
          53,
          62,
          72,
          117,
          271,
          358,
          376,
          408,
          456,
          457 ->
          400;
      // READONLY
      case 164 -> 403;
      // NO_SUCH_COLUMN_IN_TABLE, UNKNOWN_FUNCTION, ..._IDENTIFIER, ..._TYPE, ..._STORAGE,
      // ..._TABLE,
      // ..._AGGREGATE_FUNCTION, ..._FORMAT, ..._TYPE_OF_QUERY, ..._DATABASE, ..._SETTING,
      // SESSION_NOT_FOUND
      case 16, 46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 372 -> 404;
      // TIMEOUT_EXCEEDED
      case 159 -> 408;
      // SESSION_IS_LOCKED
      case 373 -> 409;
      // QUERY_IS_TOO_LARGE
      case 229 -> 413;
      // NOT_IMPLEMENTED
      case 48 -> 501;
      default -> 500;
    };
  }
}
