package dev.recount.local.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The Java runtimes of this machine, for a child that needs a newer one than ours. */
public final class JavaRuntimes {
  private static final Pattern RELEASE_VERSION =
      Pattern.compile("(?m)^JAVA_VERSION=\"(?:1\\.)?(\\d+)");

  private final Map<String, String> environment;
  private final Path ownHome;
  private final List<Path> installFolders;

  /**
   * @param environment the environment variables to look at
   * @param ownHome the home of the running Java
   * @param installFolders folders that hold one Java home per entry
   */
  JavaRuntimes(Map<String, String> environment, Path ownHome, List<Path> installFolders) {
    this.environment = environment;
    this.ownHome = ownHome;
    this.installFolders = List.copyOf(installFolders);
  }

  /** Those of this machine. */
  public static JavaRuntimes ofThisMachine() {
    Path userHome = Path.of(System.getProperty("user.home"));
    return new JavaRuntimes(
        System.getenv(),
        Path.of(System.getProperty("java.home")),
        List.of(
            Path.of("/usr/lib/jvm"),
            Path.of("/opt"),
            Path.of("/usr/local/openjdk"),
            userHome.resolve(".sdkman/candidates/java"),
            userHome.resolve(".jdks"),
            Path.of("/Library/Java/JavaVirtualMachines")));
  }

  /** The {@code java} program that runs this JVM. */
  public static Path own() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /**
   * Finds a {@code java} program of at least a version. A variable that names one wins, and is an
   * error if it is too old; then comes the running Java, {@code JAVA_HOME}, the PATH, and the
   * newest in the usual install folders.
   *
   * @param minimum the least feature version, such as 21
   * @param variable the environment variable that names a Java home or program
   * @return the program, or empty if there is none
   * @throws StackException if the variable names something that will not do
   */
  public Optional<Path> find(int minimum, String variable) {
    String named = environment.get(variable);
    if (named != null && !named.isBlank()) {
      Path home = homeOf(Path.of(named.strip()));
      int version = home == null ? 0 : versionOf(home);
      if (home == null || version < minimum) {
        throw new StackException(
            variable
                + " is "
                + named
                + ", which is "
                + (version == 0 ? "not a Java runtime" : "Java " + version)
                + "; it must be a Java of version "
                + minimum
                + " or later.");
      }
      return Optional.of(home.resolve("bin/java"));
    }
    return candidates().stream()
        .filter(home -> versionOf(home) >= minimum)
        .map(home -> home.resolve("bin/java"))
        .findFirst();
  }

  private Set<Path> candidates() {
    Set<Path> homes = new LinkedHashSet<>();
    homes.add(ownHome);
    addHome(homes, environment.get("JAVA_HOME"));
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (!folder.isBlank()) {
        addHome(homes, Path.of(folder).resolve("java").toString());
      }
    }
    List<Path> installed = new ArrayList<>();
    for (Path folder : installFolders) {
      installed.addAll(homesIn(folder));
    }
    installed.sort(Comparator.comparingInt(JavaRuntimes::versionOf).reversed());
    homes.addAll(installed);
    return homes;
  }

  private static void addHome(Set<Path> homes, @Nullable String place) {
    Path home = place == null || place.isBlank() ? null : homeOf(Path.of(place));
    if (home != null) {
      homes.add(home);
    }
  }

  private static List<Path> homesIn(Path folder) {
    List<Path> homes = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        for (Path entry : entries) {
          Path home = homeOf(entry);
          if (home != null) {
            homes.add(home);
          }
        }
      } catch (IOException e) {
        // A folder that we may not read holds no Java for us.
        return homes;
      }
    }
    return homes;
  }

  /**
   * The Java home that a home folder, a macOS bundle or a {@code java} program stands for; null if
   * none.
   */
  private static @Nullable Path homeOf(Path place) {
    try {
      if (Files.isDirectory(place)) {
        Path bundle = place.resolve("Contents/Home");
        Path home = Files.isDirectory(bundle) ? bundle : place;
        return Files.isExecutable(home.resolve("bin/java")) ? home.toRealPath() : null;
      }
      if (!Files.isExecutable(place)) {
        return null;
      }
      Path folder = place.toRealPath().getParent();
      return folder == null ? null : folder.getParent();
    } catch (IOException e) {
      return null;
    }
  }

  /** The feature version that a Java home declares in its release file; 0 if it declares none. */
  private static int versionOf(Path home) {
    Path release = home.resolve("release");
    try {
      Matcher version =
          RELEASE_VERSION.matcher(Files.isRegularFile(release) ? Files.readString(release) : "");
      return version.find() ? Integer.parseInt(version.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
