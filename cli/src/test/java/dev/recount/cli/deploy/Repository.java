package dev.recount.cli.deploy;

import java.nio.file.Files;
import java.nio.file.Path;

/** The repository that the tests run in. */
public final class Repository {
  private Repository() {}

  /**
   * Its root, found from the working directory upwards.
   *
   * @throws IllegalStateException when the tests run outside of it
   */
  public static Path root() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("docker-compose.yml"))) {
        return folder;
      }
    }
    throw new IllegalStateException("No docker-compose.yml above " + Path.of("").toAbsolutePath());
  }
}
