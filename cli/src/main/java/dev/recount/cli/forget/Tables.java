package dev.recount.cli.forget;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.sinks.clickhouse.schema.SchemaOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What ClickHouse has of what is to be forgotten. All that people have given is a parameter. */
final class Tables {
  /** IDs that one statement names: each mutation rewrites parts, so the fewer the better. */
  private static final int IDS_PER_STATEMENT = 500;

  private static final String OF_TRACE = "trace_id IN {ids:Array(String)}";

  /**
   * A refused record is named by its key, or holds the trace ID somewhere in its bytes, as text or
   * as the sixteen bytes of OTLP.
   */
  private static final String DEAD_LETTER =
      "arrayExists(id -> key = id OR startsWith(key, concat(id, '/'))"
          + " OR key = concat('feedback:', id)"
          + " OR position(value, id) > 0"
          + " OR (length(id) = 32 AND position(value, unhex(id)) > 0), {ids:Array(String)})";

  private static final Map<String, String> CONDITIONS = conditions();

  /** Tables in whose rows large content can be referred to. */
  private static final List<String> REFERRING =
      List.of("spans", "decisions", "context_snapshots", "feedback");

  private static final String DIGEST = "'[0-9a-f]{64}'";

  private final ClickHouse clickHouse;
  private final SchemaOptions options;
  private final Forgotten forgotten;

  Tables(ClickHouse clickHouse, SchemaOptions options, Forgotten forgotten) {
    this.clickHouse = clickHouse;
    this.options = options;
    this.forgotten = forgotten;
  }

  private static Map<String, String> conditions() {
    Map<String, String> conditions = new LinkedHashMap<>();
    for (String table :
        List.of("traces", "decisions", "spans", "context_snapshots", "evaluations")) {
      conditions.put(table, OF_TRACE);
    }
    conditions.put(
        "feedback",
        "trace_id IN {ids:Array(String)} OR sent_trace_id IN {ids:Array(String)}"
            + " OR feedback_id IN {feedback:Array(String)}");
    conditions.put("dead_letters", DEAD_LETTER);
    return conditions;
  }

  /** Rows to be deleted, by table, each as often as it is shown: once. */
  Map<String, Long> count() {
    Map<String, Long> counts = new LinkedHashMap<>();
    CONDITIONS.forEach(
        (table, condition) -> {
          long rows = 0;
          for (Map<String, ?> parameters : parameters()) {
            String sql = "SELECT count() AS n FROM " + table + "_latest WHERE " + condition;
            rows += clickHouse.rows(sql, parameters).get(0).path("n").asLong();
          }
          counts.put(table, rows);
        });
    return counts;
  }

  /** Deletes the rows of every table, those that were withdrawn too, and rewrites their parts. */
  void delete() {
    CONDITIONS.forEach(
        (table, condition) -> {
          String sql =
              "ALTER TABLE "
                  + options.database()
                  + "."
                  + table
                  + options.onCluster()
                  + " DELETE WHERE "
                  + condition
                  // On this server, and on every replica of it, before it is said to be done.
                  + " SETTINGS mutations_sync = 2";
          for (Map<String, ?> parameters : parameters()) {
            clickHouse.change(sql, parameters);
          }
        });
  }

  /** Whatever in the rows may be the digest of large content. */
  Set<String> digests() {
    Set<String> digests = new TreeSet<>();
    for (String table : REFERRING) {
      for (Map<String, ?> parameters : parameters()) {
        String sql =
            "SELECT DISTINCT arrayJoin(extractAll(toString(tuple(*)), "
                + DIGEST
                + ")) AS digest FROM "
                + table
                + " WHERE "
                + CONDITIONS.get(table);
        addAll(digests, sql, parameters);
      }
    }
    return digests;
  }

  /** Those digests that rows of other traces name too. */
  Set<String> shared(Set<String> digests) {
    Set<String> own = Set.copyOf(forgotten.traceIds());
    List<String> all = List.copyOf(digests);
    Set<String> shared = new TreeSet<>();
    for (String table : REFERRING) {
      // One more than are to be forgotten: among so many there is another one.
      String sql =
          "SELECT arrayJoin(arrayIntersect(extractAll(toString(tuple(*)), "
              + DIGEST
              + "), {digests:Array(String)})) AS digest, groupUniqArray("
              + (own.size() + 1)
              + ")(trace_id) AS traces FROM "
              + table
              + " GROUP BY digest";
      for (int from = 0; from < all.size(); from += IDS_PER_STATEMENT) {
        for (JsonNode row : clickHouse.rows(sql, Map.of("digests", slice(all, from)))) {
          if (namesAnother(row.path("traces"), own)) {
            shared.add(row.path("digest").asText());
          }
        }
      }
    }
    return shared;
  }

  private static boolean namesAnother(JsonNode traces, Set<String> own) {
    for (JsonNode trace : traces) {
      if (!own.contains(trace.asText())) {
        return true;
      }
    }
    return false;
  }

  private void addAll(Set<String> digests, String sql, Map<String, ?> parameters) {
    for (JsonNode row : clickHouse.rows(sql, parameters)) {
      digests.add(row.path("digest").asText());
    }
  }

  /** The IDs, a limited number at a time. */
  private List<Map<String, ?>> parameters() {
    List<Map<String, ?>> parameters = new ArrayList<>();
    int most = Math.max(forgotten.traceIds().size(), forgotten.feedbackIds().size());
    for (int from = 0; from < most; from += IDS_PER_STATEMENT) {
      parameters.add(
          Map.of(
              "ids",
              slice(forgotten.traceIds(), from),
              "feedback",
              slice(forgotten.feedbackIds(), from)));
    }
    return parameters;
  }

  private static List<String> slice(List<String> ids, int from) {
    return ids.subList(Math.min(from, ids.size()), Math.min(from + IDS_PER_STATEMENT, ids.size()));
  }
}
