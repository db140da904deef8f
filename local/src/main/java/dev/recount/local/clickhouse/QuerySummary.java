package dev.recount.local.clickhouse;

/** What a query has cost and done, as ClickHouse reports it in a header. */
record QuerySummary(
    long readRows,
    long readBytes,
    long writtenRows,
    long writtenBytes,
    long resultRows,
    long resultBytes) {
  static final QuerySummary NONE = new QuerySummary(0, 0, 0, 0, 0, 0);

  QuerySummary plus(QuerySummary other) {
    return new QuerySummary(
        readRows + other.readRows,
        readBytes + other.readBytes,
        writtenRows + other.writtenRows,
        writtenBytes + other.writtenBytes,
        resultRows + other.resultRows,
        resultBytes + other.resultBytes);
  }

  /** The value of X-ClickHouse-Summary: JSON with every number as a string. */
  String toHeader(long elapsedNanos) {
    return "{\"read_rows\":\""
        + readRows
        + "\",\"read_bytes\":\""
        + readBytes
        + "\",\"written_rows\":\""
        + writtenRows
        + "\",\"written_bytes\":\""
        + writtenBytes
        + "\",\"total_rows_to_read\":\"0\",\"result_rows\":\""
        + resultRows
        + "\",\"result_bytes\":\""
        + resultBytes
        + "\",\"elapsed_ns\":\""
        + elapsedNanos
        + "\"}";
  }
}
