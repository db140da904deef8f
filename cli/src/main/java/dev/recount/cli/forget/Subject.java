package dev.recount.cli.forget;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.cli.trace.TraceFinder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whose data is meant: that of traces, of a session, or of a person. */
final class Subject {
  /**
   * Also rows that a later revision has taken the place of: what was once said to be a person's is.
   */
  private static final String TRACES_WITH =
      "SELECT DISTINCT trace_id FROM ("
          + "SELECT trace_id FROM traces WHERE %1$s = {value:String}"
          + " UNION ALL SELECT trace_id FROM decisions WHERE %1$s = {value:String}"
          + " UNION ALL SELECT trace_id FROM context_snapshots WHERE %1$s = {value:String}"
          + ") ORDER BY trace_id";

  private static final String FEEDBACK_ON_SESSION =
      "SELECT DISTINCT feedback_id FROM feedback"
          + " WHERE session_id = {value:String} AND match = 'SESSION' ORDER BY feedback_id";

  /** On sessions all of whose traces are the person's. */
  private static final String FEEDBACK_ON_SESSIONS_OF_USER =
      "SELECT DISTINCT feedback_id FROM feedback WHERE match = 'SESSION' AND session_id IN ("
          + "SELECT session_id FROM traces_latest WHERE session_id != ''"
          + " GROUP BY session_id HAVING countIf(user_id != {value:String}) = 0"
          + ") ORDER BY feedback_id";

  @Option(
      names = "--trace",
      paramLabel = "ID",
      description =
          "Traces: 32 hexadecimal digits, or at least the first six of them. May be given several"
              + " times.")
  private @Nullable List<String> traces;

  @Option(
      names = "--session",
      paramLabel = "ID",
      description =
          "All traces of a session (gen_ai.conversation.id, session.id), and feedback on it.")
  private @Nullable String session;

  @Option(
      names = {"--user", "--subject"},
      paramLabel = "ID",
      description =
          "All traces of a person (user.id, enduser.id), and feedback on sessions that are the"
              + " person's alone.")
  private @Nullable String user;

  /** The traces and the feedback that are meant, as far as tables know them. */
  Forgotten find(ClickHouse clickHouse) {
    if (session != null) {
      return new Forgotten(
          column(clickHouse, TRACES_WITH.formatted("session_id"), session),
          column(clickHouse, FEEDBACK_ON_SESSION, session));
    }
    if (user != null) {
      return new Forgotten(
          column(clickHouse, TRACES_WITH.formatted("user_id"), user),
          column(clickHouse, FEEDBACK_ON_SESSIONS_OF_USER, user));
    }
    Set<String> found = new LinkedHashSet<>();
    for (String named : traces == null ? List.<String>of() : traces) {
      String digits = TraceFinder.digits(named);
      // A whole ID may be one that no table knows: it can be forgotten before it comes.
      found.add(
          digits.length() == TraceFinder.ALL_DIGITS
              ? digits
              : TraceFinder.find(clickHouse, digits));
    }
    return new Forgotten(List.copyOf(found), List.of());
  }

  private static List<String> column(ClickHouse clickHouse, String sql, String value) {
    List<String> values = new ArrayList<>();
    for (JsonNode row : clickHouse.rows(sql, Map.of("value", value))) {
      values.add(row.elements().next().asText());
    }
    return values;
  }
}
