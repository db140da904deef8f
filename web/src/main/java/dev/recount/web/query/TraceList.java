package dev.recount.web.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.web.Tables;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Traces, the latest first, a page at a time.
 *
 * <p>The first rows have to be there at once, however much there is. So it looks at the last hour,
 * then at the day before it, and so on, and stops as soon as the page is full: each look reads only
 * the granules of its own stretch of time, and only the columns that are filtered by; the rest of
 * the rows comes once it is known which they are. Of all traces it looks as far back at once as the
 * last time showed to be needed. A page begins where the one before it ended, by start and trace
 * ID, so that what comes in meanwhile moves nothing.
 */
public final class TraceList {
  private static final int DEFAULT_LIMIT = 50;
  private static final int MOST = 200;
  private static final int NAME = 200;
  private static final int TAGS = 12;

  /**
   * How far each look goes back before where the last one ended; the one after them, all the way.
   */
  private static final List<Duration> LOOKS =
      List.of(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30));

  private static final String COLUMNS =
      Sql.columns(
          List.of(
              "trace_id",
              Sql.micros("started_at", "started_us"),
              Sql.duration(),
              Sql.cut("root_name", NAME),
              Sql.cut("service", NAME),
              Sql.cut("environment", NAME),
              Sql.cut("agent_name", NAME),
              Sql.cut("agent_version", NAME),
              Sql.cut("model", NAME),
              Sql.cut("prompt_version", NAME),
              Sql.cut("session_id", NAME),
              "status",
              Sql.cut("error_type", NAME),
              "escalated",
              "rolled_back",
              Sql.cutAll("flags", TAGS, NAME),
              Sql.cutAll("tools", TAGS, NAME),
              "length(evaluation_names) AS evaluation_count",
              "arrayCount(pass -> ifNull(pass = false, 0), evaluation_passed) AS evaluation_failed",
              "length(feedback_ids) AS feedback_count",
              "feedback_score",
              "span_count",
              "decision_count",
              "error_count",
              "total_tokens",
              "cost_usd",
              "max_context_utilization",
              "retained",
              "phase",
              "revision"));

  private final Tables tables;
  private final InstantSource clock;

  /** The look with which the last first page of all traces was full: the next one begins there. */
  private volatile int reach;

  /**
   * @param clock says when the last hour was
   */
  public TraceList(Tables tables, InstantSource clock) {
    this.tables = tables;
    this.clock = clock;
  }

  /** Where a page ended: the start of its last trace in microseconds, and the ID. */
  private record Cursor(long micros, String traceId) {
    static Cursor parse(String text) {
      int dot = text.indexOf('.');
      try {
        if (dot > 0) {
          return new Cursor(Long.parseLong(text.substring(0, dot)), text.substring(dot + 1));
        }
      } catch (NumberFormatException notOurs) {
        // told below
      }
      throw new BadParameter("after", "Not what an answer gave as next.");
    }

    static String of(JsonNode row) {
      return row.path("started_us").asLong() + "." + row.path("trace_id").asText();
    }
  }

  /** {@code traces}, and {@code next} where there may be more: the value of {@code after} then. */
  public ObjectNode page(Parameters parameters) {
    TraceFilter filter = new TraceFilter(parameters);
    int limit = (int) parameters.whole("limit", 1, MOST).orElse(DEFAULT_LIMIT);
    @Nullable Cursor after = parameters.text("after").map(Cursor::parse).orElse(null);
    parameters.finish();

    List<JsonNode> found = new ArrayList<>();
    long lower = clock.millis() * 1_000;
    OptionalLong upper = filter.to();
    if (after != null) {
      upper = OptionalLong.of(after.micros() + 1);
    }
    if (upper.isPresent()) {
      lower = Math.min(lower, upper.getAsLong());
    }
    long end = filter.from().orElse(Long.MIN_VALUE);
    long newest = lower;
    boolean all = filter.isEmpty() && after == null;
    for (int look = all ? reach : 0; look <= LOOKS.size() && found.size() <= limit; look++) {
      boolean last = look == LOOKS.size();
      OptionalLong from =
          last ? filter.from() : OptionalLong.of(Math.max(end, lower - micros(LOOKS.get(look))));
      found.addAll(find(filter, from, upper, after, limit + 1 - found.size()));
      if (last || from.getAsLong() <= end) {
        break;
      }
      lower = from.getAsLong();
      upper = from;
    }
    if (all) {
      reach =
          found.size() > limit
              ? look(newest - found.get(limit).path("started_us").asLong())
              : LOOKS.size();
    }
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode traces = page.putArray("traces");
    rows(found.subList(0, Math.min(limit, found.size()))).forEach(traces::add);
    if (found.size() > limit) {
      page.put("next", Cursor.of(found.get(limit - 1)));
    }
    return page;
  }

  /** The first look that by itself goes so far back, in microseconds. */
  private static int look(long micros) {
    int look = 0;
    while (look < LOOKS.size() && micros(LOOKS.get(look)) < micros) {
      look++;
    }
    return look;
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  /** Start and ID of the traces that are meant: whatever else a row holds is not read yet. */
  private List<JsonNode> find(
      TraceFilter filter,
      OptionalLong from,
      OptionalLong upper,
      @Nullable Cursor after,
      int limit) {
    Sql sql = new Sql();
    List<String> conditions = new ArrayList<>();
    from.ifPresent(time -> conditions.add("started_at >= " + sql.time(time)));
    upper.ifPresent(time -> conditions.add("started_at < " + sql.time(time)));
    if (after != null) {
      conditions.add(
          "(started_at, trace_id) < ("
              + sql.time(after.micros())
              + ", "
              + sql.text(after.traceId())
              + ")");
    }
    conditions.addAll(filter.timeless(sql));
    return sql.run(
        tables,
        "SELECT trace_id, "
            + Sql.micros("started_at", "started_us")
            + " FROM traces_latest"
            + Sql.where(conditions)
            + " ORDER BY started_at DESC, trace_id DESC LIMIT "
            + limit);
  }

  /** The rows of traces, which lie within a stretch of time. A row may have changed since. */
  private List<JsonNode> rows(List<JsonNode> found) {
    if (found.isEmpty()) {
      return List.of();
    }
    Sql sql = new Sql();
    List<String> conditions =
        List.of(
            "started_at >= " + sql.time(found.get(found.size() - 1).path("started_us").asLong()),
            "started_at <= " + sql.time(found.get(0).path("started_us").asLong()),
            "trace_id IN ("
                + sql.texts(found.stream().map(row -> row.path("trace_id").asText()).toList())
                + ")");
    return sql.run(
        tables,
        "SELECT "
            + COLUMNS
            + " FROM (SELECT * FROM traces_latest"
            + Sql.where(conditions)
            + ") ORDER BY started_us DESC, trace_id DESC");
  }
}
