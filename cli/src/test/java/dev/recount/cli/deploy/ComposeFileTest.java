package dev.recount.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.recount.cli.RecountCommand;
import dev.recount.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Holds docker-compose.yml and what it mounts to the command line that it runs, and to what must
 * not stand in it.
 */
class ComposeFileTest {
  private static final Path REPOSITORY = Repository.root();
  private static final Set<String> ROLES = Set.of("topology", "receiver", "sinks", "web");

  /** Read by Java itself. */
  private static final String JAVA_OPTIONS = "JDK_JAVA_OPTIONS";

  private static final Pattern RECOUNT_VARIABLE = Pattern.compile("\\bRECOUNT_[A-Z_]+");
  private static final Pattern SECRET_NAME =
      Pattern.compile("(?i).*(password|passwd|secret|token|api_?key|credential).*");
  private static final Pattern REQUIRED_VARIABLE = Pattern.compile("\\$\\{([A-Z_]+):\\?[^}]+}");

  private static Map<String, JsonNode> services = Map.of();

  @BeforeAll
  static void read() throws IOException {
    JsonNode file = ComposeServices.yaml(REPOSITORY.resolve("docker-compose.yml"));
    Map<String, JsonNode> found = new TreeMap<>();
    file.path("services")
        .properties()
        .forEach(service -> found.put(service.getKey(), service.getValue()));
    services = found;
  }

  @Test
  void everyRoleOfThePipelineIsThere() {
    assertThat(services.keySet()).containsAll(ROLES);
    assertThat(roleNames()).containsExactlyInAnyOrderElementsOf(ROLES);
  }

  @Test
  void everyVariableOfARoleIsASettingOfItsCommand() {
    for (String role : roleNames()) {
      Set<String> known = variablesOf(command(role));
      known.add(JAVA_OPTIONS);
      assertThat(known).as("variables of recount " + role).contains("RECOUNT_BOOTSTRAP_SERVERS");
      assertThat(environment(role).keySet()).as("variables of " + role).isSubsetOf(known);
    }
  }

  @Test
  void commandLinesParse() {
    for (String role : roleNames()) {
      List<String> arguments = texts(service(role).path("command"));
      assertThat(arguments).isNotEmpty();
      CommandLine.ParseResult parsed =
          new CommandLine(new RecountCommand()).parseArgs(arguments.toArray(String[]::new));
      assertThat(parsed.subcommand().commandSpec().name()).isEqualTo(role);
    }
  }

  @Test
  void rolesListenBeyondTheirContainerAndPublishTheirDefaultPorts() {
    for (String role : roleNames()) {
      assertThat(environment(role)).containsEntry("RECOUNT_BIND", "0.0.0.0");
      // The health check of the image asks port 8090.
      assertThat(environment(role)).doesNotContainKey("RECOUNT_HTTP_PORT");
      assertThat(texts(service(role).path("ports"))).anyMatch(port -> port.endsWith(":8090"));
    }
    assertThat(texts(service("receiver").path("ports")))
        .contains("127.0.0.1:4317:4317", "127.0.0.1:4318:4318");
  }

  @Test
  void everyPublishedPortBindsToLoopback() {
    services.forEach(
        (name, service) ->
            assertThat(texts(service.path("ports")))
                .as("ports of " + name)
                .allMatch(port -> port.startsWith("127.0.0.1:")));
    List<String> hostPorts =
        services.values().stream()
            .flatMap(service -> texts(service.path("ports")).stream())
            .map(port -> port.split(":", -1)[1])
            .toList();
    assertThat(hostPorts).doesNotHaveDuplicates();
  }

  @Test
  void noPasswordStandsInIt() throws IOException {
    Set<String> asked = new TreeSet<>();
    for (String name : services.keySet()) {
      environment(name)
          .forEach(
              (variable, value) -> {
                if (SECRET_NAME.matcher(variable).matches()) {
                  assertThat(value).as(name + " " + variable).matches(REQUIRED_VARIABLE);
                  REQUIRED_VARIABLE
                      .matcher(value)
                      .results()
                      .forEach(found -> asked.add(found.group(1)));
                }
              });
    }
    assertThat(asked).isNotEmpty();
    // The example names exactly what is asked for, and gives no value.
    assertThat(
            Files.readAllLines(REPOSITORY.resolve(".env.example")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#")))
        .containsExactlyInAnyOrderElementsOf(asked.stream().map(name -> name + "=").toList());
  }

  @Test
  void noPasswordStandsInWhatItMounts() throws IOException {
    String dataSource =
        Files.readString(
            REPOSITORY.resolve("deploy/grafana/provisioning/datasources/clickhouse.yaml"));
    assertThat(dataSource).containsPattern("password: \\$[A-Z_]+\\s");
    String user = Files.readString(REPOSITORY.resolve("deploy/clickhouse/grafana-user.xml"));
    assertThat(user).containsPattern("<password from_env=\"[A-Z_]+\"/>");
    // Each takes its password from a variable that its container is given.
    assertThat(variables(dataSource, "\\$([A-Z_]+)")).allMatch(environment("grafana")::containsKey);
    assertThat(variables(user, "from_env=\"([A-Z_]+)\""))
        .allMatch(environment("clickhouse")::containsKey);
  }

  @Test
  void everyImageIsPinned() {
    services.forEach(
        (name, service) ->
            assertThat(service.path("image").asText())
                .as("image of " + name)
                .matches("[a-z0-9/._-]+:[0-9][A-Za-z0-9._-]*"));
  }

  @Test
  void everyServiceThatAnotherWaitsForSaysHowItIs() throws IOException {
    // Roles have the health check of the image.
    assertThat(Files.readString(REPOSITORY.resolve("Dockerfile")))
        .containsPattern("HEALTHCHECK[^\\n]*\\\\\\s+CMD .*127\\.0\\.0\\.1:8090/health");
    services.forEach(
        (name, service) ->
            service
                .path("depends_on")
                .properties()
                .forEach(
                    dependency -> {
                      assertThat(dependency.getValue().path("condition").asText())
                          .as(name + " waits for " + dependency.getKey())
                          .isEqualTo("service_healthy");
                      assertThat(
                              ROLES.contains(dependency.getKey())
                                  || service(dependency.getKey()).has("healthcheck"))
                          .as("health check of " + dependency.getKey())
                          .isTrue();
                    }));
  }

  @Test
  void everyMountedFileAndVolumeIsThere() throws IOException {
    Set<String> volumes =
        ComposeServices.yaml(REPOSITORY.resolve("docker-compose.yml"))
            .path("volumes")
            .properties()
            .stream()
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    services
        .values()
        .forEach(
            service ->
                texts(service.path("volumes"))
                    .forEach(
                        volume -> {
                          String source = volume.split(":", -1)[0];
                          if (source.startsWith("./")) {
                            assertThat(REPOSITORY.resolve(source)).exists();
                          } else {
                            assertThat(volumes).contains(source);
                          }
                        }));
  }

  @Test
  void theCollectorWritesTheTopicsThatRecountReads() throws IOException {
    JsonNode exporter =
        ComposeServices.yaml(REPOSITORY.resolve("deploy/collector/config.yaml"))
            .path("exporters")
            .path("kafka");
    Topics topics = Topics.withPrefix("");
    assertThat(exporter.path("traces").path("topic").asText()).isEqualTo(topics.otlpSpans().name());
    assertThat(exporter.path("logs").path("topic").asText()).isEqualTo(topics.otlpLogs().name());
    assertThat(exporter.path("producer").path("max_message_bytes").asInt())
        .isLessThanOrEqualTo(topics.otlpSpans().maximumBytes());
  }

  @Test
  void theImageDoesNotRunAsRoot() throws IOException {
    List<String> users =
        Files.readAllLines(REPOSITORY.resolve("Dockerfile")).stream()
            .filter(line -> line.startsWith("USER "))
            .toList();
    assertThat(users).containsExactly("USER recount");
  }

  /** The services that run the image of this repository. */
  private static List<String> roleNames() {
    return services.entrySet().stream()
        .filter(service -> service.getValue().has("build"))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static JsonNode service(String name) {
    return services.getOrDefault(name, MissingNode.getInstance());
  }

  private static CommandSpec command(String role) {
    return Objects.requireNonNull(new CommandLine(new RecountCommand()).getSubcommands().get(role))
        .getCommandSpec();
  }

  /** Variables that options take their defaults from or name in their descriptions. */
  private static Set<String> variablesOf(CommandSpec command) {
    Set<String> variables = new TreeSet<>();
    for (OptionSpec option : command.options()) {
      Stream.concat(Stream.ofNullable(option.defaultValue()), Stream.of(option.description()))
          .flatMap(text -> RECOUNT_VARIABLE.matcher(text).results())
          .map(MatchResult::group)
          .forEach(variables::add);
    }
    return variables;
  }

  private static Set<String> variables(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  private static Map<String, String> environment(String name) {
    Map<String, String> environment = new TreeMap<>();
    service(name)
        .path("environment")
        .properties()
        .forEach(entry -> environment.put(entry.getKey(), entry.getValue().asText()));
    return environment;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(entry -> texts.add(entry.asText()));
    return texts;
  }
}
