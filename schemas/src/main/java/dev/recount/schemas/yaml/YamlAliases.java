package dev.recount.schemas.yaml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Makes sure that a file whose nodes refer to each other can be read as if they were written out:
 * that none contains itself, and that there are not too many of them then.
 */
final class YamlAliases {
  /** Far more than anybody writes, and few enough to be read in no time. */
  private static final int MOST_NODES = 200_000;

  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private final String file;
  private int nodes;

  private YamlAliases(String file) {
    this.file = file;
  }

  /**
   * Looks through the file below a node.
   *
   * @param file what messages call it
   * @throws YamlException with the place at which it goes wrong
   */
  static void check(String file, Node root) {
    new YamlAliases(file).walk(root);
  }

  // What is not an alias is nested only so deep as the parser allows, and aliases add no depth that
  // is not counted: each turn opens another node.
  private void walk(Node node) {
    if (++nodes > MOST_NODES) {
      throw YamlNode.error(
          file, node, "with its aliases written out the file is too large", "use fewer of them");
    }
    List<Node> children = children(node);
    if (children.isEmpty()) {
      return;
    }
    if (!open.add(node)) {
      throw YamlNode.error(
          file, node, "this contains itself by an alias", "write out what is meant");
    }
    children.forEach(this::walk);
    open.remove(node);
  }

  private static List<Node> children(Node node) {
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    List<Node> children = new ArrayList<>();
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        children.add(tuple.getKeyNode());
        children.add(tuple.getValueNode());
      }
    }
    return children;
  }
}
