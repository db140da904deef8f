package dev.recount.cli.web;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.UserError;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.web.Tables;
import dev.recount.web.Unavailable;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The tables behind the page. A question that takes too long is given up: nobody waits for it. */
public final class ClickHouseTables implements Tables, AutoCloseable {
  /** How long a question may take. */
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ClickHouse clickHouse;

  /** Takes over a connection. */
  public ClickHouseTables(ClickHouse clickHouse) {
    this.clickHouse = clickHouse;
  }

  @Override
  public List<JsonNode> rows(String sql, Map<String, String> parameters) {
    try {
      return clickHouse.rows(sql, parameters, PATIENCE);
    } catch (UserError failed) {
      throw new Unavailable(String.valueOf(failed.getMessage()), failed);
    }
  }

  @Override
  public void close() {
    clickHouse.close();
  }
}
