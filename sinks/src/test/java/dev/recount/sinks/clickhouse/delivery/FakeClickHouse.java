package dev.recount.sinks.clickhouse.delivery;

import dev.recount.sinks.clickhouse.client.ClickHouseRequestException;
import dev.recount.sinks.clickhouse.client.FailureKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes rows of one byte each. Fails as told, and refuses every batch that holds a bad row. */
final class FakeClickHouse implements RowInserter {
  static final byte BAD = 'X';

  private final List<String> inserts = new ArrayList<>();
  private final Deque<FailureKind> failures = new ArrayDeque<>();
  private @Nullable Integer successesBeforeFailures;

  /** The next inserts fail like this, one after the other. */
  void failNext(FailureKind... kinds) {
    failures.addAll(List.of(kinds));
  }

  /** Failures that were announced begin after some inserts that succeed. */
  void afterSuccesses(int successes) {
    successesBeforeFailures = successes;
  }

  /** What was written, an insert each: table and rows. */
  List<String> inserts() {
    return inserts;
  }

  @Override
  public void insert(String table, List<String> columns, InputStream rows) {
    byte[] batch = readAll(rows);
    boolean failing = successesBeforeFailures == null || successesBeforeFailures == 0;
    if (failing && !failures.isEmpty()) {
      throw failure(failures.pop());
    }
    for (byte row : batch) {
      if (row == BAD) {
        throw failure(FailureKind.DATA);
      }
    }
    if (successesBeforeFailures != null && successesBeforeFailures > 0) {
      successesBeforeFailures--;
    }
    inserts.add(table + ":" + new String(batch, StandardCharsets.US_ASCII));
  }

  private static ClickHouseRequestException failure(FailureKind kind) {
    return new ClickHouseRequestException("told to fail", kind, new IOException("told to fail"));
  }

  private static byte[] readAll(InputStream rows) {
    try {
      return rows.readAllBytes();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
