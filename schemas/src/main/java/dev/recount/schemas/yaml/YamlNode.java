package dev.recount.schemas.yaml;

import java.io.StringReader;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
 * A value in a file of settings that knows where it stands. What it is read as, it must be: what is
 * refused is refused with line and column, and a key that is unknown with the one that was probably
 * meant.
 */
public final class YamlNode {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})\\s*(ms|s|m|h|d)");

  private final String file;
  private final Node node;
  private final @Nullable Node key;

  private YamlNode(String file, Node node, @Nullable Node key) {
    this.file = file;
    this.node = node;
    this.key = key;
  }

  /**
   * Reads a file.
   *
   * @param file what messages call it
   * @param text its content
   * @return the value at its top
   * @throws YamlException when it is empty or not YAML
   */
  public static YamlNode read(String file, String text) {
    Node root;
    try {
      root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
    } catch (MarkedYAMLException malformed) {
      throw new YamlException(
          file
              + place(malformed.getProblemMark())
              + ": this is not YAML: "
              + malformed.getProblem());
    } catch (YAMLException malformed) {
      throw new YamlException(file + ": this is not YAML: " + malformed.getMessage());
    }
    if (root == null) {
      throw new YamlException(file + " is empty");
    }
    YamlAliases.check(file, root);
    return new YamlNode(file, root, null);
  }

  /** Whether it is a mapping. */
  public boolean isMapping() {
    return node instanceof MappingNode;
  }

  /** Whether it is a list. */
  public boolean isSequence() {
    return node instanceof SequenceNode;
  }

  /** Whether it is a single word or text. */
  public boolean isScalar() {
    return node instanceof ScalarNode;
  }

  /** The key that it is the value of; itself when it is no value of a mapping. */
  public YamlNode key() {
    return key == null ? this : new YamlNode(file, key, null);
  }

  /**
   * The values of a mapping by key, in order.
   *
   * @param what what messages call the mapping
   */
  public Map<String, YamlNode> mapping(String what) {
    if (!(node instanceof MappingNode mapping)) {
      throw error(what + " must be a mapping", "write 'key: value' lines");
    }
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      YamlNode value = new YamlNode(file, tuple.getValueNode(), tuple.getKeyNode());
      String name = value.key().text("a key");
      if (entries.put(name, value) != null) {
        throw value.key().error("'" + name + "' is there twice", "keep one of them");
      }
    }
    return entries;
  }

  /** Likewise, with keys that must be known. */
  public Map<String, YamlNode> mapping(String what, Collection<String> known) {
    Map<String, YamlNode> entries = mapping(what);
    entries.forEach(
        (name, value) -> {
          if (!known.contains(name)) {
            throw value.key().unknown("key '" + name + "' in " + what, name, known);
          }
        });
    return entries;
  }

  /**
   * The items of a list.
   *
   * @param what what messages call the list
   */
  public List<YamlNode> sequence(String what) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue().stream().map(item -> new YamlNode(file, item, null)).toList();
    }
    throw error(what + " must be a list", "write '- item' lines or [a, b]");
  }

  /** Its text, whatever it may mean; never blank. */
  public String text(String what) {
    if (node instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
      return scalar.getValue();
    }
    throw error(what + " is expected here", "write it as text");
  }

  /** A switch, in any of YAML's spellings. */
  public boolean bool(String what) {
    String text = text(what).toLowerCase(Locale.ROOT);
    return switch (text) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default ->
          throw error("'" + text + "' is neither true nor false", "write true or false, on or off");
    };
  }

  /** A finite number. */
  public double number(String what) {
    try {
      double value = Double.parseDouble(text(what));
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException malformed) {
      // Answered below.
    }
    throw error("'" + text(what) + "' is no number", "write " + what + " as in 0.25");
  }

  /** A whole number within bounds, both included. */
  public int wholeNumber(String what, int least, int most) {
    try {
      int value = Integer.parseInt(text(what));
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException malformed) {
      // Answered below.
    }
    throw error(
        "'" + text(what) + "' does not do for " + what,
        "write a whole number from " + least + " to " + most);
  }

  /** A duration, as in {@code 500ms}, {@code 30s}, {@code 10m}, {@code 2h} or {@code 1d}. */
  public Duration duration(String what) {
    Matcher matcher = DURATION.matcher(text(what));
    if (!matcher.matches()) {
      throw error(
          "'" + text(what) + "' is no duration", "write " + what + " as in 30s, 10m, 2h or 1d");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /**
   * Refuses a name that is not known, with the one that was probably meant.
   *
   * @param what what messages call it, its name included
   */
  public YamlException unknown(String what, String name, Collection<String> known) {
    String otherwise =
        known.isEmpty()
            ? "leave it out"
            : "use one of " + String.join(", ", known.stream().sorted().toList());
    return error(
        "unknown " + what,
        Nearest.to(name, known).map(near -> "did you mean '" + near + "'?").orElse(otherwise));
  }

  /**
   * What is wrong here.
   *
   * @param what the mistake
   * @param remedy what to write instead
   */
  public YamlException error(String what, String remedy) {
    return error(file, node, what, remedy);
  }

  /** Likewise, of a part of a file that has not been read as anything yet. */
  static YamlException error(String file, Node node, String what, String remedy) {
    return new YamlException(file + place(node.getStartMark()) + ": " + what + "; " + remedy);
  }

  private static String place(@Nullable Mark mark) {
    return mark == null
        ? ""
        : " line " + (mark.getLine() + 1) + " column " + (mark.getColumn() + 1);
  }
}
