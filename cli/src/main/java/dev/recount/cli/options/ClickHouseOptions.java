package dev.recount.cli.options;

import dev.recount.cli.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How to reach ClickHouse. Passwords come from the environment or a file, never from arguments. */
public final class ClickHouseOptions {
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

  /** Base URL of ClickHouse's HTTP interface. */
  public String url() {
    return url;
  }

  /** Database of the tables. */
  public String database() {
    return database;
  }

  /** User. */
  public String user() {
    return user;
  }

  /**
   * Password; empty for none.
   *
   * @throws UserError when the file with the password cannot be read
   */
  public String password() {
    if (passwordFile == null) {
      return System.getenv().getOrDefault(PASSWORD_VARIABLE, "");
    }
    try {
      return Files.readString(passwordFile).strip();
    } catch (IOException failed) {
      throw new UserError(
          "Cannot read the ClickHouse password from " + passwordFile + ": " + failed.getMessage(),
          "Name a readable file with --clickhouse-password-file, or set " + PASSWORD_VARIABLE + ".",
          failed);
    }
  }
}
