package dev.recount.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** What can be asked of ClickHouse so far. */
final class Tables {
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI clickHouse;

  Tables(URI clickHouse) {
    this.clickHouse = clickHouse;
  }

  /** Rows as they were written, without reading any: revisions and copies count. */
  long written(String table) throws IOException, InterruptedException {
    return number("SELECT count() FROM " + table);
  }

  /** Traces that have settled. */
  long settledTraces() throws IOException, InterruptedException {
    return number("SELECT count() FROM traces_latest WHERE phase != 'provisional'");
  }

  /** Rows that a user sees. */
  long latest(String table) throws IOException, InterruptedException {
    return number("SELECT count() FROM " + table + "_latest");
  }

  /** Rows that a user sees under an identity that another row has too: must be none. */
  long doubled(String table, String identity) throws IOException, InterruptedException {
    return number(
        "SELECT count() - uniqExact(trace_id, " + identity + ") FROM " + table + "_latest");
  }

  /**
   * Which of some traces have settled, from the table as it was written: cheaper than the view, and
   * a row is in both from the same moment on.
   */
  List<String> settled(Collection<String> traceIds) throws IOException, InterruptedException {
    return answer(
        "SELECT DISTINCT trace_id FROM traces WHERE phase != 'provisional' AND trace_id IN ("
            + traceIds.stream().map(id -> "'" + id + "'").collect(Collectors.joining(","))
            + ")");
  }

  private long number(String query) throws IOException, InterruptedException {
    return Long.parseLong(answer(query).get(0));
  }

  private List<String> answer(String query) throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(clickHouse)
                .POST(HttpRequest.BodyPublishers.ofString(query + " FORMAT TSV"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("ClickHouse refused " + query + ": " + response.body());
    }
    return response.body().lines().toList();
  }
}
