package dev.recount.cli.secured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.cli.Main;
import dev.recount.cli.output.Terminal;
import dev.recount.cli.sql.ClickHouse;
import dev.recount.local.clickhouse.ClickHouseProcess;
import dev.recount.local.install.Installation;
import dev.recount.local.install.InstallationListener;
import dev.recount.local.kafka.EmbeddedKafka;
import dev.recount.local.registry.SchemaRegistryProcess;
import dev.recount.sinks.clickhouse.client.ClickHouseTarget;
import dev.recount.sinks.clickhouse.client.Secret;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The three roles as processes of their own against Kafka with SASL over TLS, and a registry and a
 * ClickHouse behind TLS and passwords: what goes in by one comes out at the other end, whoever has
 * the wrong password is told so, and no secret is in anything that anybody can read.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the ClickHouse engine exists for Linux on x86-64 only")
class SecuredServersTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final String KAFKA_PASSWORD = "planted-kafka-secret";
  private static final String REGISTRY_PASSWORD = "planted-registry-secret";
  private static final String CLICKHOUSE_PASSWORD = "planted-clickhouse-secret";
  private static final String STORE_PASSWORD = "planted-store-secret";
  private static final String TOKEN = "planted-token-secret";
  private static final String REDACTION_KEY = "planted-redaction-secret";
  private static final String WEBHOOK = "http://127.0.0.1:9/planted-webhook-secret";

  /**
   * Begins every secret, right or wrong, in the clear; the other as basic authentication has it.
   */
  private static final List<String> PLANTED =
      List.of(
          "planted-", basic("recount", REGISTRY_PASSWORD), basic("recount", CLICKHOUSE_PASSWORD));

  @TempDir static Path folder;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private final Map<String, RoleProcess> roles = new TreeMap<>();
  private TestCertificate certificate;
  private EmbeddedKafka kafka;
  private SecuredDoor registry;
  private SecuredDoor clickHouse;
  private int otlpPort;

  @SuppressWarnings("NullAway.Init")
  SecuredServersTest() {}

  @BeforeAll
  void start() throws IOException {
    certificate = TestCertificate.make(folder, STORE_PASSWORD);
    kafka = opened(EmbeddedKafka.start(folder.resolve("kafka"), 0, broker()));
    Installation installation = Installation.ofThisUser(InstallationListener.SILENT);
    SchemaRegistryProcess openRegistry =
        opened(SchemaRegistryProcess.start(installation, folder.resolve("registry"), 0));
    ClickHouseProcess openClickHouse =
        opened(ClickHouseProcess.start(installation, folder.resolve("clickhouse"), 0));
    String authorized = "Basic " + basic("recount", REGISTRY_PASSWORD);
    registry =
        opened(
            SecuredDoor.before(
                openRegistry.url().replaceFirst("(://[^/]*)/.*", "$1"),
                certificate,
                headers -> authorized.equals(headers.get("authorization"))));
    registryPath = openRegistry.url().replaceFirst("https?://[^/]*", "");
    clickHouse =
        opened(
            SecuredDoor.before(
                openClickHouse.url(),
                certificate,
                headers ->
                    ("Basic " + basic("recount", CLICKHOUSE_PASSWORD))
                            .equals(headers.get("authorization"))
                        || CLICKHOUSE_PASSWORD.equals(headers.get("x-clickhouse-key"))));
    properties(folder.resolve("kafka.properties"), KAFKA_PASSWORD, REGISTRY_PASSWORD);
    Files.writeString(folder.resolve("clickhouse-password"), CLICKHOUSE_PASSWORD + "\n");
    Files.writeString(folder.resolve("tokens"), TOKEN + "\n");
    Files.writeString(folder.resolve("webhook"), WEBHOOK + "\n");
    // With it the key is in use, and not merely in the environment.
    Files.writeString(folder.resolve("redaction.yaml"), "detectors: [email]\n");
    otlpPort = freePort();
    startRoles();
  }

  private String registryPath = "";

  private void startRoles() {
    role(
        "topology",
        "--state-dir=" + folder.resolve("state"),
        "--set=settle.quiet.ms=500",
        "--redaction=" + folder.resolve("redaction.yaml"));
    role(
        "sinks",
        "--state-dir=" + folder.resolve("connect"),
        "--archive-url=none",
        "--alert-webhook-url-file=" + folder.resolve("webhook"));
    role(
        "receiver",
        "--redaction=" + folder.resolve("redaction.yaml"),
        "--tokens-file=" + folder.resolve("tokens"),
        "--tls-certificate=" + certificate.certificate(),
        "--tls-key=" + certificate.key(),
        "--otlp-http-port=" + otlpPort,
        "--otlp-grpc-port=0",
        "--content-dir=" + folder.resolve("content"));
    for (Map.Entry<String, RoleProcess> role : roles.entrySet()) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(role.getValue().output())
                      .as("alive: %s", role.getValue().isAlive())
                      .contains(role.getKey() + ": started"));
    }
  }

  private void role(String name, String... further) {
    List<String> arguments = new ArrayList<>(List.of(name, "--verbose", "--http-port=0"));
    arguments.addAll(kafkaOptions("kafka.properties"));
    if (name.equals("sinks")) {
      arguments.addAll(clickHouseOptions("clickhouse-password"));
    }
    arguments.addAll(List.of(further));
    Map<String, String> environment = Map.of("RECOUNT_REDACTION_KEY", REDACTION_KEY);
    roles.put(
        name, opened(RoleProcess.start(folder.resolve(name + ".log"), environment, arguments)));
  }

  private List<String> kafkaOptions(String properties) {
    return List.of(
        "--bootstrap-servers=" + kafka.bootstrapServers(),
        "--schema-registry-url=" + registry.url() + registryPath,
        "--kafka-properties=" + folder.resolve(properties));
  }

  private List<String> clickHouseOptions(String passwordFile) {
    return List.of(
        "--clickhouse-url=" + clickHouse.url(),
        "--clickhouse-user=recount",
        "--clickhouse-certificate=" + certificate.certificate(),
        "--clickhouse-password-file=" + folder.resolve(passwordFile));
  }

  private Map<String, String> broker() {
    String login = "org.apache.kafka.common.security.plain.PlainLoginModule required username=";
    Map<String, String> broker = new TreeMap<>();
    broker.put("listener.security.protocol.map", "PLAINTEXT:SASL_SSL,CONTROLLER:PLAINTEXT");
    broker.put("sasl.enabled.mechanisms", "PLAIN");
    broker.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    broker.put(
        "listener.name.plaintext.plain.sasl.jaas.config",
        login
            + "\"broker\" password=\"of-the-broker\" user_broker=\"of-the-broker\" user_recount=\""
            + KAFKA_PASSWORD
            + "\";");
    broker.put("ssl.keystore.type", "PKCS12");
    broker.put("ssl.keystore.location", certificate.keyStore().toString());
    broker.put("ssl.keystore.password", STORE_PASSWORD);
    broker.put("ssl.truststore.type", "PKCS12");
    broker.put("ssl.truststore.location", certificate.trustStore().toString());
    broker.put("ssl.truststore.password", STORE_PASSWORD);
    return broker;
  }

  private void properties(Path file, String kafkaPassword, String registryPassword)
      throws IOException {
    Files.writeString(
        file,
        """
        security.protocol=SASL_SSL
        sasl.mechanism=PLAIN
        sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
        username="recount" password="%1$s";
        ssl.truststore.type=PKCS12
        ssl.truststore.location=%3$s
        ssl.truststore.password=%4$s
        schema.registry.basic.auth.credentials.source=USER_INFO
        schema.registry.basic.auth.user.info=recount:%2$s
        schema.registry.ssl.truststore.type=PKCS12
        schema.registry.ssl.truststore.location=%3$s
        schema.registry.ssl.truststore.password=%4$s
        """
            .formatted(kafkaPassword, registryPassword, certificate.trustStore(), STORE_PASSWORD));
  }

  @Test
  void whatGoesInByOneDoorComesOutAtTheOther() throws IOException {
    String traceId = export(TOKEN, true);
    ClickHouseTarget target =
        new ClickHouseTarget(
            clickHouse.url(),
            "recount",
            Secret.of(CLICKHOUSE_PASSWORD),
            ClickHouseTarget.DEFAULT_DATABASE,
            Map.of("sslrootcert", certificate.certificate().toString()));
    try (ClickHouse tables = ClickHouse.connect(target)) {
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .untilAsserted(
              () -> {
                List<JsonNode> rows =
                    tables.rows(
                        "SELECT agent_name FROM traces_latest WHERE trace_id = {id:String}",
                        Map.of("id", traceId));
                assertThat(rows).hasSize(1);
                assertThat(rows.get(0).path("agent_name").asText()).isEqualTo("teller");
              });
    }
    export("planted-wrong-token", false);
    assertNothingPlanted();
  }

  @Test
  void whoeverHasTheWrongPasswordIsToldSoWithoutIt() throws IOException {
    properties(folder.resolve("no-kafka.properties"), "planted-wrong", REGISTRY_PASSWORD);
    properties(folder.resolve("no-registry.properties"), KAFKA_PASSWORD, "planted-wrong");
    Files.writeString(folder.resolve("no-password"), "planted-wrong\n");
    String trace = "--trace=4bf92f3577b34da6a3ce929d0e0e4736";
    List<String> feedback = List.of("feedback", trace, "--kind=rating", "--score=1");
    assertThat(refused(feedback, kafkaOptions("no-kafka.properties"))).contains("uthentication");
    assertThat(refused(feedback, kafkaOptions("no-registry.properties"))).contains("registry");
    assertThat(refused(List.of("sql", "SELECT 1"), clickHouseOptions("no-password")))
        .contains("ClickHouse");
    List<String> untrusting = new ArrayList<>(clickHouseOptions("clickhouse-password"));
    untrusting.removeIf(option -> option.startsWith("--clickhouse-certificate"));
    assertThat(refused(List.of("sql", "SELECT 1"), untrusting)).contains("ClickHouse");
    assertNothingPlanted();
  }

  @Test
  void helpSaysNothingOfWhatTheEnvironmentHolds() {
    Map<String, String> environment =
        Map.of(
            "RECOUNT_TOKENS", TOKEN,
            "RECOUNT_CLICKHOUSE_PASSWORD", CLICKHOUSE_PASSWORD,
            "RECOUNT_REDACTION_KEY", REDACTION_KEY,
            "RECOUNT_OTLP_TOKEN", TOKEN);
    for (String command : List.of("up", "import")) {
      Path log = folder.resolve("help-" + command + ".log");
      try (RoleProcess help = RoleProcess.start(log, environment, List.of(command, "--help"))) {
        assertThat(help.awaitEnd()).isZero();
        assertThat(help.output()).contains("Examples:");
        assertNotPlanted("help of " + command, help.output());
      }
    }
  }

  /** What a command says that fails, in both forms. */
  private String refused(List<String> command, List<String> options) {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(options);
    arguments.add("--debug");
    StringWriter said = new StringWriter();
    CommandLine line = Main.commandLine(Terminal.none());
    line.setOut(new PrintWriter(said));
    line.setErr(new PrintWriter(said));
    assertThat(line.execute(arguments.toArray(String[]::new))).as(said.toString()).isEqualTo(1);
    assertNotPlanted(command.toString(), said.toString());
    return said.toString();
  }

  private void assertNothingPlanted() {
    roles.forEach(
        (name, role) -> {
          assertThat(role.isAlive()).as(role.output()).isTrue();
          assertNotPlanted(name + " says", role.output());
          assertNotPlanted(name + " in the process list", role.inProcessList());
        });
  }

  private static void assertNotPlanted(String where, String text) {
    text.lines()
        .forEach(line -> assertThat(PLANTED).as(where + ": " + line).noneMatch(line::contains));
  }

  private String export(String token, boolean accepted) throws IOException {
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(
                SimpleSpanProcessor.create(
                    OtlpHttpSpanExporter.builder()
                        .setEndpoint("https://127.0.0.1:" + otlpPort + "/v1/traces")
                        .setTrustedCertificates(Files.readAllBytes(certificate.certificate()))
                        .addHeader("Authorization", "Bearer " + token)
                        .build()))
            .build()) {
      Span span =
          provider
              .get("test")
              .spanBuilder("invoke_agent teller")
              .setAttribute("gen_ai.operation.name", "invoke_agent")
              .setAttribute("gen_ai.agent.name", "teller")
              .startSpan();
      span.end();
      boolean taken = provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess();
      assertThat(taken || !accepted).isTrue();
      return span.getSpanContext().getTraceId();
    }
  }

  private static String basic(String user, String password) {
    return Base64.getEncoder()
        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0)) {
      return probe.getLocalPort();
    }
  }

  private <T extends AutoCloseable> T opened(T part) {
    started.push(part);
    return part;
  }

  @AfterAll
  void stop() throws Exception {
    for (AutoCloseable part : started) {
      part.close();
    }
  }
}
