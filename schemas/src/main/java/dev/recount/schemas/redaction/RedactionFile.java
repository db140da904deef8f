package dev.recount.schemas.redaction;

import com.google.re2j.PatternSyntaxException;
import dev.recount.schemas.yaml.YamlException;
import dev.recount.schemas.yaml.YamlNode;
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

  private final Map<String, Detector> detectors = new LinkedHashMap<>();
  private final List<Detector> patterns = new ArrayList<>();
  private final Set<RedactedField> fields = EnumSet.allOf(RedactedField.class);
  private final List<Glob> except = new ArrayList<>();

  private RedactionFile() {}

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
   * @throws RedactionException with line, column and remedy when a rule cannot be followed, or when
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
    RedactionFile reading = new RedactionFile();
    try {
      reading.read(YamlNode.read(file, yaml));
    } catch (YamlException refused) {
      throw new RedactionException(String.valueOf(refused.getMessage()));
    }
    List<Detector> all = new ArrayList<>(reading.patterns);
    // In the order of the table, whatever the order of the file: narrow ones before wide ones.
    Detectors.byName().values().stream()
        .filter(detector -> reading.detectors.containsKey(detector.name()))
        .forEach(all::add);
    return Redaction.of(all, key, reading.fields, reading.except);
  }

  private void read(YamlNode root) {
    Map<String, YamlNode> rules = root.mapping("the file", KEYS);
    YamlNode given = rules.get("detectors");
    if (given != null) {
      readDetectors(given);
    }
    given = rules.get("patterns");
    if (given != null) {
      given.sequence("patterns").forEach(this::readPattern);
    }
    given = rules.get("fields");
    if (given != null) {
      readFields(given);
    }
    given = rules.get("except");
    if (given != null) {
      for (YamlNode glob : given.sequence("except")) {
        except.add(new Glob(glob.text("a pattern of attribute keys")));
      }
    }
    if (detectors.isEmpty() && patterns.isEmpty()) {
      throw root.error(
          "there is nothing to look for", "add 'detectors: [email, card, keys]' or patterns");
    }
  }

  private void readDetectors(YamlNode node) {
    Set<String> known = detectorNames();
    for (YamlNode item : node.sequence("detectors")) {
      String name = item.text("the name of a detector");
      List<String> named = Detectors.GROUPS.getOrDefault(name, List.of(name));
      if (!known.containsAll(named)) {
        throw item.error(
            "unknown detector '" + name + "'",
            "use one of " + String.join(", ", known) + ", keys, all");
      }
      named.forEach(each -> detectors.put(each, Detectors.byName().get(each)));
    }
  }

  private void readPattern(YamlNode node) {
    Map<String, YamlNode> rule = node.mapping("a pattern", Set.of("name", "pattern"));
    YamlNode nameNode = rule.get("name");
    YamlNode patternNode = rule.get("pattern");
    if (nameNode == null || patternNode == null) {
      throw node.error("a pattern needs a name and a pattern", "give both");
    }
    String name = nameNode.text("a name");
    if (!NAME.matcher(name).matches()) {
      throw nameNode.error(
          "'" + name + "' is no name for a pattern",
          "use up to 32 lower-case letters, digits and underscores, a letter first");
    }
    Set<String> taken = new HashSet<>(detectorNames());
    patterns.forEach(pattern -> taken.add(pattern.name()));
    if (taken.contains(name)) {
      throw nameNode.error("'" + name + "' is taken already", "choose another name");
    }
    String expression = patternNode.text("a regular expression");
    try {
      patterns.add(Detector.byPattern(name, any -> true, expression));
    } catch (PatternSyntaxException malformed) {
      throw patternNode.error(
          "'" + expression + "' cannot be used: " + malformed.getDescription(),
          "write it in RE2's syntax (no look-around, no back-references), in single quotes");
    }
  }

  private void readFields(YamlNode node) {
    Set<String> known =
        Arrays.stream(RedactedField.values())
            .map(RedactedField::key)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    node.mapping("fields", known)
        .forEach(
            (name, value) -> {
              RedactedField field =
                  Arrays.stream(RedactedField.values())
                      .filter(each -> each.key().equals(name))
                      .findFirst()
                      .orElseThrow();
              if (value.bool("on or off")) {
                fields.add(field);
              } else {
                fields.remove(field);
              }
            });
  }
}
