package dev.recount.cli.roles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.recount.cli.UserError;
import dev.recount.topology.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFilesTest {
  private static final String KEEP = "rules:\n  - {name: everything, decision: keep}\n";
  private static final String HALF = "rules:\n  - {name: half, decision: 50%}\n";
  private static final String WRONG = "rules:\n  - {name: half, decision: sometimes}\n";

  @TempDir Path folder;

  private static ConfigurationFiles watch(Path file) {
    return ConfigurationFiles.watch(
        Map.of(Configuration.SAMPLING, ""), Map.of(Configuration.SAMPLING, file));
  }

  private void replace(Path file, String text) throws IOException {
    // As editors do it: the file is never there in part.
    Path other = Files.writeString(folder.resolve("other"), text);
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aFileIsReadAgainWhenItChanges() throws IOException {
    Path file = Files.writeString(folder.resolve("sampling.yaml"), KEEP);
    try (ConfigurationFiles files = watch(file)) {
      assertThat(files.wanted()).isEqualTo(Map.of(Configuration.SAMPLING, KEEP));
      replace(file, HALF);
      await().until(() -> files.wanted().containsValue(HALF));
    }
  }

  @Test
  void whatCannotBeFollowedOrReadChangesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("sampling.yaml"), KEEP);
    try (ConfigurationFiles files = watch(file)) {
      replace(file, WRONG);
      await().until(() -> files.seen().containsValue(WRONG));
      assertThat(files.wanted()).containsValue(KEEP);
      Files.delete(file);
      replace(file, HALF);
      await().until(() -> files.wanted().containsValue(HALF));
    }
  }

  @Test
  void atStartItMustBeFollowed() throws IOException {
    Path file = Files.writeString(folder.resolve("sampling.yaml"), WRONG);
    assertThatThrownBy(() -> watch(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("sampling.yaml line 2 column 28: 'sometimes' is neither keep");
    assertThatThrownBy(() -> watch(folder.resolve("absent")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Cannot read");
  }

  @Test
  void withoutFilesTheSettingsHold() {
    try (ConfigurationFiles files =
        ConfigurationFiles.watch(Map.of(Configuration.SAMPLING, HALF), Map.of())) {
      assertThat(files.wanted()).containsValue(HALF);
    }
  }
}
