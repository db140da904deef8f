package dev.recount.local.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlStatementTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      textBlock =
          """
          INSERT INTO t VALUES (1)|INSERT INTO t |Values| (1)
          INSERT INTO t FORMAT TSV 1|INSERT INTO t |TSV|1
          insert into t (a, values, format) format JSONEachRow {}|insert into t (a, values, format) |JSONEachRow|{}
          INSERT INTO values VALUES (1)|INSERT INTO values |Values| (1)
          INSERT INTO format FORMAT CSV 1|INSERT INTO format |CSV|1
          INSERT INTO TABLE select.values VALUES (1)|INSERT INTO TABLE select.values |Values| (1)
          INSERT INTO `format` FORMAT values (1)|INSERT INTO `format` |Values|(1)
          INSERT INTO t SETTINGS async_insert=0 VALUES (1)|INSERT INTO t SETTINGS async_insert=0 |Values| (1)
          INSERT INTO t /* VALUES */ VALUES (1)|INSERT INTO t /* VALUES */ |Values| (1)
          INSERT INTO FUNCTION file('FORMAT VALUES') FORMAT CSV 1|INSERT INTO FUNCTION file('FORMAT VALUES') |CSV|1
          """)
  void dataOfAnInsertBeginsAfterItsFormat(String sql, String head, String format, String data) {
    byte[] bytes = bytes(sql);
    SqlStatement statement = SqlStatement.parse(bytes);
    assertThat(statement.insertsData()).isTrue();
    assertThat(new String(bytes, 0, statement.sqlEnd(), StandardCharsets.UTF_8)).isEqualTo(head);
    assertThat(statement.format()).isEqualTo(format);
    assertThat(
            new String(
                bytes,
                statement.dataStart(),
                bytes.length - statement.dataStart(),
                StandardCharsets.UTF_8))
        .isEqualTo(data);
  }

  @Test
  void dataKeepsItsLineBreaks() {
    byte[] sql = bytes("INSERT INTO t FORMAT TSV\n\n1\n\n");
    assertThat(SqlStatement.parse(sql).dataStart())
        .isEqualTo("INSERT INTO t FORMAT TSV\n".length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t SELECT 1",
        "INSERT INTO t WITH 1 AS x SELECT x",
        "INSERT INTO t (a) SELECT 'VALUES'",
        "INSERT INTO t FROM INFILE 'f' FORMAT CSV"
      })
  void insertsFromElsewhereTakeNoData(String sql) {
    assertThat(SqlStatement.parse(bytes(sql)).insertsData()).isFalse();
    assertThat(SqlStatement.parse(bytes(sql)).isReading()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1; SELECT 2",
        "SELECT 1;;",
        "SELECT 1; DROP TABLE t",
        "INSERT INTO t SELECT 1; SELECT 2"
      })
  void severalStatementsAreSeen(String sql) {
    assertThat(SqlStatement.parse(bytes(sql)).several()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1;",
        "SELECT 1; -- ; end",
        "SELECT ';' ; /* ; */ ",
        "SELECT 'it''s; \\'; ' AS `;`, \";\"",
        "SELECT $tag$ ; $tag$",
        "# ; comment\nSELECT 1"
      })
  void semicolonsInTextsAndCommentsEndNothing(String sql) {
    assertThat(SqlStatement.parse(bytes(sql)).several()).isFalse();
    assertThat(SqlStatement.parse(bytes(sql)).isReading()).isTrue();
  }

  @Test
  void whatWritesIsNotReading() {
    assertThat(
            SqlStatement.parse(bytes("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x"))
                .isReading())
        .isFalse();
    assertThat(SqlStatement.parse(bytes("SELECT 1 INTO /**/ OUTFILE 'f'")).intoOutfile()).isTrue();
    assertThat(SqlStatement.parse(bytes("SELECT 'INTO OUTFILE'")).intoOutfile()).isFalse();
    assertThat(
            SqlStatement.parse(bytes("INSERT INTO TABLE FUNCTION file('f') SELECT 1"))
                .insertsIntoFunction())
        .isTrue();
  }

  @Test
  void theFormatOfAResultIsTheOutermost() {
    assertThat(
            SqlStatement.parse(
                    bytes("SELECT a FROM (SELECT 1 AS format) FORMAT CSV SETTINGS x = 1"))
                .format())
        .isEqualTo("CSV");
    assertThat(SqlStatement.parse(bytes("SELECT 1")).format()).isNull();
    assertThat(SqlStatement.parse(bytes(" ")).keyword()).isEmpty();
  }

  private static byte[] bytes(String sql) {
    return sql.getBytes(StandardCharsets.UTF_8);
  }
}
