package dev.recount.cli.trace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.UserError;
import dev.recount.cli.sql.ClickHouse;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Finds traces by what people write for them. */
public final class TraceFinder {
  private static final int FEWEST_DIGITS = 6;

  /** Digits of a whole ID. */
  public static final int ALL_DIGITS = 32;

  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]+");

  private TraceFinder() {}

  /**
   * The digits of an ID as somebody wrote it: in lower case, without dashes.
   *
   * @throws UserError when it is no ID, nor the first six digits or more of one
   */
  public static String digits(String named) {
    String digits = named.strip().toLowerCase(Locale.ROOT).replace("-", "");
    if (!DIGITS.matcher(digits).matches() || digits.length() > ALL_DIGITS) {
      throw new UserError(
          "Not a trace ID: " + named,
          "It has 32 hexadecimal digits, of which the first "
              + FEWEST_DIGITS
              + " or more will do.");
    }
    if (digits.length() < FEWEST_DIGITS) {
      throw new UserError(
          "Too few digits to find a trace by: " + named,
          "Give at least " + FEWEST_DIGITS + " of its 32 digits.");
    }
    return digits;
  }

  /**
   * The ID of the one trace that begins with the given digits.
   *
   * @param named its ID, or the first digits of it
   * @throws UserError when there is no such trace, or several
   */
  public static String find(ClickHouse clickHouse, String named) {
    String digits = digits(named);
    boolean whole = digits.length() == ALL_DIGITS;
    List<JsonNode> found =
        clickHouse.rows(
            "SELECT trace_id FROM traces_latest WHERE "
                + (whole ? "trace_id = {digits:String}" : "startsWith(trace_id, {digits:String})")
                + " ORDER BY trace_id LIMIT 6",
            Map.of("digits", digits));
    if (found.isEmpty()) {
      throw new UserError(
          "There is no trace " + digits + (whole ? "" : "…") + " in ClickHouse.",
          "A trace appears once it has settled, some ten seconds after its root span has ended."
              + " `recount status` tells whether the pipeline keeps up.");
    }
    if (found.size() > 1) {
      throw new UserError(
          "Several traces begin with "
              + digits
              + ": "
              + ids(found)
              + (found.size() > 5 ? ", …" : ""),
          "Give more digits.");
    }
    return found.get(0).path("trace_id").asText();
  }

  private static String ids(List<JsonNode> found) {
    return String.join(
        ", ", found.stream().limit(5).map(row -> row.path("trace_id").asText()).toList());
  }
}
