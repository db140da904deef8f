package dev.recount.topology.convention;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds docs/conventions.md to the tables. */
class ConventionsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "conventions.md");

  @Test
  void everyRowOfTheTableIsListedInItsOrder() throws IOException {
    String page = Files.readString(PAGE);
    for (Conventions.Row row : Conventions.SPAN_ATTRIBUTES) {
      if (row.keys().get(0).startsWith("recount.decision.")
          || row.keys().get(0).startsWith("recount.context.")) {
        assertThat(page).contains("`" + row.keys().get(0) + "`");
      } else {
        assertThat(page)
            .as(row.fact().name())
            .contains("| `" + String.join("`, `", row.keys()) + "` |");
      }
    }
    for (Conventions.Row row : Conventions.RESOURCE_ATTRIBUTES) {
      assertThat(page)
          .as(row.fact().name())
          .contains("| `" + String.join("`, `", row.keys()) + "` |");
    }
  }

  @Test
  void everyPlaceAndEverySourceOfMessagesIsListed() throws IOException {
    String page = Files.readString(PAGE);
    for (String place : Conventions.PLACES) {
      assertThat(page).contains("`" + place.replace("#*", "") + "`");
    }
    for (MessageSources.Source source : MessageSources.byRank()) {
      boolean flattened = source.form() == MessageSources.Form.FLATTENED;
      assertThat(page).contains("`" + source.key() + (flattened ? "N…" : "") + "`");
    }
  }
}
