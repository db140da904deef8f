package dev.recount.schemas.yaml;

import java.io.StringReader;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A file of settings in YAML. Nodes keep their place in the file, so that what is refused is
 * refused with line and column, and a key that is unknown with the one that was probably meant.
 */
public final class YamlFile {
  private final String name;

  private YamlFile(String name) {
    this.name = name;
  }

  /** A file and the node at its top. */
  public record Opened(YamlFile file, Node root) {}

  /**
   * Reads a file's text.
   *
   * @param name what messages call the file
   * @throws YamlException when the text is no YAML, or empty
   */
  public static Opened open(String name, String text) {
    YamlFile file = new YamlFile(name);
    Node root;
    try {
      root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
    } catch (MarkedYAMLException malformed) {
      throw new YamlException(
          name
              + place(malformed.getProblemMark())
              + ": this is not YAML: "
              + malformed.getProblem());
    } catch (YAMLException malformed) {
      throw new YamlException(name + ": this is not YAML: " + malformed.getMessage());
    }
    if (root == null) {
      throw new YamlException(name + " is empty");
    }
    return new Opened(file, root);
  }

  /**
   * The entries of a mapping by key, in order.
   *
   * @param what the mapping is, for messages
   */
  public Map<String, Entry> mapping(Node node, String what) {
    if (!(node instanceof MappingNode mapping)) {
      throw error(node, what + " must be a mapping", "write 'key: value' lines");
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode(), "a key");
      Entry entry = new Entry(tuple.getKeyNode(), tuple.getValueNode());
      if (entries.put(key, entry) != null) {
        throw error(tuple.getKeyNode(), "'" + key + "' is there twice", "keep one of them");
      }
    }
    return entries;
  }

  /** Likewise, with keys that must be known. */
  public Map<String, Entry> mapping(Node node, String what, Collection<String> known) {
    Map<String, Entry> entries = mapping(node, what);
    entries.forEach(
        (key, entry) -> {
          if (!known.contains(key)) {
            throw unknown(entry.key(), "key '" + key + "' in " + what, key, known);
          }
        });
    return entries;
  }

  /** Where an entry's key and value stand. */
  public record Entry(Node key, Node value) {}

  /** The items of a list. */
  public List<Node> sequence(Node node, String what) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    throw error(node, what + " must be a list", "write '- item' lines or [a, b]");
  }

  /** The text of a scalar that is not blank. */
  public String text(Node node, String what) {
    if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
      return scalar.getValue();
    }
    throw error(node, what + " is expected here", "write it as text");
  }

  /** A boolean, in any of YAML's spellings. */
  public boolean bool(Node node, String what) {
    String text = text(node, what).toLowerCase(Locale.ROOT);
    return switch (text) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw error(node, "'" + text + "' is neither true nor false", "write one of them");
    };
  }

  /** Refuses a name that is not known, with the one that was probably meant. */
  public YamlException unknown(Node node, String what, String name, Collection<String> known) {
    String remedy =
        nearest(name, known)
            .map(near -> "did you mean '" + near + "'?")
            .orElseGet(() -> "use one of " + String.join(", ", known.stream().sorted().toList()));
    return error(node, "unknown " + what, remedy);
  }

  /** Refuses what stands at a node. */
  public YamlException error(Node node, String what, String remedy) {
    return new YamlException(name + place(node.getStartMark()) + ": " + what + "; " + remedy);
  }

  private static String place(@Nullable Mark mark) {
    return mark == null
        ? ""
        : " line " + (mark.getLine() + 1) + " column " + (mark.getColumn() + 1);
  }

  /** The known name that takes the fewest changes, if that is few for a name of its length. */
  static Optional<String> nearest(String name, Collection<String> known) {
    String nearest = null;
    // A swap of two characters is two changes.
    int fewest = Math.max(name.length() < 4 ? 1 : 2, name.length() / 3) + 1;
    for (String candidate : known.stream().sorted().toList()) {
      int changes = changes(name.toLowerCase(Locale.ROOT), candidate);
      if (changes < fewest) {
        fewest = changes;
        nearest = candidate;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** Levenshtein's distance: characters to insert, delete or replace. */
  private static int changes(String from, String to) {
    int[] before = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      before[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = before[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(before[j], row[j - 1]));
      }
      before = row;
    }
    return before[to.length()];
  }
}
