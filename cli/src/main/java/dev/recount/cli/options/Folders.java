package dev.recount.cli.options;

import java.nio.file.Path;
import java.util.Map;

/**
 * Where Recount keeps what must survive a restart.
 *
 * @see <a href="https://specifications.freedesktop.org/basedir-spec/latest/">XDG Base Directory
 *     Specification</a>
 */
public final class Folders {
  private Folders() {}

  /** {@code $XDG_DATA_HOME/recount}, by default {@code ~/.local/share/recount}. */
  public static Path data() {
    return data(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /** The folder that RECOUNT_DATA_DIR names, by default {@link #data()}; absolute. */
  public static Path configuredData() {
    String named = System.getenv().getOrDefault("RECOUNT_DATA_DIR", "");
    return named.isBlank() ? data() : Path.of(named).toAbsolutePath();
  }

  static Path data(Map<String, String> environment, Path userHome) {
    String named = environment.getOrDefault("XDG_DATA_HOME", "");
    // The specification has relative paths ignored.
    boolean usable = !named.isBlank() && Path.of(named).isAbsolute();
    return (usable ? Path.of(named) : userHome.resolve(".local").resolve("share"))
        .resolve("recount");
  }
}
