package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.client.Secret;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to reach ClickHouse. Passwords come from the environment or a file, never from arguments. */
public final class ClickHouseOptions {
  /** As ClickHouse's Java client calls it. */
  private static final String CERTIFICATE_OPTION = "sslrootcert";

  private static final String PASSWORD_VARIABLE = "RECOUNT_CLICKHOUSE_PASSWORD";

  @Option(
      names = "--clickhouse-url",
      paramLabel = "URL",
      defaultValue = "${env:RECOUNT_CLICKHOUSE_URL:-http://127.0.0.1:8123}",
      description =
          "ClickHouse over HTTP (RECOUNT_CLICKHOUSE_URL). Default: @|bold ${DEFAULT-VALUE}|@")
  private String url = "http://127.0.0.1:8123";

  @Option(
      names = "--clickhouse-database",
      paramLabel = "NAME",
      defaultValue = "${env:RECOUNT_CLICKHOUSE_DATABASE:-recount}",
      description =
          "Database of the tables (RECOUNT_CLICKHOUSE_DATABASE). Default: @|bold ${DEFAULT-VALUE}|@")
  private String database = "recount";

  @Option(
      names = "--clickhouse-user",
      paramLabel = "NAME",
      defaultValue = "${env:RECOUNT_CLICKHOUSE_USER:-default}",
      description =
          "User (RECOUNT_CLICKHOUSE_USER). Default: @|bold ${DEFAULT-VALUE}|@. The password is"
              + " taken from RECOUNT_CLICKHOUSE_PASSWORD, or from a file:")
  private String user = "default";

  @Option(
      names = "--clickhouse-password-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_CLICKHOUSE_PASSWORD_FILE}",
      description = "File that holds the password (RECOUNT_CLICKHOUSE_PASSWORD_FILE).")
  private @Nullable Path passwordFile;

  @Option(
      names = "--clickhouse-certificate",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_CLICKHOUSE_CERTIFICATE}",
      description =
          "PEM file of the authority to trust for https, in place of Java's"
              + " (RECOUNT_CLICKHOUSE_CERTIFICATE).")
  private @Nullable Path certificate;

  /**
   * The server and database that the options name.
   *
   * @throws UserError when the name of the database would need quoting, or the URL holds a password
   */
  public ClickHouseTarget target() {
    if (url.matches("[a-zA-Z+]+://[^/?#]*@.*")) {
      // Not said again: URLs are in messages, logs and the list of processes.
      throw new UserError(
          "The URL of ClickHouse names a user or a password.",
          "Name them by --clickhouse-user and --clickhouse-password-file instead.");
    }
    try {
      return new ClickHouseTarget(url, user, password(), database, options());
    } catch (IllegalArgumentException refused) {
      throw new UserError(
          String.valueOf(refused.getMessage()), "Correct --clickhouse-database.", refused);
    }
  }

  private Map<String, String> options() {
    return certificate == null
        ? Map.of()
        : Map.of(CERTIFICATE_OPTION, certificate.toAbsolutePath().toString());
  }

  private Secret password() {
    return passwordFile == null
        ? Secret.of(System.getenv().getOrDefault(PASSWORD_VARIABLE, ""))
        : Secret.inFile(passwordFile);
  }
}
