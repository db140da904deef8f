package dev.recount.sinks.alert;

import dev.recount.sinks.clickhouse.client.Secret;
import dev.recount.sinks.config.SinkConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/** Settings of the alert sink. Each secret can be in a file in place of the configuration. */
public final class AlertSinkConfig extends SinkConfig {
  public static final String FORMAT_CONFIG = "alert.format";
  private static final String FORMAT_DOC =
      "Whom to tell: alertmanager (POST /api/v2/alerts) or webhook (a JSON object).";
  public static final String ALERTMANAGER = "alertmanager";
  public static final String WEBHOOK = "webhook";

  public static final String URL_CONFIG = "alert.url";
  private static final String URL_DOC =
      "Of an Alertmanager its base URL, of a webhook the URL itself.";

  public static final String URL_FILE_CONFIG = "alert.url.file";
  private static final String URL_FILE_DOC =
      "File that holds the URL, where the URL itself is a secret.";

  public static final String AUTHORIZATION_CONFIG = "alert.authorization";
  private static final String AUTHORIZATION_DOC =
      "Value of the header Authorization, as in 'Bearer TOKEN'.";

  public static final String AUTHORIZATION_FILE_CONFIG = "alert.authorization.file";
  private static final String AUTHORIZATION_FILE_DOC = "File that holds that value instead.";

  public static final String SIGNING_KEY_CONFIG = "alert.signing.key";
  private static final String SIGNING_KEY_DOC =
      "Key of the HMAC-SHA256 of a webhook's body in X-Recount-Signature.";

  public static final String SIGNING_KEY_FILE_CONFIG = "alert.signing.key.file";
  private static final String SIGNING_KEY_FILE_DOC = "File that holds that key instead.";

  public static final String RESOLVE_TIMEOUT_MS_CONFIG = "alert.resolve.timeout.ms";
  private static final String RESOLVE_TIMEOUT_MS_DOC =
      "After how long, in milliseconds, an Alertmanager ends a firing alert of which it hears no more. The topology says it again every minute.";

  public static final String GENERATOR_URL_CONFIG = "alert.generator.url";
  private static final String GENERATOR_URL_DOC =
      "Where to look an alert up, for an Alertmanager; {alert_id} stands for its ID.";

  public static final String REQUEST_TIMEOUT_MS_CONFIG = "alert.request.timeout.ms";
  private static final String REQUEST_TIMEOUT_MS_DOC =
      "How long one request may take, in milliseconds.";

  /** The settings, with their documentation. */
  public static final ConfigDef DEFINITION =
      common("the endpoint")
          .define(
              FORMAT_CONFIG,
              Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              ValidString.in(ALERTMANAGER, WEBHOOK),
              Importance.HIGH,
              FORMAT_DOC)
          .define(URL_CONFIG, Type.STRING, "", Importance.HIGH, URL_DOC)
          .define(URL_FILE_CONFIG, Type.STRING, "", Importance.MEDIUM, URL_FILE_DOC)
          .define(AUTHORIZATION_CONFIG, Type.PASSWORD, "", Importance.MEDIUM, AUTHORIZATION_DOC)
          .define(
              AUTHORIZATION_FILE_CONFIG, Type.STRING, "", Importance.MEDIUM, AUTHORIZATION_FILE_DOC)
          .define(SIGNING_KEY_CONFIG, Type.PASSWORD, "", Importance.MEDIUM, SIGNING_KEY_DOC)
          .define(SIGNING_KEY_FILE_CONFIG, Type.STRING, "", Importance.MEDIUM, SIGNING_KEY_FILE_DOC)
          .define(
              RESOLVE_TIMEOUT_MS_CONFIG,
              Type.INT,
              300_000,
              Range.atLeast(1),
              Importance.LOW,
              RESOLVE_TIMEOUT_MS_DOC)
          .define(GENERATOR_URL_CONFIG, Type.STRING, "", Importance.LOW, GENERATOR_URL_DOC)
          .define(
              REQUEST_TIMEOUT_MS_CONFIG,
              Type.INT,
              10_000,
              Range.atLeast(1),
              Importance.LOW,
              REQUEST_TIMEOUT_MS_DOC);

  /**
   * Reads settings.
   *
   * @throws ConfigException when one is missing or malformed; it shows no secret
   */
  public AlertSinkConfig(Map<String, String> properties) {
    super(DEFINITION, properties);
    if (getString(URL_CONFIG).isBlank() == getString(URL_FILE_CONFIG).isBlank()) {
      throw new ConfigException("Give one of " + URL_CONFIG + " and " + URL_FILE_CONFIG);
    }
    if (!getString(URL_CONFIG).isBlank()) {
      requireHttp(getString(URL_CONFIG));
    }
  }

  /** How the endpoint is told. */
  AlertFormat format() {
    String url =
        getString(URL_CONFIG).isBlank()
            ? Secret.inFile(Path.of(getString(URL_FILE_CONFIG))).reveal()
            : getString(URL_CONFIG);
    URI endpoint = requireHttp(url);
    return getString(FORMAT_CONFIG).equals(ALERTMANAGER)
        ? new AlertmanagerFormat(
            endpoint,
            Duration.ofMillis(getInt(RESOLVE_TIMEOUT_MS_CONFIG)),
            getString(GENERATOR_URL_CONFIG))
        : new WebhookFormat(endpoint, secret(SIGNING_KEY_CONFIG, SIGNING_KEY_FILE_CONFIG));
  }

  /** Value of the header Authorization; may be empty. */
  Secret authorization() {
    return secret(AUTHORIZATION_CONFIG, AUTHORIZATION_FILE_CONFIG);
  }

  Duration requestTimeout() {
    return Duration.ofMillis(getInt(REQUEST_TIMEOUT_MS_CONFIG));
  }

  private Secret secret(String literal, String file) {
    String path = getString(file);
    return path.isBlank() ? Secret.of(getPassword(literal).value()) : Secret.inFile(Path.of(path));
  }

  private static URI requireHttp(String url) {
    try {
      URI endpoint = new URI(url.strip());
      if (endpoint.getHost() != null
          && ("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))) {
        return endpoint;
      }
    } catch (URISyntaxException malformed) {
      // Answered below, without the URL: it may hold a secret.
    }
    throw new ConfigException(
        URL_CONFIG + " must be a URL such as http://alertmanager:9093 or https://host/hook");
  }
}
