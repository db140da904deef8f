package dev.recount.topology.alerting;

import dev.recount.schemas.yaml.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the rules of alerts from YAML. */
final class AlertRulesFile {
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "severity",
          "summary",
          "on",
          "where",
          "measure",
          "by",
          "above",
          "below",
          "rises_by",
          "falls_by",
          "against",
          "window",
          "every",
          "minimum_sample",
          "significance",
          "for",
          "keep_firing_for",
          "max_groups");

  /** Dimensions of which one value comes after another. */
  private static final Set<String> VERSIONS =
      new TreeSet<>(
          Set.of(
              "agent_version",
              "model",
              "response_model",
              "prompt_version",
              "tool_schema_version",
              "memory_index_version",
              "framework_version",
              "release"));

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");
  private static final Pattern MEAN = Pattern.compile("mean of ([a-z_]+)");
  private static final Pattern QUANTILE =
      Pattern.compile("p([0-9]{1,2}(?:\\.[0-9]+)?) of ([a-z_]+)");
  private static final Pattern WINDOWS = Pattern.compile("([0-9]{1,3}) windows?");

  private static final Duration SHORTEST_WINDOW = Duration.ofSeconds(1);
  private static final Duration LONGEST_WINDOW = Duration.ofDays(1);
  private static final Duration SHORTEST_STEP = Duration.ofMillis(100);
  private static final Duration WINDOW = Duration.ofMinutes(10);
  private static final Duration EVENT_WINDOW = Duration.ofHours(1);
  private static final int STEPS = 10;
  private static final int MOST_STEPS = 60;
  private static final int MINIMUM_SAMPLE = 30;
  private static final double SIGNIFICANCE = 0.01;
  private static final int GROUPS = 1_000;
  private static final int MOST_GROUPS = 100_000;

  List<AlertRule> read(String file, String text) {
    YamlNode root = YamlNode.read(file, text);
    YamlNode list = root.mapping("the file", Set.of("rules")).get("rules");
    if (list == null) {
      throw root.error("there are no rules", "begin with 'rules:' and a list");
    }
    List<AlertRule> rules = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (YamlNode node : list.sequence("rules")) {
      AlertRule rule = new Reader(node).rule();
      if (!names.add(rule.name())) {
        throw node.error("there is a rule '" + rule.name() + "' already", "give it another name");
      }
      rules.add(rule);
    }
    return rules;
  }

  /** Reads one rule. */
  private static final class Reader {
    private final YamlNode node;
    private final Map<String, YamlNode> entries;

    Reader(YamlNode node) {
      this.node = node;
      this.entries = node.mapping("a rule", KEYS);
    }

    AlertRule rule() {
      RowType<?> source = source();
      Measure measure = measure(source);
      boolean event = measure.kind() == Measure.Kind.EVENT;
      List<String> by = by(source);
      Condition condition = event ? noCondition() : condition(by);
      Duration window = window(event ? EVENT_WINDOW : WINDOW);
      return new AlertRule(
          name(),
          text("severity", "warning"),
          entries.containsKey("summary") ? required("summary").text("a summary") : null,
          source,
          where(source),
          measure,
          by,
          condition,
          window,
          every(window),
          event ? 1 : wholeNumber("minimum_sample", MINIMUM_SAMPLE, 2, 1_000_000),
          event ? 1 : significance(),
          lasting("for", Duration.ZERO, window),
          lasting("keep_firing_for", event ? Duration.ZERO : window, window),
          wholeNumber("max_groups", GROUPS, 1, MOST_GROUPS));
    }

    private String name() {
      YamlNode given = required("name");
      String name = given.text("a name");
      if (!NAME.matcher(name).matches()) {
        throw given.error(
            "'" + name + "' is no name for a rule",
            "use up to 64 lower-case letters, digits and underscores, a letter first");
      }
      return name;
    }

    private RowType<?> source() {
      YamlNode given = required("on");
      String name = given.text("what to look at");
      RowType<?> source = RowType.BY_NAME.get(name);
      if (source == null) {
        throw given.error(
            "there are no '" + name + "' to look at", oneOf(RowType.BY_NAME.keySet()));
      }
      return source;
    }

    private Map<String, Set<String>> where(RowType<?> source) {
      YamlNode given = entries.get("where");
      if (given == null) {
        return Map.of();
      }
      Map<String, Set<String>> where = new HashMap<>();
      given
          .mapping("where", source.fields())
          .forEach(
              (field, value) -> {
                Set<String> values = new HashSet<>();
                List<YamlNode> all = value.isSequence() ? value.sequence("values") : List.of(value);
                all.forEach(each -> values.add(each.text("a value")));
                where.put(field, values);
              });
      return where;
    }

    private Measure measure(RowType<?> source) {
      YamlNode given = required("measure");
      String text = given.text("a measure");
      if (text.equals("event")) {
        return Measure.event();
      }
      if (text.equals("failure_share")) {
        return Measure.failureShare();
      }
      Matcher mean = MEAN.matcher(text);
      if (mean.matches()) {
        return Measure.mean(field(given, source, mean.group(1)));
      }
      Matcher quantile = QUANTILE.matcher(text);
      if (quantile.matches() && Double.parseDouble(quantile.group(1)) > 0) {
        return Measure.quantile(
            field(given, source, quantile.group(2)), Double.parseDouble(quantile.group(1)) / 100);
      }
      throw given.error(
          "'" + text + "' is no measure",
          "write 'mean of score', 'p95 of latency_ms', 'failure_share' or 'event'");
    }

    private static String field(YamlNode given, RowType<?> source, String field) {
      if (!source.measures().contains(field)) {
        throw given.error(
            source.name() + " have no number '" + field + "'", oneOf(source.measures()));
      }
      return field;
    }

    private List<String> by(RowType<?> source) {
      YamlNode given = entries.get("by");
      if (given == null) {
        return List.of();
      }
      Set<String> by = new LinkedHashSet<>();
      for (YamlNode each : given.sequence("by")) {
        String dimension = each.text("a dimension");
        if (!source.dimensions().contains(dimension)) {
          throw each.error(
              source.name() + " cannot be told apart by '" + dimension + "'",
              oneOf(source.dimensions()));
        }
        if (!by.add(dimension)) {
          throw each.error("'" + dimension + "' is there twice", "keep one of them");
        }
      }
      return List.copyOf(by);
    }

    private Condition noCondition() {
      for (String key : List.of("above", "below", "rises_by", "falls_by", "against")) {
        YamlNode given = entries.get(key);
        if (given != null) {
          throw given.error(
              "every event is worth an alert, so that there is nothing for '" + key + "' to say",
              "leave it out, or choose another measure");
        }
      }
      return Condition.anyEvent();
    }

    private Condition condition(List<String> by) {
      Map<String, YamlNode> given = new TreeMap<>();
      for (String key : List.of("above", "below", "rises_by", "falls_by")) {
        YamlNode value = entries.get(key);
        if (value != null) {
          given.put(key, value);
        }
      }
      if (given.size() != 1) {
        throw node.error(
            "a rule needs one condition and has " + given.size(),
            "write one of above, below, rises_by, falls_by");
      }
      String key = given.keySet().iterator().next();
      YamlNode value = required(key);
      YamlNode against = entries.get("against");
      boolean threshold = key.equals("above") || key.equals("below");
      if (threshold && against != null) {
        throw against.error(
            "'" + key + "' is held against nothing but its number",
            "leave it out, or write rises_by or falls_by");
      }
      if (threshold) {
        double number = value.number(key);
        return key.equals("above") ? Condition.above(number) : Condition.below(number);
      }
      if (against == null) {
        throw value.error(
            "'" + key + "' needs something to be held against",
            "add 'against: previous_window' or 'against: previous_version'");
      }
      return change(
          value,
          reference(against, by),
          key.equals("rises_by") ? Condition.Direction.UP : Condition.Direction.DOWN);
    }

    private static Condition.Reference reference(YamlNode against, List<String> by) {
      String text = against.text("a reference");
      return switch (text) {
        case "previous_window" -> Condition.Reference.PREVIOUS_WINDOW;
        case "previous_version" -> {
          if (by.isEmpty() || !VERSIONS.contains(by.get(by.size() - 1))) {
            throw against.error(
                "versions need the dimension that they are versions of",
                "let 'by' end with one of " + String.join(", ", VERSIONS));
          }
          yield Condition.Reference.PREVIOUS_VERSION;
        }
        default ->
            throw against.error(
                "nothing can be held against '" + text + "'",
                oneOf(Set.of("previous_window", "previous_version")));
      };
    }

    private static Condition change(
        YamlNode value, Condition.Reference reference, Condition.Direction direction) {
      String text = value.text("a change").strip();
      boolean relative = text.endsWith("%");
      try {
        double amount =
            relative
                ? Double.parseDouble(text.substring(0, text.length() - 1)) / 100
                : Double.parseDouble(text);
        if (amount >= 0 && Double.isFinite(amount)) {
          return new Condition(reference, direction, amount, relative);
        }
      } catch (NumberFormatException malformed) {
        // Answered below.
      }
      throw value.error("'" + text + "' is no change", "write it as in 10% or 0.05");
    }

    private Duration window(Duration normal) {
      YamlNode given = entries.get("window");
      Duration window = given == null ? normal : given.duration("a window");
      if (given != null
          && (window.compareTo(SHORTEST_WINDOW) < 0 || window.compareTo(LONGEST_WINDOW) > 0)) {
        throw given.error(
            "a window of " + given.text("") + " is too short or too long",
            "write one from 1s to 1d");
      }
      return window;
    }

    private Duration every(Duration window) {
      YamlNode given = entries.get("every");
      if (given == null) {
        int steps = STEPS;
        while (window.toMillis() % steps != 0) {
          steps--;
        }
        return window.dividedBy(steps);
      }
      Duration every = given.duration("a step");
      if (every.compareTo(SHORTEST_STEP) < 0
          || window.toMillis() % every.toMillis() != 0
          || window.dividedBy(every) > MOST_STEPS) {
        throw given.error(
            "steps of " + given.text("") + " do not make up the window",
            "write a part of it that goes into it 1 to " + MOST_STEPS + " times, 100ms at least");
      }
      return every;
    }

    private double significance() {
      YamlNode given = entries.get("significance");
      if (given == null) {
        return SIGNIFICANCE;
      }
      double level = given.number("a significance level");
      if (level <= 0 || level > 1) {
        throw given.error(
            "a significance level of " + given.text("") + " cannot be",
            "write one above 0, as in 0.01, or 1 for no test");
      }
      return level;
    }

    /** A duration, or a number of windows. */
    private Duration lasting(String key, Duration normal, Duration window) {
      YamlNode given = entries.get(key);
      if (given == null) {
        return normal;
      }
      Matcher windows = WINDOWS.matcher(given.text("a duration"));
      return windows.matches()
          ? window.multipliedBy(Integer.parseInt(windows.group(1)))
          : given.duration("a duration");
    }

    private int wholeNumber(String key, int normal, int least, int most) {
      YamlNode given = entries.get(key);
      return given == null ? normal : given.wholeNumber(key, least, most);
    }

    private String text(String key, String normal) {
      YamlNode given = entries.get(key);
      return given == null ? normal : given.text(key);
    }

    private YamlNode required(String key) {
      @Nullable YamlNode given = entries.get(key);
      if (given == null) {
        throw node.error("a rule needs '" + key + "'", "add it");
      }
      return given;
    }

    private static String oneOf(Set<String> names) {
      return "use one of " + String.join(", ", new TreeSet<>(names));
    }
  }
}
