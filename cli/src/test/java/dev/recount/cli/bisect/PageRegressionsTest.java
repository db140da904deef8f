package dev.recount.cli.bisect;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.recount.cli.sql.ClickHouse;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.web.Regressions;
import dev.recount.web.Unavailable;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PageRegressionsTest {
  private static final Regressions.Question QUESTION =
      new Regressions.Question(
          "error",
          "",
          "",
          "",
          "",
          OptionalLong.empty(),
          OptionalLong.empty(),
          OptionalLong.empty());

  @Test
  void aClickHouseThatDoesNotAnswerIsNotTheSameAsNothingToFind() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    try (ClickHouse away = ClickHouse.connect(ClickHouseTarget.plain("http://127.0.0.1:" + free))) {
      assertThatExceptionOfType(Unavailable.class)
          .isThrownBy(() -> new PageRegressions(away).search(QUESTION))
          .withMessageContaining("does not answer");
    }
  }

  @Test
  void aTimeBeyondWhatNanosecondsCanTellIsATimeLikeAnyOther() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Regressions.Question later =
        new Regressions.Question(
            "error",
            "",
            "",
            "",
            "",
            OptionalLong.of(99_999_999_999_999_999L),
            OptionalLong.empty(),
            OptionalLong.empty());
    try (ClickHouse away = ClickHouse.connect(ClickHouseTarget.plain("http://127.0.0.1:" + free))) {
      assertThatExceptionOfType(Unavailable.class)
          .isThrownBy(() -> new PageRegressions(away).search(later));
    }
  }
}
