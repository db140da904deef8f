package dev.recount.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Asks ClickHouse over HTTP, and tells what it took. */
final class QueryTimer {
  private static final Pattern READ = Pattern.compile("\"read_rows\":\"(\\d+)\"");
  private static final Pattern CHOSEN = Pattern.compile("Parts: \\d+ \\| Granules: (\\d+)");
  private static final Pattern OF = Pattern.compile("Granules: \\d+/(\\d+)");

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI database;

  QueryTimer(String url) {
    this.database = URI.create(url + "/?database=recount");
  }

  /**
   * What came of a query.
   *
   * @param nanos from sending it to the last byte of its answer
   * @param rowsRead rows that ClickHouse read for it
   * @param rows rows of the answer
   */
  record Answer(long nanos, long rowsRead, long rows) {}

  Answer ask(String sql) throws IOException, InterruptedException {
    long began = System.nanoTime();
    HttpResponse<String> response = send(sql);
    long nanos = System.nanoTime() - began;
    long read =
        response
            .headers()
            .firstValue("X-ClickHouse-Summary")
            .flatMap(summary -> READ.matcher(summary).results().findFirst())
            .map(found -> Long.parseLong(found.group(1)))
            .orElse(0L);
    return new Answer(nanos, read, response.body().lines().count());
  }

  List<String> explain(String sql) throws IOException, InterruptedException {
    return send("EXPLAIN indexes = 1 " + sql).body().lines().toList();
  }

  /** Granules that are read of those there are, over all tables that are read: {@code 41/1221}. */
  String granules(String sql) throws IOException, InterruptedException {
    long chosen = 0;
    long all = 0;
    boolean counted = false;
    for (String line : explain(sql)) {
      if (line.contains("ReadFromMergeTree")) {
        counted = false;
      }
      chosen += CHOSEN.matcher(line).results().mapToLong(QueryTimer::number).sum();
      // The first step of choosing begins with all there are.
      if (!counted && OF.matcher(line).find()) {
        all += OF.matcher(line).results().mapToLong(QueryTimer::number).sum();
        counted = true;
      }
    }
    return chosen + "/" + all;
  }

  private static long number(MatchResult found) {
    return Long.parseLong(found.group(1));
  }

  /** What the tables are like, a line for each. */
  String parts() throws IOException, InterruptedException {
    return send("""
            SELECT concat(table, ': ', toString(count()), ' parts, ', formatReadableQuantity(sum(rows)),
              ' rows written and not merged away, ', toString(sum(marks) - count()), ' granules, ',
              formatReadableSize(sum(data_compressed_bytes)), ' of ', formatReadableSize(sum(data_uncompressed_bytes)))
            FROM system.parts
            WHERE database = 'recount' AND active AND table IN ('decisions', 'traces')
            GROUP BY table
            ORDER BY table""")
        .body()
        .strip();
  }

  private HttpResponse<String> send(String sql) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(database).POST(HttpRequest.BodyPublishers.ofString(sql)).build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("ClickHouse refused " + sql + ": " + response.body());
    }
    return response;
  }
}
