package dev.recount.cli.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.UserError;
import dev.recount.web.NotFound;
import dev.recount.web.Unavailable;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PageErrorsTest {
  @Test
  void whatCannotBeReadMayBeThereAndWhatIsNotThereCannot() {
    assertThat(PageErrors.of(new UserError("No trace is like that.", "Look at another time.")))
        .isInstanceOf(NotFound.class)
        .hasMessage("No trace is like that.");
    IOException refused = new IOException("Connection refused");
    assertThat(PageErrors.of(new UserError("ClickHouse does not answer.", null, refused)))
        .isInstanceOf(Unavailable.class)
        .hasMessage("ClickHouse does not answer.")
        .hasCause(refused);
  }
}
