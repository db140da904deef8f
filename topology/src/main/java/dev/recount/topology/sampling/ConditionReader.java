package dev.recount.topology.sampling;

import dev.recount.schemas.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads conditions: a mapping of terms to what their values must be like, all of which must hold.
 */
final class ConditionReader {
  private static final String ALL = "all";
  private static final String ANY = "any";
  private static final String NOT = "not";

  private ConditionReader() {}

  // The reader of YAML bounds the depth of what it reads, and so the depth of this recursion.
  static <T> Condition<T> read(YamlNode node, String what, Vocabulary<T> vocabulary) {
    Map<String, YamlNode> entries = node.mapping(what);
    if (entries.isEmpty()) {
      throw node.error(what + " has no conditions", "name some, or leave it out");
    }
    List<Condition<T>> conditions = new ArrayList<>();
    entries.forEach((key, entry) -> conditions.add(condition(key, entry, what, vocabulary)));
    return conditions.size() == 1 ? conditions.get(0) : new Condition.All<>(conditions);
  }

  private static <T> Condition<T> condition(
      String key, YamlNode entry, String what, Vocabulary<T> vocabulary) {
    switch (key) {
      case ALL:
        return new Condition.All<>(list(entry, key, vocabulary));
      case ANY:
        return new Condition.Any<>(list(entry, key, vocabulary));
      case NOT:
        return new Condition.Not<>(read(entry, key, vocabulary));
      default:
        break;
    }
    Vocabulary.Term<T> term = vocabulary.term(key);
    if (term != null) {
      return new Condition.Compared<>(term, MatcherReader.read(entry, term.kind()));
    }
    Vocabulary.Keyed<T> keyed = vocabulary.keyed(key);
    if (keyed != null) {
      return keyed(entry, keyed);
    }
    Vocabulary.Part<T, ?> part = vocabulary.part(key);
    if (part != null) {
      return some(entry, part);
    }
    List<String> known = new ArrayList<>(vocabulary.names());
    known.addAll(List.of(ALL, ANY, NOT));
    throw entry.key().unknown("condition '" + key + "' in " + what, key, known);
  }

  private static <T> List<Condition<T>> list(YamlNode node, String what, Vocabulary<T> vocabulary) {
    List<Condition<T>> conditions = new ArrayList<>();
    for (YamlNode item : node.sequence(what)) {
      conditions.add(read(item, what, vocabulary));
    }
    if (conditions.isEmpty()) {
      throw node.error(what + " has no conditions", "name some, or leave it out");
    }
    return conditions;
  }

  private static <T> Condition<T> keyed(YamlNode node, Vocabulary.Keyed<T> keyed) {
    List<Condition<T>> conditions = new ArrayList<>();
    node.mapping(keyed.name())
        .forEach(
            (key, entry) ->
                conditions.add(
                    new Condition.Compared<>(
                        keyed.at(key), MatcherReader.read(entry, ValueKind.ANY))));
    if (conditions.isEmpty()) {
      throw node.error(keyed.name() + " names no key", "write 'key: value' lines");
    }
    return conditions.size() == 1 ? conditions.get(0) : new Condition.All<>(conditions);
  }

  private static <T, P> Condition<T> some(YamlNode node, Vocabulary.Part<T, P> part) {
    return new Condition.Some<>(part, read(node, part.name(), part.vocabulary()));
  }

  /**
   * The term of a trace, or an attribute as {@code attributes.KEY}, by whose values shares differ.
   */
  static Vocabulary.Term<Evidence> term(YamlNode node) {
    String name = node.text("the name of a term");
    Vocabulary.@Nullable Term<Evidence> term = Vocabularies.TRACE.term(name);
    if (term != null) {
      return term;
    }
    int dot = name.indexOf('.');
    Vocabulary.@Nullable Keyed<Evidence> keyed =
        dot < 0 ? null : Vocabularies.TRACE.keyed(name.substring(0, dot));
    if (keyed != null) {
      return keyed.at(name.substring(dot + 1));
    }
    throw node.unknown("term '" + name + "'", name, Vocabularies.TRACE.names());
  }
}
