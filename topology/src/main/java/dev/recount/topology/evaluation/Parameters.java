package dev.recount.topology.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Settings as a mapping in YAML gives them. Remembers which ones were asked for: the rest are
 * refused, since a misspelt setting that is passed over helps nobody.
 */
public final class Parameters {
  private final String file;
  private final String what;
  private final @Nullable Node node;
  private final Map<String, NodeTuple> entries = new LinkedHashMap<>();
  private final Set<String> known = new TreeSet<>();

  private Parameters(String file, String what, @Nullable Node node) {
    this.file = file;
    this.what = what;
    this.node = node;
  }

  /** No settings: the defaults hold. */
  public static Parameters none() {
    return new Parameters("", "the settings", null);
  }

  /**
   * The settings of a mapping.
   *
   * @param file what messages call the file
   * @param what what messages call the mapping
   * @throws SettingsException when it is no mapping, or has a key twice
   */
  static Parameters of(String file, String what, Node node) {
    Parameters parameters = new Parameters(file, what, node);
    if (!(node instanceof MappingNode mapping)) {
      throw parameters.error(node, what + " must be a mapping", "write 'key: value' lines");
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key = parameters.scalar(tuple.getKeyNode(), "a key");
      if (parameters.entries.put(key, tuple) != null) {
        throw parameters.error(tuple.getKeyNode(), "'" + key + "' is there twice", "keep one");
      }
    }
    return parameters;
  }

  /** Whether a setting is given. */
  public boolean has(String name) {
    return value(name) != null;
  }

  /** Names of what is given, in their order; for mappings whose keys are free. */
  public List<String> names() {
    known.addAll(entries.keySet());
    return List.copyOf(entries.keySet());
  }

  /** A number of at least 0. */
  public double number(String name, double otherwise) {
    Node value = value(name);
    if (value == null) {
      return otherwise;
    }
    try {
      double number = Double.parseDouble(scalar(value, "a number"));
      if (number >= 0 && Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    throw error(value, "'" + name + "' must be a number of at least 0", "write a number");
  }

  /** A share, from 0 to 1. */
  public double share(String name, double otherwise) {
    double number = number(name, otherwise);
    if (number > 1) {
      throw error(value(name), "'" + name + "' must be from 0 to 1", "write a share, as in 0.5");
    }
    return number;
  }

  /** A whole number within bounds. */
  public int whole(String name, int otherwise, int least, int most) {
    double number = number(name, otherwise);
    if (number != Math.rint(number) || number < least || number > most) {
      throw error(
          value(name),
          "'" + name + "' must be a whole number from " + least + " to " + most,
          "write such a number");
    }
    return (int) number;
  }

  /** A switch: on or off. */
  public boolean flag(String name, boolean otherwise) {
    Node value = value(name);
    if (value == null) {
      return otherwise;
    }
    return switch (scalar(value, "on or off")) {
      case "on", "true", "yes" -> true;
      case "off", "false", "no" -> false;
      default -> throw error(value, "'" + name + "' is neither on nor off", "write on or off");
    };
  }

  /** A text. */
  public @Nullable String text(String name) {
    Node value = value(name);
    return value == null ? null : scalar(value, "a text");
  }

  /** A text that has to be there. */
  public String required(String name) {
    String text = text(name);
    if (text == null) {
      throw error(node, what + " needs '" + name + "'", "add it");
    }
    return text;
  }

  /** Texts: a list, or a single one. */
  public List<String> texts(String name, List<String> otherwise) {
    Node value = value(name);
    if (value == null) {
      return otherwise;
    }
    List<String> texts = new ArrayList<>();
    if (value instanceof SequenceNode sequence) {
      for (Node item : sequence.getValue()) {
        texts.add(scalar(item, "a text"));
      }
    } else {
      texts.add(scalar(value, "a text or a list of texts"));
    }
    return texts;
  }

  /** Mappings in a list; empty when there is none. */
  public List<Parameters> sections(String name) {
    Node value = value(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof SequenceNode sequence)) {
      throw error(value, "'" + name + "' must be a list", "write '- key: value' lines");
    }
    List<Parameters> sections = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      sections.add(of(file, "an item of '" + name + "'", item));
    }
    return sections;
  }

  /** A mapping within this one; null when there is none. */
  public @Nullable Parameters section(String name) {
    Node value = value(name);
    return value == null ? null : of(file, "'" + name + "'", value);
  }

  /** Whether a setting is a single word, such as on or off. */
  boolean isScalar(String name) {
    return value(name) instanceof ScalarNode;
  }

  /**
   * Refuses settings that nobody has asked for.
   *
   * @throws SettingsException naming the first of them, and those that there are
   */
  public void refuseUnknown() {
    for (Map.Entry<String, NodeTuple> entry : entries.entrySet()) {
      if (!known.contains(entry.getKey())) {
        throw error(
            entry.getValue().getKeyNode(),
            "unknown key '" + entry.getKey() + "' in " + what,
            known.isEmpty()
                ? "it has no settings"
                : "use one of " + known.stream().sorted().collect(Collectors.joining(", ")));
      }
    }
  }

  /** An exception that says where a setting stands. */
  public SettingsException malformed(String name, String problem, String remedy) {
    Node value = value(name);
    return error(value != null ? value : node, problem, remedy);
  }

  private @Nullable Node value(String name) {
    known.add(name);
    NodeTuple entry = entries.get(name);
    return entry == null ? null : entry.getValueNode();
  }

  private String scalar(Node value, String expected) {
    if (value instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
      return scalar.getValue();
    }
    throw error(value, expected + " is expected here", "write it as text");
  }

  private SettingsException error(@Nullable Node at, String problem, String remedy) {
    String place =
        at == null
            ? ""
            : " line "
                + (at.getStartMark().getLine() + 1)
                + ", column "
                + (at.getStartMark().getColumn() + 1);
    return new SettingsException(file + place + ": " + problem + "; " + remedy);
  }
}
