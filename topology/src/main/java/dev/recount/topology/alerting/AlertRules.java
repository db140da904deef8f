package dev.recount.topology.alerting;

import dev.recount.schemas.yaml.YamlException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The rules of alerts. Immutable. */
public final class AlertRules {
  /** Name of the rules that come with Recount. */
  public static final String DEFAULT = "default";

  /** Name of no rules at all. */
  public static final String NONE = "none";

  private static final String RESOURCE = "alerts.default.yaml";

  private final List<AlertRule> rules;

  AlertRules(List<AlertRule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** The rules by name, {@link #DEFAULT} or {@link #NONE}, or as the YAML text that they are. */
  public static AlertRules of(String nameOrText) {
    return switch (nameOrText.strip()) {
      case DEFAULT -> parse(RESOURCE, defaultText());
      case NONE -> new AlertRules(List.of());
      default -> parse("alerts", nameOrText);
    };
  }

  /**
   * Reads rules from YAML; see docs/alerts.md.
   *
   * @param file what messages call it
   * @throws YamlException with the line, the column and the remedy when a rule cannot be followed
   */
  public static AlertRules parse(String file, String text) {
    return new AlertRules(new AlertRulesFile().read(file, text));
  }

  /** The text of the rules that come with Recount. */
  public static String defaultText() {
    try (InputStream resource = AlertRules.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException(RESOURCE + " is missing");
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Their names, in order. */
  public List<String> names() {
    return rules.stream().map(AlertRule::name).toList();
  }

  List<AlertRule> all() {
    return rules;
  }

  /** Those that look at one kind of row. */
  List<AlertRule> on(RowType<?> type) {
    return rules.stream().filter(rule -> rule.source() == type).toList();
  }
}
