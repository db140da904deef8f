package dev.recount.cli.roles;

import dev.recount.cli.UserError;
import dev.recount.schemas.yaml.YamlException;
import dev.recount.topology.Configuration;
import dev.recount.topology.sampling.RuleSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of configuration that may change while the topology runs. They are looked at every now and
 * then; what cannot be followed is reported, and what was there before stays in force.
 */
final class ConfigurationFiles implements Configuration, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConfigurationFiles.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Map<String, Path> files;

  /** As last read, followed or not: a fault is reported once. */
  private final Map<String, String> seen = new ConcurrentHashMap<>();

  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "configuration-files");
            thread.setDaemon(true);
            return thread;
          });

  private volatile Map<String, String> wanted;

  private ConfigurationFiles(Map<String, String> base, Map<String, Path> files) {
    this.files = Map.copyOf(files);
    this.wanted = Map.copyOf(base);
  }

  /**
   * Reads files and watches them.
   *
   * @param base what is wanted where no file says otherwise
   * @param files by the name of what they configure
   * @throws UserError when one cannot be read or followed
   */
  static ConfigurationFiles watch(Map<String, String> base, Map<String, Path> files) {
    ConfigurationFiles watching = new ConfigurationFiles(base, files);
    check(files);
    if (!files.isEmpty()) {
      watching.look();
      watching.watch.scheduleWithFixedDelay(
          watching::look, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
    return watching;
  }

  /**
   * Makes sure that files can be followed.
   *
   * @throws UserError when one cannot be read or followed
   */
  static void check(Map<String, Path> files) {
    files.forEach(
        (name, file) -> {
          try {
            check(name, file, Files.readString(file));
          } catch (IOException unreadable) {
            throw new UserError(
                "Cannot read " + file + ".", "Give a readable file of rules.", unreadable);
          } catch (YamlException refused) {
            throw new UserError(String.valueOf(refused.getMessage()), null, refused);
          }
        });
  }

  private static void check(String name, Path file, String text) {
    if (name.equals(SAMPLING)) {
      RuleSet.parse(file.toString(), text);
    }
  }

  @Override
  public Map<String, String> wanted() {
    return wanted;
  }

  /** What was read last, followed or not. */
  Map<String, String> seen() {
    return seen;
  }

  private void look() {
    Map<String, String> now = new HashMap<>(wanted);
    files.forEach(
        (name, file) -> {
          try {
            String text = Files.readString(file);
            if (!text.equals(seen.put(name, text))) {
              check(name, file, text);
              now.put(name, text);
              log.info("{} is to be in force", file);
            }
          } catch (IOException unreadable) {
            // As while it is being replaced.
            log.debug("{} cannot be read", file, unreadable);
          } catch (YamlException refused) {
            log.error("What was there before stays in force: {}", refused.getMessage());
          }
        });
    wanted = Map.copyOf(now);
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}
