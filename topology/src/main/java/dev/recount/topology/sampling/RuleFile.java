package dev.recount.topology.sampling;

import dev.recount.schemas.yaml.YamlFile;
import dev.recount.schemas.yaml.YamlFile.Entry;
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
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

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

  private final YamlFile file;
  private final ConditionReader conditions;

  private RuleFile(YamlFile file) {
    this.file = file;
    this.conditions = new ConditionReader(file);
  }

  static RuleSet read(String name, String yaml) {
    YamlFile.Opened opened = YamlFile.open(name, yaml);
    return new RuleFile(opened.file()).read(opened.root());
  }

  private static Condition<Evidence> badNews() {
    YamlFile.Opened opened = YamlFile.open("readmission", BAD_NEWS);
    return new ConditionReader(opened.file()).read(opened.root(), "when", Vocabularies.TRACE);
  }

  private RuleSet read(Node root) {
    Map<String, Entry> top = file.mapping(root, "the file", KEYS);
    Entry rules = top.get("rules");
    if (rules == null) {
      throw file.error(root, "there are no rules", "write them under 'rules:'");
    }
    Condition<Evidence> readmission = badNews();
    Duration window = WINDOW;
    Entry given = top.get("readmission");
    if (given != null) {
      Map<String, Entry> entries = file.mapping(given.value(), "readmission", READMISSION_KEYS);
      window = entries.containsKey("window") ? window(value(entries, "window")) : window;
      if (entries.containsKey("when")) {
        readmission = readmission(value(entries, "when"));
      }
    }
    return new RuleSet(rules(rules.value()), readmission, window, unretained(top));
  }

  private static Node value(Map<String, Entry> entries, String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      throw new IllegalArgumentException(key);
    }
    return entry.value();
  }

  private Duration window(Node node) {
    String text = file.text(node, "a duration");
    OptionalDouble milliseconds = ValueKind.milliseconds(text);
    if (milliseconds.isEmpty() || milliseconds.getAsDouble() < 1) {
      throw file.error(node, "'" + text + "' is no duration", "write " + ValueKind.DURATION.form());
    }
    return Duration.ofMillis((long) milliseconds.getAsDouble());
  }

  private Condition<Evidence> readmission(Node when) {
    return when instanceof MappingNode
        ? conditions.read(when, "when", Vocabularies.TRACE)
        : never(when);
  }

  private Condition<Evidence> never(Node node) {
    String text = file.text(node, "conditions, or '" + NEVER + "'");
    if (!text.equals(NEVER)) {
      throw file.error(
          node, "'" + text + "' is no condition", "write conditions, or '" + NEVER + "'");
    }
    return new Condition.Any<>(List.of());
  }

  private Unretained unretained(Map<String, Entry> top) {
    Entry given = top.get("unretained");
    if (given == null) {
      return Unretained.ALL_ROWS;
    }
    Map<String, Entry> rows = file.mapping(given.value(), "unretained", UNRETAINED_KEYS);
    return new Unretained(
        emitted(rows, "trace"), emitted(rows, "decisions"), emitted(rows, "snapshots"));
  }

  private boolean emitted(Map<String, Entry> rows, String name) {
    return !rows.containsKey(name) || file.bool(value(rows, name), name);
  }

  private List<Rule> rules(Node node) {
    List<Rule> rules = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    Rule unconditional = null;
    for (Node item : file.sequence(node, "rules")) {
      if (unconditional != null) {
        throw file.error(
            item,
            "this rule is never asked: '"
                + unconditional.name()
                + "' before it is about all traces",
            "move it up, or give that one conditions");
      }
      Map<String, Entry> entries = file.mapping(item, "a rule", RULE_KEYS);
      Rule rule = rule(item, entries);
      if (!names.add(rule.name())) {
        throw file.error(
            value(entries, "name"), "there are two rules '" + rule.name() + "'", "rename one");
      }
      rules.add(rule);
      if (!entries.containsKey("when")) {
        unconditional = rule;
      }
    }
    if (rules.isEmpty()) {
      throw file.error(node, "there are no rules", "without any, every trace is kept anyway");
    }
    return rules;
  }

  private Rule rule(Node item, Map<String, Entry> entries) {
    if (!entries.containsKey("name") || !entries.containsKey("decision")) {
      throw file.error(item, "a rule needs a name and a decision", "give both");
    }
    String name = file.text(value(entries, "name"), "a name");
    if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
      throw file.error(
          value(entries, "name"),
          "'" + name + "' is no name for a rule",
          RESERVED.contains(name)
              ? "it has a meaning of its own; choose another"
              : "use up to 64 lower-case letters, digits, _ and -, a letter first");
    }
    Condition<Evidence> when =
        entries.containsKey("when")
            ? conditions.read(value(entries, "when"), "when", Vocabularies.TRACE)
            : new Condition.All<>(List.of());
    Decision decision = decision(value(entries, "decision"));
    boolean readmits = decision instanceof Decision.Sample;
    if (entries.containsKey("readmit")) {
      if (decision instanceof Decision.Keep) {
        throw file.error(
            value(entries, "readmit"),
            "a rule that keeps everything has nothing to readmit",
            "leave 'readmit' out");
      }
      readmits = file.bool(value(entries, "readmit"), "true or false");
    }
    return new Rule(name, when, decision, readmits);
  }

  private Decision decision(Node node) {
    if (node instanceof MappingNode) {
      return sample(node);
    }
    String text = file.text(node, "a decision");
    return switch (text) {
      case "keep" -> new Decision.Keep();
      case "drop" -> new Decision.Drop();
      default -> new Decision.Sample(share(node), null, Map.of());
    };
  }

  private Share share(Node node) {
    String text = file.text(node, "a share");
    return Share.parse(text)
        .orElseThrow(
            () ->
                file.error(
                    node,
                    "'" + text + "' is neither keep nor drop nor a share",
                    "write a share above 0 % and up to 100 %, as 10%"));
  }

  private Decision sample(Node node) {
    Map<String, Entry> entries = file.mapping(node, "a decision", SAMPLE_KEYS);
    if (!entries.containsKey("share")) {
      throw file.error(node, "a share is missing", "add 'share: 10%'");
    }
    Share share = share(value(entries, "share"));
    Vocabulary.@Nullable Term<Evidence> per =
        entries.containsKey("per") ? conditions.term(value(entries, "per")) : null;
    Map<String, Share> shares = new LinkedHashMap<>();
    if (entries.containsKey("shares")) {
      file.mapping(value(entries, "shares"), "shares")
          .forEach((key, entry) -> shares.put(key, share(entry.value())));
    }
    if ((per == null) != shares.isEmpty()) {
      throw file.error(
          node,
          "'per' and 'shares' belong together",
          "name what has shares of its own, as 'per: agent_version', and the shares by value");
    }
    return new Decision.Sample(share, per, shares);
  }
}
