package dev.recount.schemas.yaml;

import java.io.StringReader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** A value in a YAML file that knows where it stands. What it is read as, it must be. */
public final class YamlNode {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})\\s*(ms|s|m|h|d)");

  private final String file;
  private final Node node;

  private YamlNode(String file, Node node) {
    this.file = file;
    this.node = node;
  }

  /**
   * Reads a file.
   *
   * @param file what messages call it
   * @param text its content
   * @throws YamlException when it is empty or not YAML
   */
  public static YamlNode read(String file, String text) {
    Node root;
    try {
      root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
    } catch (MarkedYAMLException malformed) {
      throw new YamlException(
          file + place(malformed.getProblemMark()) + ": not YAML: " + malformed.getProblem());
    }
    if (root == null) {
      throw new YamlException(file + " is empty");
    }
    return new YamlNode(file, root);
  }

  /**
   * Its entries in their order.
   *
   * @param what what messages call it
   * @param known the keys that it may have
   */
  public Map<String, YamlNode> mapping(String what, Set<String> known) {
    if (!(node instanceof MappingNode mapping)) {
      throw error(what + " must be a mapping", "write 'key: value' lines");
    }
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      YamlNode keyNode = new YamlNode(file, tuple.getKeyNode());
      String key = keyNode.text("a key");
      if (!known.contains(key)) {
        throw keyNode.error(
            "unknown key '" + key + "' in " + what,
            "use one of " + known.stream().sorted().collect(Collectors.joining(", ")));
      }
      if (entries.put(key, new YamlNode(file, tuple.getValueNode())) != null) {
        throw keyNode.error("'" + key + "' is there twice", "keep one of them");
      }
    }
    return entries;
  }

  /** Whether it is a list. */
  public boolean isSequence() {
    return node instanceof SequenceNode;
  }

  /** Its items. */
  public List<YamlNode> sequence(String what) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue().stream().map(item -> new YamlNode(file, item)).toList();
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
   * What is wrong here.
   *
   * @param what the mistake
   * @param remedy what to write instead
   */
  public YamlException error(String what, String remedy) {
    return new YamlException(file + place(node.getStartMark()) + ": " + what + "; " + remedy);
  }

  private static String place(Mark mark) {
    return mark == null
        ? ""
        : " line " + (mark.getLine() + 1) + " column " + (mark.getColumn() + 1);
  }
}
