package dev.recount.topology.evaluation;

import dev.recount.schemas.yaml.YamlException;
import dev.recount.schemas.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Settings as a mapping in YAML gives them. Remembers which ones were asked for: the rest are
 * refused, since a misspelt setting that is passed over helps nobody.
 */
public final class Parameters {
  private final String what;
  private final YamlNode node;
  private final Map<String, YamlNode> entries;
  private final Set<String> known = new TreeSet<>();

  private Parameters(String what, YamlNode node) {
    this.what = what;
    this.node = node;
    this.entries = node.mapping(what);
  }

  /** No settings: the defaults hold. */
  public static Parameters none() {
    return new Parameters("the settings", YamlNode.read("the settings", "{}"));
  }

  /**
   * The settings of a mapping.
   *
   * @param what what messages call the mapping
   * @throws YamlException when it is no mapping, or has a key twice
   */
  static Parameters of(String what, YamlNode node) {
    return new Parameters(what, node);
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
    YamlNode value = value(name);
    if (value == null) {
      return otherwise;
    }
    double number = value.number("'" + name + "'");
    if (number < 0) {
      throw value.error("'" + name + "' must be a number of at least 0", "write such a number");
    }
    return number;
  }

  /** A share, from 0 to 1. */
  public double share(String name, double otherwise) {
    double number = number(name, otherwise);
    if (number > 1) {
      throw malformed(name, "'" + name + "' must be from 0 to 1", "write a share, as in 0.5");
    }
    return number;
  }

  /** A whole number within bounds. */
  public int whole(String name, int otherwise, int least, int most) {
    YamlNode value = value(name);
    return value == null ? otherwise : value.wholeNumber("'" + name + "'", least, most);
  }

  /** A switch: on or off. */
  public boolean flag(String name, boolean otherwise) {
    YamlNode value = value(name);
    return value == null ? otherwise : value.bool("on or off");
  }

  /** A text. */
  public @Nullable String text(String name) {
    YamlNode value = value(name);
    return value == null ? null : value.text("a text");
  }

  /** A text that has to be there. */
  public String required(String name) {
    String text = text(name);
    if (text == null) {
      throw node.error(what + " needs '" + name + "'", "add it");
    }
    return text;
  }

  /** Texts: a list, or a single one. */
  public List<String> texts(String name, List<String> otherwise) {
    YamlNode value = value(name);
    if (value == null) {
      return otherwise;
    }
    List<String> texts = new ArrayList<>();
    if (value.isSequence()) {
      value.sequence("texts").forEach(item -> texts.add(item.text("a text")));
    } else {
      texts.add(value.text("a text or a list of texts"));
    }
    return texts;
  }

  /** Mappings in a list; empty when there is none. */
  public List<Parameters> sections(String name) {
    YamlNode value = value(name);
    if (value == null) {
      return List.of();
    }
    List<Parameters> sections = new ArrayList<>();
    for (YamlNode item : value.sequence("'" + name + "'")) {
      sections.add(of("an item of '" + name + "'", item));
    }
    return sections;
  }

  /** A mapping within this one; null when there is none. */
  public @Nullable Parameters section(String name) {
    YamlNode value = value(name);
    return value == null ? null : of("'" + name + "'", value);
  }

  /** Whether a setting is given and is a mapping, where it may be something else too. */
  public boolean isSection(String name) {
    YamlNode value = value(name);
    return value != null && !value.isScalar() && !value.isSequence();
  }

  /** Whether a setting is a single word, such as on or off. */
  boolean isScalar(String name) {
    YamlNode value = value(name);
    return value != null && value.isScalar();
  }

  /**
   * Refuses settings that nobody has asked for.
   *
   * @throws YamlException naming the first of them, and those that there are
   */
  public void refuseUnknown() {
    node.mapping(what, known);
  }

  /** An exception that says where a setting stands. */
  public YamlException malformed(String name, String problem, String remedy) {
    YamlNode value = value(name);
    return (value == null ? node : value).error(problem, remedy);
  }

  private @Nullable YamlNode value(String name) {
    known.add(name);
    return entries.get(name);
  }
}
