package dev.recount.cli.context;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.SnapshotRecord;
import dev.recount.cli.UserError;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.trace.TraceFinder;
import dev.recount.sinks.archive.format.ArchivedTrace;
import dev.recount.sinks.archive.format.CorruptObjectException;
import dev.recount.sinks.archive.format.SnapshotArchive;
import dev.recount.sinks.archive.storage.StorageException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds a trace in the archive and a snapshot in the trace. The tables are asked only for what the
 * archive does not say: what the first digits of an ID stand for, which snapshot belongs to a step,
 * and why a trace is not there.
 */
final class ContextFinder {
  private final SnapshotArchive archive;
  private final Supplier<ClickHouse> clickHouse;

  /**
   * @param clickHouse opens a connection, which is closed after each question
   */
  ContextFinder(SnapshotArchive archive, Supplier<ClickHouse> clickHouse) {
    this.archive = archive;
    this.clickHouse = clickHouse;
  }

  /**
   * The trace.
   *
   * @param named its ID, or the first six digits of it or more
   * @throws UserError when it is not in the archive, with the reason
   */
  ArchivedTrace trace(String named) {
    String digits = TraceFinder.digits(named);
    String traceId = digits;
    if (digits.length() < TraceFinder.ALL_DIGITS) {
      try (ClickHouse tables = clickHouse.get()) {
        traceId = TraceFinder.find(tables, digits);
      }
    }
    Optional<ArchivedTrace> found = read(traceId);
    if (found.isPresent() && !found.get().snapshots().isEmpty()) {
      return found.get();
    }
    throw absent(traceId);
  }

  private Optional<ArchivedTrace> read(String traceId) {
    try {
      return archive.read(traceId);
    } catch (CorruptObjectException corrupt) {
      throw new UserError(
          String.valueOf(corrupt.getMessage()),
          "The archive in " + archive + " is not what was written to it.",
          corrupt);
    } catch (StorageException failed) {
      throw new UserError(
          String.valueOf(failed.getMessage()), "Check --archive-url, and your rights.", failed);
    } catch (IllegalArgumentException notAnId) {
      throw new UserError("Not a trace ID: " + traceId, null);
    }
  }

  private UserError absent(String traceId) {
    String nothing = "The archive in " + archive + " has no context of trace " + traceId;
    JsonNode row;
    try (ClickHouse tables = clickHouse.get()) {
      List<JsonNode> rows =
          tables.rows(
              "SELECT phase, retained, retained_by, snapshot_count FROM traces_latest"
                  + " WHERE trace_id = {trace:String}",
              Map.of("trace", traceId));
      if (rows.isEmpty()) {
        return new UserError(
            "There is no trace " + traceId + ", neither in the archive nor in ClickHouse.",
            "A trace is archived once it has settled, some ten seconds after its root span has"
                + " ended. `recount status` tells whether the pipeline keeps up.");
      }
      row = rows.get(0);
    } catch (UserError away) {
      return new UserError(
          nothing + ", and ClickHouse cannot be asked why: " + away.getMessage(),
          "Name the archive with --archive-url and ClickHouse with --clickhouse-url.",
          away);
    }
    String rule = row.path("retained_by").asText();
    if (!row.path("retained").asBoolean()) {
      return new UserError(
          "Trace "
              + traceId
              + " was not retained"
              + (rule.isEmpty() ? "" : ", by sampling rule " + rule)
              + ": its rows are there, its context is not.",
          "A rule that keeps such traces holds for those to come.");
    }
    if (row.path("phase").asText().equals("provisional")) {
      return new UserError(nothing + " yet: it has not settled.", "Try again in some seconds.");
    }
    if (row.path("snapshot_count").asLong() == 0) {
      return new UserError(
          "Trace " + traceId + " has no context snapshots.",
          "Send some, or have the instrumentation record the messages of model calls.");
    }
    return new UserError(
        nothing + ", though it was retained.",
        "Is this the archive that the sinks write to? Name it with --archive-url. `recount status`"
            + " shows how far the archive is behind.");
  }

  /**
   * The snapshot that a decision was made in.
   *
   * @param decision the decision's ID, or the number of its step
   * @throws UserError when there is no such decision or its window is not known
   */
  String ofDecision(ArchivedTrace trace, String decision) {
    for (SnapshotRecord snapshot : trace.snapshots().values()) {
      if (decision.equals(snapshot.getDecisionId())) {
        return snapshot.getSnapshotId();
      }
    }
    List<JsonNode> rows;
    try (ClickHouse tables = clickHouse.get()) {
      rows =
          tables.rows(
              "SELECT kind, name, snapshot_id FROM decisions_latest WHERE trace_id = {trace:String}"
                  + " AND (decision_id = {decision:String} OR toString(step) = {decision:String})"
                  + " ORDER BY decision_id = {decision:String} DESC LIMIT 1",
              Map.of("trace", trace.traceId(), "decision", decision));
    }
    if (rows.isEmpty()) {
      throw new UserError(
          "Trace " + trace.traceId() + " has no decision or step " + decision + ".",
          "`recount trace " + trace.traceId() + "` lists them.");
    }
    String snapshot = rows.get(0).path("snapshot_id").asText();
    if (snapshot.isEmpty()) {
      throw new UserError(
          "Nobody said what the model saw before "
              + rows.get(0).path("kind").asText()
              + " "
              + rows.get(0).path("name").asText()
              + " ("
              + decision
              + ").",
          "`--format table` lists the windows that are known.");
    }
    return ofSnapshot(trace, snapshot);
  }

  /**
   * The ID of a snapshot.
   *
   * @param named its ID, the beginning of it, or the number of the window
   * @throws UserError when there is none, or several
   */
  static String ofSnapshot(ArchivedTrace trace, String named) {
    if (trace.snapshots().containsKey(named)) {
      return named;
    }
    List<String> ids = List.copyOf(trace.snapshots().keySet());
    List<String> found = ids.stream().filter(id -> id.startsWith(named)).toList();
    if (found.size() == 1) {
      return found.get(0);
    }
    for (int i = 0; i < ids.size(); i++) {
      if (Integer.toString(i + 1).equals(named)) {
        return ids.get(i);
      }
    }
    throw new UserError(
        (found.isEmpty() ? "There is no snapshot " : "Several snapshots begin with ")
            + named
            + " in the archived trace "
            + trace.traceId()
            + ".",
        "`--format table` lists its windows.");
  }

  /** The snapshot that was captured last. */
  static String last(ArchivedTrace trace) {
    List<String> ids = List.copyOf(trace.snapshots().keySet());
    return ids.get(ids.size() - 1);
  }
}
