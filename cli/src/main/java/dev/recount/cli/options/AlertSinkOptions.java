package dev.recount.cli.options;

import dev.recount.cli.UserError;
import dev.recount.schemas.Connection;
import dev.recount.sinks.SinkConfigurations;
import dev.recount.sinks.alert.AlertSinkConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who is told of alerts. Secrets come from files, never from arguments. */
public final class AlertSinkOptions {
  @Option(
      names = "--alertmanager-url",
      paramLabel = "URL",
      defaultValue = "${env:RECOUNT_ALERTMANAGER_URL}",
      description = "Tell this Prometheus Alertmanager of alerts (RECOUNT_ALERTMANAGER_URL).")
  private @Nullable String alertmanagerUrl;

  @Option(
      names = "--alert-webhook-url",
      paramLabel = "URL",
      defaultValue = "${env:RECOUNT_ALERT_WEBHOOK_URL}",
      description = "Tell this webhook of alerts (RECOUNT_ALERT_WEBHOOK_URL).")
  private @Nullable String webhookUrl;

  @Option(
      names = "--alert-webhook-url-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_ALERT_WEBHOOK_URL_FILE}",
      description =
          "File that holds the webhook's URL, where that is a secret"
              + " (RECOUNT_ALERT_WEBHOOK_URL_FILE).")
  private @Nullable Path webhookUrlFile;

  @Option(
      names = "--alert-webhook-key-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_ALERT_WEBHOOK_KEY_FILE}",
      description =
          "File that holds the key by which what the webhook is told is signed"
              + " (RECOUNT_ALERT_WEBHOOK_KEY_FILE).")
  private @Nullable Path webhookKeyFile;

  @Option(
      names = "--alert-authorization-file",
      paramLabel = "FILE",
      defaultValue = "${env:RECOUNT_ALERT_AUTHORIZATION_FILE}",
      description =
          "File that holds the value of the header Authorization for both"
              + " (RECOUNT_ALERT_AUTHORIZATION_FILE).")
  private @Nullable Path authorizationFile;

  /**
   * Configurations of connectors by name; none when nobody is to be told.
   *
   * @throws UserError when the webhook's URL is given twice
   */
  public Map<String, Map<String, String>> connectors(Connection connection) {
    Map<String, Map<String, String>> connectors = new LinkedHashMap<>();
    String prefix = connection.topics().prefix();
    if (alertmanagerUrl != null && !alertmanagerUrl.isBlank()) {
      connectors.put(
          prefix + "recount-alertmanager",
          SinkConfigurations.alerts(
              connection, AlertSinkConfig.ALERTMANAGER, endpoint(alertmanagerUrl)));
    }
    String url = webhookUrl == null ? "" : webhookUrl.strip();
    if (!url.isEmpty() && webhookUrlFile != null) {
      throw new UserError(
          "The webhook's URL is given twice.",
          "Give either --alert-webhook-url or --alert-webhook-url-file.");
    }
    if (!url.isEmpty() || webhookUrlFile != null) {
      Map<String, String> endpoint = endpoint(url);
      put(endpoint, AlertSinkConfig.URL_FILE_CONFIG, webhookUrlFile);
      put(endpoint, AlertSinkConfig.SIGNING_KEY_FILE_CONFIG, webhookKeyFile);
      connectors.put(
          prefix + "recount-alert-webhook",
          SinkConfigurations.alerts(connection, AlertSinkConfig.WEBHOOK, endpoint));
    }
    return connectors;
  }

  private Map<String, String> endpoint(String url) {
    Map<String, String> endpoint = new HashMap<>();
    endpoint.put(AlertSinkConfig.URL_CONFIG, url);
    put(endpoint, AlertSinkConfig.AUTHORIZATION_FILE_CONFIG, authorizationFile);
    return endpoint;
  }

  private static void put(Map<String, String> endpoint, String setting, @Nullable Path file) {
    if (file != null) {
      endpoint.put(setting, file.toAbsolutePath().toString());
    }
  }
}
