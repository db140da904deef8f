package dev.recount.local.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.local.process.StackException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {
  private static final Path USER = Path.of("/home/someone");

  @TempDir Path folder;

  @Test
  void theCacheFolderFollowsTheEnvironment() {
    assertThat(Installation.homeFrom(Map.of(), USER))
        .isEqualTo(Path.of("/home/someone/.cache/recount"));
    assertThat(Installation.homeFrom(Map.of("XDG_CACHE_HOME", "/caches"), USER))
        .isEqualTo(Path.of("/caches/recount"));
    assertThat(Installation.homeFrom(Map.of("XDG_CACHE_HOME", "relative"), USER))
        .isEqualTo(Path.of("/home/someone/.cache/recount"));
    assertThat(
            Installation.homeFrom(
                Map.of("RECOUNT_HOME", "/own", "XDG_CACHE_HOME", "/caches"), USER))
        .isEqualTo(Path.of("/own"));
  }

  @Test
  void otherPlatformsAreToldTheWaysOut() {
    assertThatCode(() -> Installation.requireEnginePlatform("Linux", "amd64"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Installation.requireEnginePlatform("Mac OS X", "aarch64"))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("Mac OS X on aarch64")
        .hasMessageContaining("docker-compose.yml")
        .hasMessageContaining("--clickhouse-url");
  }

  @Test
  void aLibraryOfOnesOwnMustExist() throws Exception {
    Path library = Files.createFile(folder.resolve("libchdb.so"));
    assertThat(installation(Map.of("RECOUNT_CHDB_LIBRARY", library.toString())).clickHouseLibrary())
        .isEqualTo(library);
    assertThatThrownBy(
            () ->
                installation(Map.of("RECOUNT_CHDB_LIBRARY", folder.resolve("none").toString()))
                    .clickHouseLibrary())
        .isInstanceOf(StackException.class)
        .hasMessageContaining("RECOUNT_CHDB_LIBRARY");
  }

  @Test
  void whatIsThereIsNotFetchedAgain() throws Exception {
    List<String> progress = new ArrayList<>();
    Path registry = Files.createDirectories(folder.resolve("registry/3.3.3"));
    Files.createFile(registry.resolve("quarkus-run.jar"));
    assertThat(new Installation(folder, Map.of(), progress::add).registry()).isEqualTo(registry);
    assertThat(progress).isEmpty();
  }

  @Test
  void aToolThatIsMissingOrFailsIsNamedWithTheRemedy() {
    assertThatThrownBy(
            () -> FetchTool.run("the engine", List.of("no-such-tool-anywhere"), "Install it."))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("no-such-tool-anywhere")
        .hasMessageContaining("Install it.");
    assertThatThrownBy(
            () ->
                FetchTool.run(
                    "the engine",
                    List.of("sh", "-c", "echo no network; exit 3"),
                    "Check the network."))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("no network")
        .hasMessageContaining("Check the network.");
  }

  private Installation installation(Map<String, String> environment) {
    return new Installation(folder, environment, InstallationListener.SILENT);
  }
}
