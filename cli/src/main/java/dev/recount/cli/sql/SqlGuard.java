package dev.recount.cli.sql;

import dev.recount.cli.sql.SqlTokens.Token;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps {@code recount sql} to reading, unless it is told to write.
 *
 * <p>The statement also runs with {@code readonly=2} on the server. The guard adds what that
 * setting leaves open: functions that read files or call other servers on behalf of the server.
 */
final class SqlGuard {
  private static final Set<String> READING =
      Set.of("select", "with", "show", "describe", "desc", "explain", "exists");

  /** Words that other statements start with. A word that is in neither set is a slip of the pen. */
  private static final Set<String> CHANGING =
      Set.of(
          "alter",
          "attach",
          "backup",
          "begin",
          "check",
          "commit",
          "copy",
          "create",
          "delete",
          "detach",
          "drop",
          "exchange",
          "execute",
          "grant",
          "insert",
          "kill",
          "move",
          "optimize",
          "parallel",
          "rename",
          "replace",
          "restore",
          "revoke",
          "rollback",
          "set",
          "system",
          "truncate",
          "undrop",
          "unset",
          "update",
          "use",
          "watch");

  /**
   * Table functions, and functions of the same name, that reach outside the database.
   *
   * @see <a href="https://clickhouse.com/docs/sql-reference/table-functions">Table functions</a>
   */
  private static final Set<String> OUTSIDE =
      Set.of(
          "arrowflight",
          "azureblobstorage",
          "azureblobstoragecluster",
          "arrowstream",
          "cluster",
          "clusterallreplicas",
          "cosn",
          "deltalake",
          "deltalakeazure",
          "deltalakecluster",
          "deltalakelocal",
          "deltalakes3",
          "deltalakes3cluster",
          "deltalakeazurecluster",
          "eval",
          "executable",
          "file",
          "filecluster",
          "filesystem",
          "gcs",
          "hdfs",
          "hdfscluster",
          "hudi",
          "hudicluster",
          "iceberg",
          "icebergazure",
          "icebergcluster",
          "iceberghdfs",
          "iceberglocal",
          "icebergs3",
          "iceberglocalcluster",
          "icebergs3cluster",
          "icebergazurecluster",
          "iceberghdfscluster",
          "input",
          "jdbc",
          // Takes the names of a database and a table as texts.
          "loop",
          "mongodb",
          "mysql",
          "odbc",
          "oss",
          "paimon",
          "paimonazure",
          "paimonazurecluster",
          "paimoncluster",
          "paimonhdfs",
          "paimonhdfscluster",
          "paimonlocal",
          "paimons3",
          "paimons3cluster",
          "postgresql",
          "python",
          "redis",
          "remote",
          "remotesecure",
          "s3",
          "s3cluster",
          "sqlite",
          "url",
          "urlcluster",
          "ytsaurus");

  /** The database in which the embedded engine has each file as a table. */
  private static final String FILES = "default";

  private static final String WRITE_HELPS = " --write would allow it.";

  private SqlGuard() {}

  /**
   * Why a statement is refused, and what to do about it, in a sentence or two; empty when it is
   * not.
   *
   * @param database in which names stand that have none before them
   */
  static Optional<String> refusal(String sql, String database, boolean write) {
    SqlTokens read = SqlTokens.of(sql);
    List<Token> tokens = read.tokens();
    if (tokens.isEmpty()) {
      return Optional.of("There is no statement to run.");
    }
    if (isSeveral(tokens)) {
      return Optional.of("Only one statement can be run at a time.");
    }
    Optional<String> format = ownFormat(tokens);
    if (format.isPresent() || write) {
      return format;
    }
    Token first =
        tokens.stream()
            .filter(token -> !token.text().equals("("))
            .findFirst()
            .orElse(tokens.get(0));
    boolean reading = !first.quoted() && READING.contains(first.text());
    if (!reading && (first.quoted() || !CHANGING.contains(first.text()))) {
      return Optional.of(
          "No statement starts with \""
              + first.text()
              + "\". Queries start with SELECT, WITH, SHOW, DESCRIBE, EXPLAIN or EXISTS.");
    }
    if (!reading) {
      return Optional.of(notOnlyReading(first));
    }
    return read.doubts().isEmpty()
        ? inside(tokens, database)
        : Optional.of(
            "The statement has "
                + String.join(", ", read.doubts())
                + ", behind which something that does not only read could hide."
                + WRITE_HELPS);
  }

  private static String notOnlyReading(Token statement) {
    return statement.text().toUpperCase(Locale.ROOT)
        + " is not a statement that only reads."
        + WRITE_HELPS;
  }

  private static boolean isSeveral(List<Token> tokens) {
    boolean ended = false;
    for (Token token : tokens) {
      if (ended && !token.text().equals(";")) {
        return true;
      }
      ended |= token.text().equals(";") && !token.word();
    }
    return false;
  }

  /** A FORMAT clause would change what comes back under the feet of whoever reads it. */
  private static Optional<String> ownFormat(List<Token> tokens) {
    List<Token> statement = tokens.stream().filter(token -> !token.text().equals(";")).toList();
    for (int i = 1; i + 1 < statement.size(); i++) {
      Token next = statement.get(i + 1);
      boolean last = i + 2 == statement.size() || statement.get(i + 2).isKeyword("settings");
      boolean order = next.isKeyword("desc") || next.isKeyword("asc");
      boolean alias =
          statement.get(i - 1).isKeyword("as") || statement.get(i - 1).text().equals(",");
      Token token = statement.get(i);
      if (token.isKeyword("format")
          && token.depth() == 0
          && next.word()
          && last
          && !order
          && !alias) {
        return Optional.of(
            "A FORMAT clause is not accepted here: choose the format with --format"
                + " table|vertical|tsv|csv|json|jsonl.");
      }
    }
    return Optional.empty();
  }

  /** What writes, or reaches outside, within a statement that starts like one that reads. */
  private static Optional<String> inside(List<Token> tokens, String database) {
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      boolean nextIsOpen = i + 1 < tokens.size() && tokens.get(i + 1).text().equals("(");
      if (token.isKeyword("into")
          && i + 1 < tokens.size()
          && tokens.get(i + 1).isKeyword("outfile")) {
        return Optional.of("INTO OUTFILE writes a file." + WRITE_HELPS);
      }
      if (token.isKeyword("insert") && token.depth() == 0 && i > 0) {
        return Optional.of(notOnlyReading(token));
      }
      if (token.word() && token.text().equals(FILES)) {
        return Optional.of(
            "In the database default the embedded engine has the files of its machine: name tables"
                + " by themselves."
                + WRITE_HELPS);
      }
      if (database.equals(FILES) && token.quoted() && token.text().contains("/")) {
        return Optional.of("The name of a file stands for the file there." + WRITE_HELPS);
      }
      if (token.isKeyword("identifier") && i > 0 && tokens.get(i - 1).text().equals(":")) {
        return Optional.of("A name cannot be a parameter: it could be any." + WRITE_HELPS);
      }
      if (token.word() && nextIsOpen && OUTSIDE.contains(token.text())) {
        return Optional.of(
            "The function " + token.text() + "() reaches outside the database." + WRITE_HELPS);
      }
    }
    return Optional.empty();
  }
}
