package dev.recount.schemas.redaction;

import com.google.re2j.PatternSyntaxException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads the rules of a redaction from YAML:
 *
 * <pre>{@code
 * detectors: [email, card, phone, keys]   # or all
 * patterns:                               # of your own, in RE2's syntax
 *   - name: order_id
 *     pattern: 'ORD-[0-9]{8}'
 * fields:                                 # every one is on unless turned off
 *   resources: off
 * except: ["service.*"]                   # attribute keys that are left alone
 * }</pre>
 */
public final class RedactionFile {
  /** Fewest bytes of a key: shorter ones can be guessed, and with them the values. */
  public static final int MINIMUM_KEY_BYTES = 16;

  private static final Set<String> KEYS = Set.of("detectors", "patterns", "fields", "except");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,31}");

  private final String file;
  private final Map<String, Detector> detectors = new LinkedHashMap<>();
  private final List<Detector> patterns = new ArrayList<>();
  private final Set<RedactedField> fields = EnumSet.allOf(RedactedField.class);
  private final List<Glob> except = new ArrayList<>();

  private RedactionFile(String file) {
    this.file = file;
  }

  /** Names of the detectors that are there, in the order in which they are asked. */
  public static Set<String> detectorNames() {
    return new LinkedHashSet<>(Detectors.byName().keySet());
  }

  /**
   * Reads rules.
   *
   * @param file what messages call it
   * @param yaml its text
   * @param key of the pseudonyms, in bytes; the same key makes the same pseudonyms
   * @throws RedactionException with the line and the remedy when a rule cannot be followed, or when
   *     the key is too short
   */
  public static Redaction read(String file, String yaml, byte[] key) {
    if (key.length < MINIMUM_KEY_BYTES) {
      throw new RedactionException(
          "The key of redaction has "
              + key.length
              + " bytes: give at least "
              + MINIMUM_KEY_BYTES
              + ", as from 'openssl rand -hex 32'");
    }
    RedactionFile reading = new RedactionFile(file);
    reading.read(yaml);
    List<Detector> all = new ArrayList<>(reading.patterns);
    // In the order of the table, whatever the order of the file: narrow ones before wide ones.
    Detectors.byName().values().stream()
        .filter(detector -> reading.detectors.containsKey(detector.name()))
        .forEach(all::add);
    return Redaction.of(all, key, reading.fields, reading.except);
  }

  private void read(String yaml) {
    Node root;
    try {
      root = new Yaml(new LoaderOptions()).compose(new StringReader(yaml));
    } catch (MarkedYAMLException malformed) {
      int line = malformed.getProblemMark() == null ? 0 : malformed.getProblemMark().getLine();
      throw new RedactionException(
          file + " line " + (line + 1) + ": this is not YAML: " + malformed.getProblem());
    }
    if (root == null) {
      throw new RedactionException(
          file + " is empty: name what to look for, as in 'detectors: [email, card, keys]'");
    }
    Map<String, Node> rules = mapping(root, "the file", KEYS);
    if (rules.containsKey("detectors")) {
      readDetectors(rules.get("detectors"));
    }
    if (rules.containsKey("patterns")) {
      sequence(rules.get("patterns"), "patterns").forEach(this::readPattern);
    }
    if (rules.containsKey("fields")) {
      readFields(rules.get("fields"));
    }
    if (rules.containsKey("except")) {
      for (Node glob : sequence(rules.get("except"), "except")) {
        except.add(new Glob(text(glob, "a pattern of attribute keys")));
      }
    }
    if (detectors.isEmpty() && patterns.isEmpty()) {
      throw error(
          root, "there is nothing to look for", "add 'detectors: [email, card, keys]' or patterns");
    }
  }

  private void readDetectors(@Nullable Node node) {
    Set<String> known = detectorNames();
    for (Node item : sequence(node, "detectors")) {
      String name = text(item, "the name of a detector");
      List<String> named = Detectors.GROUPS.getOrDefault(name, List.of(name));
      if (!known.containsAll(named)) {
        throw error(
            item,
            "unknown detector '" + name + "'",
            "use one of " + String.join(", ", known) + ", keys, all");
      }
      named.forEach(each -> detectors.put(each, Detectors.byName().get(each)));
    }
  }

  private void readPattern(Node node) {
    Map<String, Node> rule = mapping(node, "a pattern", Set.of("name", "pattern"));
    Node nameNode = rule.get("name");
    Node patternNode = rule.get("pattern");
    if (nameNode == null || patternNode == null) {
      throw error(node, "a pattern needs a name and a pattern", "give both");
    }
    String name = text(nameNode, "a name");
    if (!NAME.matcher(name).matches()) {
      throw error(
          nameNode,
          "'" + name + "' is no name for a pattern",
          "use up to 32 lower-case letters, digits and underscores, a letter first");
    }
    Set<String> taken = new HashSet<>(detectorNames());
    patterns.forEach(pattern -> taken.add(pattern.name()));
    if (taken.contains(name)) {
      throw error(nameNode, "'" + name + "' is taken already", "choose another name");
    }
    String expression = text(patternNode, "a regular expression");
    try {
      patterns.add(Detector.byPattern(name, any -> true, expression));
    } catch (PatternSyntaxException malformed) {
      throw error(
          patternNode,
          "'" + expression + "' cannot be used: " + malformed.getDescription(),
          "write it in RE2's syntax (no look-around, no back-references), in single quotes");
    }
  }

  private void readFields(@Nullable Node node) {
    Set<String> known =
        Arrays.stream(RedactedField.values())
            .map(RedactedField::key)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    mapping(node, "fields", known)
        .forEach(
            (name, value) -> {
              RedactedField field =
                  Arrays.stream(RedactedField.values())
                      .filter(each -> each.key().equals(name))
                      .findFirst()
                      .orElseThrow();
              switch (text(value, "on or off")) {
                case "on", "true", "yes" -> fields.add(field);
                case "off", "false", "no" -> fields.remove(field);
                default ->
                    throw error(value, "'" + text(value, "") + "' is neither", "write on or off");
              }
            });
  }

  private Map<String, Node> mapping(@Nullable Node node, String what, Set<String> known) {
    if (!(node instanceof MappingNode mapping)) {
      throw error(node, what + " must be a mapping", "write 'key: value' lines");
    }
    Map<String, Node> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode(), "a key");
      if (!known.contains(key)) {
        throw error(
            tuple.getKeyNode(),
            "unknown key '" + key + "' in " + what,
            "use one of " + known.stream().sorted().collect(Collectors.joining(", ")));
      }
      if (entries.put(key, tuple.getValueNode()) != null) {
        throw error(tuple.getKeyNode(), "'" + key + "' is there twice", "keep one of them");
      }
    }
    return entries;
  }

  private List<Node> sequence(@Nullable Node node, String what) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    throw error(node, what + " must be a list", "write '- item' lines or [a, b]");
  }

  private String text(Node node, String what) {
    if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
      return scalar.getValue();
    }
    throw error(node, what + " is expected here", "write it as text");
  }

  private RedactionException error(@Nullable Node node, String what, String remedy) {
    String line = node == null ? "" : " line " + (node.getStartMark().getLine() + 1);
    return new RedactionException(file + line + ": " + what + "; " + remedy);
  }
}
