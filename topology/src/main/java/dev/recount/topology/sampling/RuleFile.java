package dev.recount.topology.sampling;

import dev.recount.schemas.yaml.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a rule set from YAML. */
final class RuleFile {
  private static final List<String> KEYS = List.of("rules", "readmission", "unretained");
  private static final List<String> RULE_KEYS = List.of("name", "when", "decision", "readmit");
  private static final List<String> READMISSION_KEYS = List.of("window", "when");
  private static final List<String> UNRETAINED_KEYS = List.of("trace", "decisions", "snapshots");
  private static final List<String> SAMPLE_KEYS = List.of("share", "per", "shares");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
  private static final Set<String> RESERVED = Set.of(RuleSet.NO_RULE, RuleSet.READMISSION);
  private static final Duration WINDOW = Duration.ofHours(24);
  private static final String NEVER = "never";

  /** What has a trace kept that a share left out, where a file does not say. */
  private static final String BAD_NEWS =
      """
      any:
        - error: true
        - escalated: true
        - rolled_back: true
        - evaluation: {passed: false}
        - feedback: {passed: false}
        - feedback: {kind: correction}
        - feedback: {kind: rating, score: "<= 0"}
        - feedback: {label: [thumbs_down, negative, bad, incorrect, wrong, failed, failure]}
      """;

  private RuleFile() {}

  static RuleSet read(String name, String yaml) {
    return read(YamlNode.read(name, yaml));
  }

  private static Condition<Evidence> badNews() {
    return ConditionReader.read(YamlNode.read("readmission", BAD_NEWS), "when", Vocabularies.TRACE);
  }

  private static RuleSet read(YamlNode root) {
    Map<String, YamlNode> top = root.mapping("the file", KEYS);
    YamlNode rules = top.get("rules");
    if (rules == null) {
      throw root.error("there are no rules", "write them under 'rules:'");
    }
    Condition<Evidence> readmission = badNews();
    Duration window = WINDOW;
    YamlNode given = top.get("readmission");
    if (given != null) {
      Map<String, YamlNode> entries = given.mapping("readmission", READMISSION_KEYS);
      window = entries.containsKey("window") ? window(value(entries, "window")) : window;
      if (entries.containsKey("when")) {
        readmission = readmission(value(entries, "when"));
      }
    }
    return new RuleSet(rules(rules), readmission, window, unretained(top));
  }

  private static YamlNode value(Map<String, YamlNode> entries, String key) {
    YamlNode entry = entries.get(key);
    if (entry == null) {
      throw new IllegalArgumentException(key);
    }
    return entry;
  }

  private static Duration window(YamlNode node) {
    String text = node.text("a duration");
    OptionalDouble milliseconds = ValueKind.milliseconds(text);
    if (milliseconds.isEmpty() || milliseconds.getAsDouble() < 1) {
      throw node.error("'" + text + "' is no duration", "write " + ValueKind.DURATION.form());
    }
    return Duration.ofMillis((long) milliseconds.getAsDouble());
  }

  private static Condition<Evidence> readmission(YamlNode when) {
    return when.isMapping() ? ConditionReader.read(when, "when", Vocabularies.TRACE) : never(when);
  }

  private static Condition<Evidence> never(YamlNode node) {
    String text = node.text("conditions, or '" + NEVER + "'");
    if (!text.equals(NEVER)) {
      throw node.error("'" + text + "' is no condition", "write conditions, or '" + NEVER + "'");
    }
    return new Condition.Any<>(List.of());
  }

  private static Unretained unretained(Map<String, YamlNode> top) {
    YamlNode given = top.get("unretained");
    if (given == null) {
      return Unretained.ALL_ROWS;
    }
    Map<String, YamlNode> rows = given.mapping("unretained", UNRETAINED_KEYS);
    return new Unretained(
        emitted(rows, "trace"), emitted(rows, "decisions"), emitted(rows, "snapshots"));
  }

  private static boolean emitted(Map<String, YamlNode> rows, String name) {
    return !rows.containsKey(name) || value(rows, name).bool(name);
  }

  private static List<Rule> rules(YamlNode node) {
    List<Rule> rules = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    Rule unconditional = null;
    for (YamlNode item : node.sequence("rules")) {
      if (unconditional != null) {
        throw item.error(
            "this rule is never asked: '"
                + unconditional.name()
                + "' before it is about all traces",
            "move it up, or give that one conditions");
      }
      Map<String, YamlNode> entries = item.mapping("a rule", RULE_KEYS);
      Rule rule = rule(item, entries);
      if (!names.add(rule.name())) {
        throw value(entries, "name")
            .error("there are two rules '" + rule.name() + "'", "rename one");
      }
      rules.add(rule);
      if (!entries.containsKey("when")) {
        unconditional = rule;
      }
    }
    if (rules.isEmpty()) {
      throw node.error("there are no rules", "without any, every trace is kept anyway");
    }
    return rules;
  }

  private static Rule rule(YamlNode item, Map<String, YamlNode> entries) {
    if (!entries.containsKey("name") || !entries.containsKey("decision")) {
      throw item.error("a rule needs a name and a decision", "give both");
    }
    String name = value(entries, "name").text("a name");
    if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
      throw value(entries, "name")
          .error(
              "'" + name + "' is no name for a rule",
              RESERVED.contains(name)
                  ? "it has a meaning of its own; choose another"
                  : "use up to 64 lower-case letters, digits, _ and -, a letter first");
    }
    Condition<Evidence> when =
        entries.containsKey("when")
            ? ConditionReader.read(value(entries, "when"), "when", Vocabularies.TRACE)
            : new Condition.All<>(List.of());
    Decision decision = decision(value(entries, "decision"));
    boolean readmits = decision instanceof Decision.Sample;
    if (entries.containsKey("readmit")) {
      if (decision instanceof Decision.Keep) {
        throw value(entries, "readmit")
            .error("a rule that keeps everything has nothing to readmit", "leave 'readmit' out");
      }
      readmits = value(entries, "readmit").bool("true or false");
    }
    return new Rule(name, when, decision, readmits);
  }

  private static Decision decision(YamlNode node) {
    if (node.isMapping()) {
      return sample(node);
    }
    String text = node.text("a decision");
    return switch (text) {
      case "keep" -> new Decision.Keep();
      case "drop" -> new Decision.Drop();
      default -> new Decision.Sample(share(node), null, Map.of());
    };
  }

  private static Share share(YamlNode node) {
    String text = node.text("a share");
    return Share.parse(text)
        .orElseThrow(
            () ->
                node.error(
                    "'" + text + "' is neither keep nor drop nor a share",
                    "write a share above 0 % and up to 100 %, as 10%"));
  }

  private static Decision sample(YamlNode node) {
    Map<String, YamlNode> entries = node.mapping("a decision", SAMPLE_KEYS);
    if (!entries.containsKey("share")) {
      throw node.error("a share is missing", "add 'share: 10%'");
    }
    Share share = share(value(entries, "share"));
    Vocabulary.@Nullable Term<Evidence> per =
        entries.containsKey("per") ? ConditionReader.term(value(entries, "per")) : null;
    Map<String, Share> shares = new LinkedHashMap<>();
    if (entries.containsKey("shares")) {
      value(entries, "shares")
          .mapping("shares")
          .forEach((key, entry) -> shares.put(key, share(entry)));
    }
    if ((per == null) != shares.isEmpty()) {
      throw node.error(
          "'per' and 'shares' belong together",
          "name what has shares of its own, as 'per: agent_version', and the shares by value");
    }
    return new Decision.Sample(share, per, shares);
  }
}
