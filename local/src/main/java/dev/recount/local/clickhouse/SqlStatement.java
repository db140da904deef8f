package dev.recount.local.clickhouse;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a statement before the engine sees it.
 *
 * @param keyword its first word in upper case, or an opening bracket; empty if there is no
 *     statement
 * @param insertsData whether it is an INSERT whose data follows, rather than comes from a SELECT or
 *     a file
 * @param sqlEnd for such an INSERT, where its SQL ends: before FORMAT or VALUES
 * @param dataStart for such an INSERT, where data in the same text begins
 * @param format the format that the statement names, for its data or its result; null if none
 * @param insertsIntoFunction whether it inserts into a table function: a file, a URL
 * @param containsInsert whether it inserts, also behind a WITH
 * @param intoOutfile whether its result goes to a file
 * @param withTotals whether its result has a second part
 * @param several whether another statement follows
 */
record SqlStatement(
    String keyword,
    boolean insertsData,
    int sqlEnd,
    int dataStart,
    @Nullable String format,
    boolean insertsIntoFunction,
    boolean containsInsert,
    boolean intoOutfile,
    boolean withTotals,
    boolean several) {

  private static final Set<String> READING =
      Set.of("SELECT", "WITH", "FROM", "(", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN");
  private static final Set<String> STREAMING = Set.of("SELECT", "WITH", "FROM", "(");

  /** Looks at a text. Of an INSERT with data only the part before its data need be there. */
  static SqlStatement parse(byte[] sql) {
    return new Parser(sql).parse();
  }

  /** Whether it reads only, going by its form. */
  boolean isReading() {
    return READING.contains(keyword) && !containsInsert;
  }

  /**
   * Whether it is a query whose result can be fetched piece by piece and whose pieces can be
   * joined.
   */
  boolean isStreamable() {
    return STREAMING.contains(keyword) && !containsInsert && !withTotals;
  }

  private static final class Parser {
    private final byte[] sql;
    private final SqlTokens tokens;
    private String keyword = "";
    private @Nullable String format;
    private boolean intoFunction;
    private boolean containsInsert;
    private boolean intoOutfile;
    private boolean withTotals;
    private boolean several;

    Parser(byte[] sql) {
      this.sql = sql;
      this.tokens = new SqlTokens(sql);
    }

    SqlStatement parse() {
      SqlTokens.Kind first = tokens.next();
      if (first != SqlTokens.Kind.END) {
        keyword = tokens.text();
      }
      if (keyword.equals("INSERT")) {
        containsInsert = true;
        return parseInsert();
      }
      parseRest();
      return statement(false, sql.length, sql.length);
    }

    private SqlStatement parseInsert() {
      skipTarget();
      for (SqlTokens.Kind kind = tokens.next(); kind != SqlTokens.Kind.END; kind = tokens.next()) {
        if (tokens.depth() != 0) {
          continue;
        }
        if (kind == SqlTokens.Kind.PUNCTUATION && tokens.text().equals(";")) {
          break;
        }
        if (kind != SqlTokens.Kind.WORD) {
          continue;
        }
        switch (tokens.text()) {
          case "SELECT", "WITH", "INFILE", "WATCH" -> {
            parseRest();
            return statement(false, sql.length, sql.length);
          }
          case "VALUES" -> {
            format = "Values";
            return statement(true, tokens.start(), tokens.end());
          }
          case "FORMAT" -> {
            int sqlEnd = tokens.start();
            tokens.next();
            format = tokens.text().equals("VALUES") ? "Values" : tokens.original();
            return statement(true, sqlEnd, dataStart(tokens.end()));
          }
          default -> {
            // A setting, a partition: part of the head.
          }
        }
      }
      // Without any of these, ClickHouse takes what follows as VALUES would.
      int end = tokens.start();
      format = "Values";
      return statement(true, end, Math.min(end + 1, sql.length));
    }

    /** Skips the name of the table, which may be any word. */
    private void skipTarget() {
      tokens.next();
      if (tokens.text().equals("INTO")) {
        tokens.next();
      }
      if (tokens.text().equals("TABLE") && !tokens.isFollowedBy('.')) {
        tokens.next();
      }
      if (tokens.text().equals("FUNCTION") && !tokens.isFollowedBy('.')) {
        intoFunction = true;
        tokens.next();
      }
      while (tokens.isFollowedBy('.')) {
        tokens.next();
        tokens.next();
      }
    }

    /**
     * Data begins after the line break that ends the statement, or after the space behind the
     * format.
     */
    private int dataStart(int formatEnd) {
      int index = formatEnd;
      while (index < sql.length
          && (sql[index] == ' ' || sql[index] == '\t' || sql[index] == '\r')) {
        index++;
      }
      if (index < sql.length && sql[index] == ';') {
        index++;
      }
      if (index < sql.length && sql[index] == '\n') {
        index++;
      }
      return index;
    }

    private void parseRest() {
      boolean ended = false;
      String previous = "";
      for (SqlTokens.Kind kind = tokens.next(); kind != SqlTokens.Kind.END; kind = tokens.next()) {
        if (ended) {
          several = true;
          return;
        }
        String text = kind == SqlTokens.Kind.QUOTED ? "" : tokens.text();
        boolean word = kind == SqlTokens.Kind.WORD;
        ended = text.equals(";");
        intoOutfile |= word && previous.equals("INTO") && text.equals("OUTFILE");
        withTotals |= word && previous.equals("WITH") && text.equals("TOTALS");
        containsInsert |= word && text.equals("INSERT") && tokens.depth() == 0;
        intoFunction |= containsInsert && previous.equals("INTO") && text.equals("FUNCTION");
        if (word && previous.equals("FORMAT") && tokens.depth() == 0) {
          format = tokens.original();
        }
        previous = text;
      }
    }

    private SqlStatement statement(boolean insertsData, int sqlEnd, int dataStart) {
      return new SqlStatement(
          keyword,
          insertsData,
          sqlEnd,
          dataStart,
          format,
          intoFunction,
          containsInsert,
          intoOutfile,
          withTotals,
          several);
    }
  }
}
