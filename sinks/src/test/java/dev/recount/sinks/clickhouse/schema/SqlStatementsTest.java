package dev.recount.sinks.clickhouse.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SqlStatementsTest {
  @Test
  void aStatementEndsWithASemicolonAtTheEndOfALine() {
    assertThat(
            SqlStatements.split(
                """
                -- What it is for; with a semicolon;
                CREATE TABLE a (x String DEFAULT 'b;c')
                ENGINE = Memory;

                DROP TABLE b;\s
                """))
        .isEqualTo(
            List.of("CREATE TABLE a (x String DEFAULT 'b;c')\nENGINE = Memory", "DROP TABLE b"));
  }

  @Test
  void aStatementWithoutItsSemicolonIsAnError() {
    assertThatThrownBy(() -> SqlStatements.split("SELECT 1;\nSELECT 2\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SELECT 2");
  }

  @Test
  void anEmptyTextHasNoStatements() {
    assertThat(SqlStatements.split("\n-- nothing\n")).isEmpty();
  }
}
