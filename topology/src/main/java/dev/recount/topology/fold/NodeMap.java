package dev.recount.topology.fold;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values by span of one tree, whose spans are numbered: an array, since hash tables of a large
 * trace are slow to look into and slow to collect.
 */
final class NodeMap<V> {
  private final @Nullable Object[] values;

  /**
   * @param nodes the spans of the tree
   */
  NodeMap(List<SpanNode> nodes) {
    values = new @Nullable Object[nodes.size()];
  }

  /** The value of a span; null when it has none. */
  @SuppressWarnings("unchecked") // only put fills the array
  @Nullable V get(SpanNode node) {
    return (V) values[node.number];
  }

  V getOrDefault(SpanNode node, V absent) {
    V value = get(node);
    return value == null ? absent : value;
  }

  void put(SpanNode node, V value) {
    values[node.number] = value;
  }

  /** Gives a span a value unless it has one, which is returned then; else null. */
  @Nullable V putIfAbsent(SpanNode node, V value) {
    V present = get(node);
    if (present == null) {
      put(node, value);
    }
    return present;
  }
}
