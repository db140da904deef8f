package dev.recount.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code recount version}. */
@Command(
    name = "version",
    header = "Show the version.",
    description = "Show the version of Recount and of its Java.")
public final class VersionCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it before run()
  private CommandSpec spec;

  @Override
  public void run() {
    for (String line : new Provider().getVersion()) {
      spec.commandLine().getOut().println(line);
    }
  }

  /** The version as the build wrote it down. */
  public static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "recount " + ownVersion(),
        "Java "
            + System.getProperty("java.version")
            + ", "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
      };
    }

    private static String ownVersion() {
      try (InputStream file = VersionCommand.class.getResourceAsStream("version.properties")) {
        Properties properties = new Properties();
        if (file != null) {
          properties.load(file);
        }
        return properties.getProperty("version", "unknown");
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }
}
