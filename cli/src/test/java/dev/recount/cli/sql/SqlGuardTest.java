package dev.recount.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlGuardTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "select 1;",
        "  -- a comment\n SELECT 1",
        "/* DROP TABLE x */ SELECT 1",
        "(SELECT 1) UNION ALL (SELECT 2)",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "SHOW TABLES",
        "DESCRIBE TABLE traces_latest",
        "DESC traces_latest",
        "EXPLAIN indexes = 1 SELECT 1",
        "EXISTS TABLE traces",
        "SELECT 'INSERT INTO x; DROP TABLE y; file(1)'",
        "SELECT \"into\", `outfile` FROM t",
        "SELECT url, file FROM t",
        "SELECT domain(url) FROM t",
        "SELECT format('{}', 1)",
        "SELECT a FROM t ORDER BY format DESC",
        "SELECT 1 AS format",
        "SELECT $$a; b$$",
        "SELECT 'gr\u00f6\u00dfer // $ /* \u201c', a AS \"\u00fcber / alles\"",
        "SELECT a / b FROM t",
        "SELECT 'it''s; fine', 'back\\'slash; too'",
        "SELECT 1 SETTINGS max_threads = 1"
      })
  void readingIsAllowed(String sql) {
    assertThat(refusal(sql, false)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM default.\"/etc/passwd\"",
        "SELECT * FROM `default`.`/etc/passwd`",
        "DESCRIBE default.\"/etc/passwd\"",
        "SELECT * FROM loop('default', '/etc/passwd')",
        "SELECT * FROM {a:Identifier}.{b:Identifier}",
        "SELECT * FROM \"f\\x69le\"('/p', 'LineAsString')",
        "SELECT * FROM `f\\x69le`('/p', 'LineAsString')",
        "SELECT * FROM \u201cfile\u201d('/p', 'LineAsString')",
        "SELECT * // '\n FROM file('/p', 'LineAsString') -- '",
        "SELECT * /* /* */ ' */ FROM file('/p', 'LineAsString') -- '",
        "SELECT *, 1 AS a$b$ FROM file('/p', 'LineAsString') AS c$b$",
        "SELECT * FROM t $a FROM file('/p') $",
        "DROP TABLE traces",
        "INSERT INTO x VALUES (1)",
        "ALTER TABLE x DELETE WHERE 1",
        "SYSTEM FLUSH LOGS",
        "SET readonly = 0",
        "/* SELECT */ TRUNCATE TABLE x",
        "-- SELECT\nOPTIMIZE TABLE x",
        "SELECT 1 INTO OUTFILE 'x'",
        "SELECT 1 into /* */ outfile 'x'",
        "SELECT * FROM file('/etc/passwd')",
        "SELECT path, content FROM filesystem('/etc/hostname')",
        "SELECT * FROM eval('SELECT 1') SETTINGS allow_experimental_eval_table_function = 1",
        "SELECT * FROM clusterAllReplicas('default', system.one)",
        "SELECT * FROM `file`('/etc/passwd')",
        "SELECT * FROM url /* */ ('http://x')",
        "SELECT * FROM S3('http://x')",
        "SELECT * FROM remote('h', db.t)",
        "SELECT * FROM remoteSecure('h', db.t)",
        "SELECT * FROM executable('x', TSV, 'a Int')",
        "WITH x AS (SELECT 1) INSERT INTO y SELECT * FROM x",
        "`select` 1"
      })
  void whatWritesOrReachesOutsideIsRefused(String sql) {
    assertThat(refusal(sql, false)).isPresent();
    assertThat(refusal(sql, true)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  -- nothing\n",
        "SELECT 1; SELECT 2",
        "SELECT 1 FORMAT TSV",
        "SELECT 1 FORMAT TSV SETTINGS max_threads = 1"
      })
  void whatCannotBeAnsweredIsRefusedEitherWay(String sql) {
    assertThat(refusal(sql, false)).isPresent();
    assertThat(refusal(sql, true)).isPresent();
  }

  @Test
  void theRefusalNamesTheCulprit() {
    assertThat(refusal("drop table x", false))
        .hasValueSatisfying(reason -> assertThat(reason).contains("DROP"));
    assertThat(refusal("SELECT * FROM s3('x')", false))
        .hasValueSatisfying(reason -> assertThat(reason).contains("s3()"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELEC 1", "(SELEC 1)", "traces_latest", "`select` 1", "1"})
  void aSlipOfThePenIsNoReasonToWrite(String sql) {
    assertThat(refusal(sql, false))
        .hasValueSatisfying(
            reason -> assertThat(reason).contains("SELECT").doesNotContain("--write"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "drop table x",
        "WITH x AS (SELECT 1) INSERT INTO y SELECT * FROM x",
        "SELECT 1 INTO OUTFILE 'x'",
        "SELECT * FROM s3('x')"
      })
  void whatWritesIsToldHow(String sql) {
    assertThat(refusal(sql, false))
        .hasValueSatisfying(reason -> assertThat(reason).contains("--write"));
  }

  @Test
  void errorsOfClickHouseLoseWhatOnlyItsDevelopersNeed() {
    assertThat(
            ClickHouseErrors.clean(
                "Code: 60. DB::Exception: Unknown table expression identifier 'x'."
                    + " (UNKNOWN_TABLE) (version 26.7.3.1 (official build)) (queryId= 1-2)"))
        .isEqualTo("Unknown table expression identifier 'x'. (UNKNOWN_TABLE)");
  }

  @Test
  void whereNamesStandForFilesNoneThatIsAPathIsRead() {
    String sql = "SELECT * FROM \"/etc/passwd\"";
    assertThat(SqlGuard.refusal(sql, "default", false)).isPresent();
    assertThat(SqlGuard.refusal(sql, "default", true)).isEmpty();
    assertThat(refusal(sql, false)).isEmpty();
  }

  private static Optional<String> refusal(String sql, boolean write) {
    return SqlGuard.refusal(sql, "recount", write);
  }
}
