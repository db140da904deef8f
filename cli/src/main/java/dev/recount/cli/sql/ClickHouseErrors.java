package dev.recount.cli.sql;

import com.clickhouse.client.api.ServerException;
import dev.recount.cli.UserError;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What ClickHouse and its driver say, without the parts that only developers of ClickHouse need.
 */
final class ClickHouseErrors {
  private static final Pattern CODE = Pattern.compile("^Code: \\d+\\. ");
  private static final Pattern EXCEPTION = Pattern.compile("\\bDB::Exception: ");
  private static final Pattern VERSION = Pattern.compile("\\s*\\(version [^)]*\\)+");
  private static final Pattern QUERY_ID = Pattern.compile("\\s*\\(queryId=\\s*[^)]*\\)");
  private static final Pattern STACK = Pattern.compile("\\s*Stack trace:.*", Pattern.DOTALL);

  private static final int UNKNOWN_TABLE = 60;
  private static final int UNKNOWN_DATABASE = 81;
  private static final int AUTHENTICATION_FAILED = 516;
  private static final int READONLY = 164;

  private ClickHouseErrors() {}

  /** The failure as one message and, where there is one, a remedy. */
  static UserError translate(Throwable failure, String url) {
    @Nullable ServerException server = find(failure);
    if (server == null) {
      return new UserError(
          "ClickHouse at " + url + " does not answer: " + rootMessage(failure),
          "Start Recount with `recount up`, or name the server with --clickhouse-url.",
          failure);
    }
    return new UserError(clean(String.valueOf(server.getMessage())), remedy(server), server);
  }

  /** The message of the server, without its code, version and query ID. */
  static String clean(String message) {
    String text = CODE.matcher(message).replaceFirst("");
    text = EXCEPTION.matcher(text).replaceAll("");
    text = STACK.matcher(text).replaceFirst("");
    text = VERSION.matcher(text).replaceAll("");
    return QUERY_ID.matcher(text).replaceAll("").strip();
  }

  private static @Nullable String remedy(ServerException server) {
    return switch (server.getCode()) {
      case UNKNOWN_TABLE -> "`recount sql \"SHOW TABLES\"` lists the tables and views.";
      case UNKNOWN_DATABASE ->
          "The tables are made by `recount up` or `recount sinks`; start one of them first.";
      case AUTHENTICATION_FAILED -> "Set RECOUNT_CLICKHOUSE_USER and RECOUNT_CLICKHOUSE_PASSWORD.";
      case READONLY -> "To change data, add --write.";
      default -> null;
    };
  }

  private static @Nullable ServerException find(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ServerException server) {
        return server;
      }
    }
    return null;
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
