package dev.recount.sinks.clickhouse.client;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where ClickHouse is and which database holds Recount's tables.
 *
 * @param url base URL of the HTTP interface, {@code http://host:8123} or {@code https://…}
 * @param user user name
 * @param password the user's password
 * @param database database of the tables, created when missing
 * @param options further options of ClickHouse's Java client, passed through as they are: {@code
 *     sslrootcert}, {@code trust_store}
 */
public record ClickHouseTarget(
    String url, String user, Secret password, String database, Map<String, String> options) {
  /** Database that the tables are in unless another is named. */
  public static final String DEFAULT_DATABASE = "recount";

  /** User of a server on which none was set up. */
  public static final String DEFAULT_USER = "default";

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

  /**
   * Copies the options.
   *
   * @throws IllegalArgumentException when the database name would need quoting
   */
  public ClickHouseTarget {
    requireIdentifier(database);
    options = Map.copyOf(options);
  }

  /** A server without users, the default database. */
  public static ClickHouseTarget plain(String url) {
    return new ClickHouseTarget(url, DEFAULT_USER, Secret.none(), DEFAULT_DATABASE, Map.of());
  }

  /** The same server, another database. */
  public ClickHouseTarget withDatabase(String other) {
    return new ClickHouseTarget(url, user, password, other, options);
  }

  /**
   * Checks a name that goes into statements as it is.
   *
   * @throws IllegalArgumentException when it is not letters, digits and underscores
   */
  public static void requireIdentifier(String name) {
    if (!IDENTIFIER.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' is no name for ClickHouse: use letters, digits and underscores");
    }
  }

  /** Without the options: they may hold secrets. */
  @Override
  public String toString() {
    return "ClickHouseTarget[" + url + ", " + user + ", " + database + "]";
  }
}
