package dev.recount.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.cli.RecountCommand;
import dev.recount.connectors.http.AccessTokens;
import dev.recount.connectors.otlp.Doors;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import dev.recount.schemas.redaction.RedactedField;
import dev.recount.schemas.redaction.RedactionFile;
import dev.recount.topology.TopologySettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Holds the README and docs/ to the code where they list what is in it. */
class DocumentationTest {
  private static final Path REPOSITORY = Repository.root();
  private static final Pattern VARIABLE = Pattern.compile("\\bRECOUNT_[A-Z_]*[A-Z]\\b");
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]*)(?:#[^)]*)?\\)");

  @Test
  void everySettingOfTheTopologyIsListedWithItsDefault() throws IOException {
    String page = read("docs/lifecycle.md");
    for (ConfigDef.ConfigKey setting : TopologySettings.CONFIG.configKeys().values()) {
      assertThat(page)
          .contains("| `" + setting.name + "` | " + setting.defaultValue)
          .contains(setting.documentation);
    }
  }

  @Test
  void everyTopicIsListed() throws IOException {
    String page = read("docs/topics.md");
    assertThat(Topics.withPrefix("").all().stream().map(Topic::name))
        .allMatch(name -> page.contains("| `" + name + "` |"));
  }

  @Test
  void everyDoorIsListed() throws IOException {
    String page = read("docs/operations.md");
    for (Doors.Door door : Doors.ALL) {
      String spans =
          Stream.concat(Stream.of(door.tracePath()), door.others().stream())
              .map(path -> "`" + path + "`")
              .collect(Collectors.joining(", "));
      assertThat(page)
          .contains("| " + door.products() + " | " + spans + " | `" + door.logPath() + "` |");
    }
    assertThat(AccessTokens.HEADERS).allMatch(header -> page.contains("`" + header + "`"));
  }

  @Test
  void everyDetectorAndEveryFieldOfRedactionIsListedAndTheExampleWorks() throws IOException {
    String page = read("docs/redaction.md");
    assertThat(RedactionFile.detectorNames()).allMatch(name -> page.contains("`" + name + "`"));
    assertThat(RedactedField.values()).allMatch(field -> page.contains("`" + field.key() + "`"));
    String example =
        Pattern.compile("(?s)```yaml\n(.*?)```")
            .matcher(page)
            .results()
            .map(found -> found.group(1))
            .findFirst()
            .orElseThrow();
    byte[] key = "sixteen bytes ok".getBytes(StandardCharsets.UTF_8);
    assertThat(RedactionFile.read("redaction.yaml", example, key).isActive()).isTrue();
  }

  @Test
  void everyVariableOfTheCommandLineIsListed() throws IOException {
    Set<String> listed = variables(read("docs/operations.md"));
    assertThat(listed).containsAll(variablesOfCommands());
  }

  @Test
  void everyVariableOfTheReadmeIsListedWithTheSettings() throws IOException {
    assertThat(variables(read("docs/operations.md"))).containsAll(variables(read("README.md")));
  }

  @Test
  void everyCommandOfTheReadmeIsThere() throws IOException {
    Set<String> known = new CommandLine(new RecountCommand()).getSubcommands().keySet();
    Set<String> used =
        Pattern.compile("(?m)^\\./recount ([a-z-]+)")
            .matcher(read("README.md"))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toSet());
    assertThat(used).isNotEmpty().isSubsetOf(known);
  }

  @Test
  void everyLinkWithinTheRepositoryLeadsSomewhere() throws IOException {
    for (Path page : pages()) {
      LINK.matcher(Files.readString(page))
          .results()
          .map(found -> found.group(1))
          .filter(target -> !target.isEmpty())
          .map(target -> page.resolveSibling(target).normalize())
          .forEach(target -> assertThat(target).as("link in " + page.getFileName()).exists());
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(REPOSITORY.resolve("docs"))) {
      return Stream.concat(
              Stream.of(REPOSITORY.resolve("README.md")),
              docs.filter(page -> page.toString().endsWith(".md")))
          .toList();
    }
  }

  private static Set<String> variablesOfCommands() {
    Set<String> variables = new TreeSet<>();
    new CommandLine(new RecountCommand())
        .getSubcommands()
        .values()
        .forEach(
            command ->
                command
                    .getCommandSpec()
                    .options()
                    .forEach(
                        option -> {
                          variables.addAll(variables(String.valueOf(option.defaultValue())));
                          variables.addAll(variables(String.join(" ", option.description())));
                        }));
    return variables;
  }

  private static Set<String> variables(String text) {
    return VARIABLE.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
  }

  private static String read(String page) throws IOException {
    return Files.readString(REPOSITORY.resolve(page));
  }
}
