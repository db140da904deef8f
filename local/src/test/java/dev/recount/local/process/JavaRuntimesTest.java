package dev.recount.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaRuntimesTest {
  @TempDir Path temporary;
  private Path folder;
  private Path own;

  @BeforeEach
  void makeOwnJava() throws IOException {
    // Homes are returned without symbolic links, which the temporary folder may have.
    folder = temporary.toRealPath();
    own = java("own", "17.0.15");
  }

  @Test
  void theNewestOfTheInstallFoldersIsTakenWhenOursIsTooOld() throws Exception {
    java("installed/a", "21.0.1");
    Path newest = java("installed/b", "25");
    java("installed/c", "1.8.0_402");
    assertThat(runtimes(Map.of()).find(21, "SOME_JAVA")).contains(newest.resolve("bin/java"));
    assertThat(runtimes(Map.of()).find(17, "SOME_JAVA")).contains(own.resolve("bin/java"));
    assertThat(runtimes(Map.of()).find(26, "SOME_JAVA")).isEmpty();
  }

  @Test
  void javaHomeAndThePathComeBeforeTheInstallFolders() throws Exception {
    java("installed/b", "25");
    Path home = java("home", "21.0.1");
    assertThat(runtimes(Map.of("JAVA_HOME", home.toString())).find(21, "SOME_JAVA"))
        .contains(home.resolve("bin/java"));
    assertThat(runtimes(Map.of("PATH", "/nowhere:" + home.resolve("bin"))).find(21, "SOME_JAVA"))
        .contains(home.resolve("bin/java"));
  }

  @Test
  void theVariableWinsAndMustBeNewEnough() throws Exception {
    Path named = java("named", "22");
    java("installed/b", "25");
    assertThat(runtimes(Map.of("SOME_JAVA", named.toString())).find(21, "SOME_JAVA"))
        .contains(named.resolve("bin/java"));
    assertThat(runtimes(Map.of("SOME_JAVA", named + "/bin/java")).find(21, "SOME_JAVA"))
        .contains(named.resolve("bin/java"));
    assertThatThrownBy(() -> runtimes(Map.of("SOME_JAVA", own.toString())).find(21, "SOME_JAVA"))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("SOME_JAVA")
        .hasMessageContaining("Java 17");
    assertThatThrownBy(() -> runtimes(Map.of("SOME_JAVA", "/nowhere")).find(21, "SOME_JAVA"))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("not a Java runtime");
  }

  private JavaRuntimes runtimes(Map<String, String> environment) {
    return new JavaRuntimes(
        environment, own, List.of(folder.resolve("installed"), folder.resolve("missing")));
  }

  private Path java(String name, String version) throws IOException {
    Path home = folder.resolve(name);
    Path program = Files.createDirectories(home.resolve("bin")).resolve("java");
    Files.createFile(
        program,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }
}
