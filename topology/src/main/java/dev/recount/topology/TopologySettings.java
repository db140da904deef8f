package dev.recount.topology;

import dev.recount.schemas.otlp.OtlpEncoding;
import dev.recount.schemas.yaml.YamlException;
import dev.recount.topology.alerting.AlertRules;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.SpanMapper;
import dev.recount.topology.evaluation.Evaluators;
import dev.recount.topology.model.ModelTable;
import dev.recount.topology.sampling.RuleSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigException;

/**
 * When traces settle, how long they are kept, and how much of them is folded. All times run on the
 * log's clock.
 *
 * @param settleQuiet quiet time after which a trace whose root has ended settles
 * @param settleIdle quiet time after which a trace without an ended root settles
 * @param settleMaximumAge age at which any trace settles
 * @param amendQuiet quiet time for which late events are gathered before rows are amended
 * @param provisionalAfter age at which a running trace shows provisional rows; doubles every time
 * @param urgentAfter time after an error or an escalation within which provisional rows appear
 * @param feedbackWait how long feedback waits for its trace before it is reported as unmatched
 * @param stateRetention how long a trace is kept in state after its last event
 * @param anchorRetention how long the rows of an expired trace are kept for late feedback
 * @param forgetRetention how long what comes for a forgotten trace is passed over
 * @param spanCap spans of a trace that are folded into decisions
 * @param tickInterval how often an idle partition is looked after
 * @param announceAliases whether response and tool call IDs are logged, so that feedback can name
 *     them instead of a trace
 * @param attributeMapping for each fact the attributes of a team's own that state it
 * @param models rows of a team's own for the table of models: prices and context limits
 * @param alerts rules of alerts: {@code default}, {@code none}, or a text of YAML
 * @param samplingRules rules that decide which traces are kept, as YAML; empty to keep all
 * @param evaluators which evaluators judge traces: {@code none}, the text of a file, or empty for
 *     all that are found
 * @param otlpEncoding how the records of {@code otlp_spans} and {@code otlp_logs} are encoded
 * @param live whether ticks and links are written into the log; a replay reads them instead
 */
public record TopologySettings(
    Duration settleQuiet,
    Duration settleIdle,
    Duration settleMaximumAge,
    Duration amendQuiet,
    Duration provisionalAfter,
    Duration urgentAfter,
    Duration feedbackWait,
    Duration stateRetention,
    Duration anchorRetention,
    Duration forgetRetention,
    int spanCap,
    Duration tickInterval,
    boolean announceAliases,
    Map<Fact, List<String>> attributeMapping,
    String models,
    String alerts,
    String samplingRules,
    String evaluators,
    OtlpEncoding otlpEncoding,
    boolean live) {

  private static final String SETTLE_QUIET = "settle.quiet.ms";
  private static final String SETTLE_IDLE = "settle.idle.ms";
  private static final String SETTLE_MAXIMUM_AGE = "settle.maximum.age.ms";
  private static final String AMEND_QUIET = "amend.quiet.ms";
  private static final String PROVISIONAL_AFTER = "provisional.after.ms";
  private static final String URGENT_AFTER = "provisional.urgent.ms";
  private static final String FEEDBACK_WAIT = "feedback.wait.ms";
  private static final String STATE_RETENTION = "state.retention.ms";
  private static final String ANCHOR_RETENTION = "anchor.retention.ms";
  private static final String FORGET_RETENTION = "forget.retention.ms";
  private static final String SPAN_CAP = "span.cap";
  private static final String TICK_INTERVAL = "tick.interval.ms";
  private static final String ANNOUNCE_ALIASES = "aliases.announce";
  private static final String OTLP_ENCODING = "otlp.encoding";
  private static final String ATTRIBUTE_MAPPING = "attribute.mapping";
  private static final String MODELS = "models";

  /** Name of the setting that holds the rules of alerts. */
  public static final String ALERTS = "alerts";

  /** Name of the setting that holds the rules of sampling. */
  public static final String SAMPLING_RULES = "sampling.rules";

  /** Name of the setting that says which evaluators judge. */
  public static final String EVALUATORS = "evaluators";

  private static final String LIVE = "live";

  private static final String NO_RULES = "none";
  private static final String DEFAULT_RULES = "default";

  /** Every setting with its default, its bounds and what it does. */
  public static final ConfigDef CONFIG =
      new ConfigDef()
          .define(
              SETTLE_QUIET,
              ConfigDef.Type.LONG,
              10_000L,
              Range.atLeast(1),
              Importance.HIGH,
              "Quiet time in milliseconds after which a trace whose root has ended settles.")
          .define(
              SETTLE_IDLE,
              ConfigDef.Type.LONG,
              60_000L,
              Range.atLeast(1),
              Importance.MEDIUM,
              "Quiet time in milliseconds after which a trace without an ended root settles.")
          .define(
              SETTLE_MAXIMUM_AGE,
              ConfigDef.Type.LONG,
              Duration.ofHours(24).toMillis(),
              Range.atLeast(1),
              Importance.LOW,
              "Age in milliseconds at which any trace settles.")
          .define(
              AMEND_QUIET,
              ConfigDef.Type.LONG,
              1_000L,
              Range.atLeast(1),
              Importance.MEDIUM,
              "Quiet time in milliseconds for which late events are gathered before a settled trace"
                  + " is amended.")
          .define(
              PROVISIONAL_AFTER,
              ConfigDef.Type.LONG,
              30_000L,
              Range.atLeast(1),
              Importance.MEDIUM,
              "Age in milliseconds at which a running trace first shows provisional rows; the"
                  + " interval doubles from there.")
          .define(
              URGENT_AFTER,
              ConfigDef.Type.LONG,
              1_000L,
              Range.atLeast(1),
              Importance.MEDIUM,
              "Time in milliseconds after an error, an escalation or a rollback within which a"
                  + " running trace shows provisional rows.")
          .define(
              FEEDBACK_WAIT,
              ConfigDef.Type.LONG,
              Duration.ofMinutes(15).toMillis(),
              Range.atLeast(1),
              Importance.MEDIUM,
              "How long feedback waits for its trace, in milliseconds, before it is reported as"
                  + " unmatched. It is joined all the same if the trace comes later.")
          .define(
              STATE_RETENTION,
              ConfigDef.Type.LONG,
              Duration.ofDays(7).toMillis(),
              Range.atLeast(1),
              Importance.HIGH,
              "How long a trace is kept in state after its last event, in milliseconds.")
          .define(
              ANCHOR_RETENTION,
              ConfigDef.Type.LONG,
              Duration.ofDays(90).toMillis(),
              Range.atLeast(1),
              Importance.MEDIUM,
              "How long the last rows of an expired trace are kept, in milliseconds, so that feedback"
                  + " which comes later still amends them.")
          .define(
              FORGET_RETENTION,
              ConfigDef.Type.LONG,
              Duration.ofDays(90).toMillis(),
              Range.atLeast(1),
              Importance.LOW,
              "How long what still comes for a forgotten trace is passed over, in milliseconds.")
          .define(
              SPAN_CAP,
              ConfigDef.Type.INT,
              20_000,
              Range.atLeast(1),
              Importance.MEDIUM,
              "Spans of a trace that are folded into decisions: the earliest, and beside them as many"
                  + " roots, as many failures, and as many of the spans above these. Further spans are"
                  + " stored and counted. Explicit snapshots and decisions have the same limit each; what"
                  + " is beyond stays in the log.")
          .define(
              TICK_INTERVAL,
              ConfigDef.Type.LONG,
              1_000L,
              Range.atLeast(10),
              Importance.LOW,
              "How often an idle partition is looked after, in milliseconds.")
          .define(
              ANNOUNCE_ALIASES,
              ConfigDef.Type.BOOLEAN,
              true,
              Importance.LOW,
              "Whether response IDs and tool call IDs are logged, so that feedback can name them"
                  + " instead of a trace.")
          .define(
              OTLP_ENCODING,
              ConfigDef.Type.STRING,
              "auto",
              ConfigDef.ValidString.in("auto", "protobuf", "json"),
              Importance.LOW,
              "How the records of otlp_spans and otlp_logs are encoded: protobuf, json, or auto to"
                  + " tell by the record.")
          .define(
              ATTRIBUTE_MAPPING,
              ConfigDef.Type.LIST,
              "",
              AttributeMapping::validate,
              Importance.MEDIUM,
              "Attributes of your own that state a fact, as fact=key, several separated by commas. Of"
                  + " one fact the first that is there wins, and wins over the conventions.")
          .define(
              MODELS,
              ConfigDef.Type.STRING,
              "",
              TopologySettings::validateModels,
              Importance.MEDIUM,
              "Rows to add to the table of models or to replace there:"
                  + " model,input,output,cache_read,cache_write,context_limit. On the command line"
                  + " @FILE reads them from a file.")
          .define(
              ALERTS,
              ConfigDef.Type.STRING,
              AlertRules.DEFAULT,
              TopologySettings::validateAlerts,
              Importance.MEDIUM,
              "Rules of alerts: default for those that come with Recount, none, or a text of YAML."
                  + " On the command line @FILE reads it from a file.")
          .define(
              SAMPLING_RULES,
              ConfigDef.Type.STRING,
              NO_RULES,
              TopologySettings::validateRules,
              Importance.HIGH,
              "Rules that decide which traces are kept: none to keep all, default, or YAML. On the"
                  + " command line @FILE reads them from a file.")
          .define(
              EVALUATORS,
              ConfigDef.Type.STRING,
              "default",
              TopologySettings::validateEvaluators,
              Importance.MEDIUM,
              "Which evaluators judge traces: none, default for all that are found, or the text of"
                  + " an evaluators.yaml. On the command line @FILE reads it from a file.")
          .define(
              LIVE,
              ConfigDef.Type.BOOLEAN,
              true,
              Importance.LOW,
              "Whether ticks and links are written into the log. A replay reads them instead.");

  /** The defaults. */
  public static TopologySettings defaults() {
    return fromMap(Map.of());
  }

  /**
   * The defaults with some of them changed.
   *
   * @param changed settings by the names in {@link #CONFIG}
   * @throws ConfigException when a value is malformed or out of bounds, or a name is unknown
   */
  public static TopologySettings fromMap(Map<String, String> changed) {
    for (String name : changed.keySet()) {
      if (!CONFIG.names().contains(name)) {
        throw new ConfigException(
            "Unknown setting " + name + "; known are " + String.join(", ", CONFIG.names()));
      }
    }
    AbstractConfig config = new AbstractConfig(CONFIG, changed, false);
    return new TopologySettings(
        milliseconds(config, SETTLE_QUIET),
        milliseconds(config, SETTLE_IDLE),
        milliseconds(config, SETTLE_MAXIMUM_AGE),
        milliseconds(config, AMEND_QUIET),
        milliseconds(config, PROVISIONAL_AFTER),
        milliseconds(config, URGENT_AFTER),
        milliseconds(config, FEEDBACK_WAIT),
        milliseconds(config, STATE_RETENTION),
        milliseconds(config, ANCHOR_RETENTION),
        milliseconds(config, FORGET_RETENTION),
        config.getInt(SPAN_CAP),
        milliseconds(config, TICK_INTERVAL),
        config.getBoolean(ANNOUNCE_ALIASES),
        AttributeMapping.parse(config.getList(ATTRIBUTE_MAPPING)),
        config.getString(MODELS),
        config.getString(ALERTS),
        rules(config.getString(SAMPLING_RULES)),
        evaluators(config.getString(EVALUATORS)),
        OtlpEncoding.named(config.getString(OTLP_ENCODING)),
        config.getBoolean(LIVE));
  }

  /**
   * How telemetry is read: what comes with Recount, with what the settings add. Nobody judges it
   * yet: which evaluators do may change while the topology runs.
   */
  public Interpretation interpretation() {
    Interpretation standard = Interpretation.standard();
    return new Interpretation(
        attributeMapping.isEmpty() ? standard.mapper() : new SpanMapper(attributeMapping),
        models.isBlank() ? standard.models() : ModelTable.standardWith(models),
        Evaluators.none());
  }

  private static String evaluators(String setting) {
    return setting.strip().equals(DEFAULT_RULES) ? "" : setting;
  }

  private static void validateEvaluators(String name, Object setting) {
    try {
      Evaluators.of((String) setting);
    } catch (YamlException | ServiceConfigurationError malformed) {
      // Without the value, which may be a whole file.
      throw new ConfigException(String.valueOf(malformed.getMessage()));
    }
  }

  /** The rules of alerts. */
  public AlertRules alertRules() {
    return AlertRules.of(alerts);
  }

  private static void validateModels(String name, Object rows) {
    try {
      ModelTable.standardWith((String) rows);
    } catch (IllegalArgumentException malformed) {
      throw new ConfigException(name, rows, malformed.getMessage());
    }
  }

  private static void validateAlerts(String name, Object rules) {
    try {
      AlertRules.of((String) rules);
    } catch (YamlException malformed) {
      throw new ConfigException(String.valueOf(malformed.getMessage()));
    }
  }

  /** The rules that a setting stands for, as YAML; empty for none. */
  public static String rules(String setting) {
    return switch (setting.strip()) {
      case NO_RULES, "" -> "";
      case DEFAULT_RULES -> RuleSet.defaultRules();
      default -> setting;
    };
  }

  private static void validateRules(String name, Object setting) {
    String rules = rules((String) setting);
    try {
      if (!rules.isEmpty()) {
        RuleSet.parse(name, rules);
      }
    } catch (YamlException refused) {
      throw new ConfigException(String.valueOf(refused.getMessage()));
    }
  }

  private static Duration milliseconds(AbstractConfig config, String name) {
    return Duration.ofMillis(config.getLong(name));
  }
}
