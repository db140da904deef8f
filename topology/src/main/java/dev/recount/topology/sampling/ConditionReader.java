package dev.recount.topology.sampling;

import dev.recount.schemas.yaml.YamlFile;
import dev.recount.schemas.yaml.YamlFile.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads conditions: a mapping of terms to what their values must be like, all of which must hold.
 */
final class ConditionReader {
  private static final String ALL = "all";
  private static final String ANY = "any";
  private static final String NOT = "not";

  private final YamlFile file;
  private final MatcherReader matchers;

  ConditionReader(YamlFile file) {
    this.file = file;
    this.matchers = new MatcherReader(file);
  }

  // The reader of YAML bounds the depth of what it reads, and so the depth of this recursion.
  <T> Condition<T> read(Node node, String what, Vocabulary<T> vocabulary) {
    Map<String, Entry> entries = file.mapping(node, what);
    if (entries.isEmpty()) {
      throw file.error(node, what + " has no conditions", "name some, or leave it out");
    }
    List<Condition<T>> conditions = new ArrayList<>();
    entries.forEach((key, entry) -> conditions.add(condition(key, entry, what, vocabulary)));
    return conditions.size() == 1 ? conditions.get(0) : new Condition.All<>(conditions);
  }

  private <T> Condition<T> condition(
      String key, Entry entry, String what, Vocabulary<T> vocabulary) {
    switch (key) {
      case ALL:
        return new Condition.All<>(list(entry.value(), key, vocabulary));
      case ANY:
        return new Condition.Any<>(list(entry.value(), key, vocabulary));
      case NOT:
        return new Condition.Not<>(read(entry.value(), key, vocabulary));
      default:
        break;
    }
    Vocabulary.Term<T> term = vocabulary.term(key);
    if (term != null) {
      return new Condition.Compared<>(term, matchers.read(entry.value(), term.kind()));
    }
    Vocabulary.Keyed<T> keyed = vocabulary.keyed(key);
    if (keyed != null) {
      return keyed(entry.value(), keyed);
    }
    Vocabulary.Part<T, ?> part = vocabulary.part(key);
    if (part != null) {
      return some(entry.value(), part);
    }
    List<String> known = new ArrayList<>(vocabulary.names());
    known.addAll(List.of(ALL, ANY, NOT));
    throw file.unknown(entry.key(), "condition '" + key + "' in " + what, key, known);
  }

  private <T> List<Condition<T>> list(Node node, String what, Vocabulary<T> vocabulary) {
    List<Condition<T>> conditions = new ArrayList<>();
    for (Node item : file.sequence(node, what)) {
      conditions.add(read(item, what, vocabulary));
    }
    if (conditions.isEmpty()) {
      throw file.error(node, what + " has no conditions", "name some, or leave it out");
    }
    return conditions;
  }

  private <T> Condition<T> keyed(Node node, Vocabulary.Keyed<T> keyed) {
    List<Condition<T>> conditions = new ArrayList<>();
    file.mapping(node, keyed.name())
        .forEach(
            (key, entry) ->
                conditions.add(
                    new Condition.Compared<>(
                        keyed.at(key), matchers.read(entry.value(), ValueKind.ANY))));
    if (conditions.isEmpty()) {
      throw file.error(node, keyed.name() + " names no key", "write 'key: value' lines");
    }
    return conditions.size() == 1 ? conditions.get(0) : new Condition.All<>(conditions);
  }

  private <T, P> Condition<T> some(Node node, Vocabulary.Part<T, P> part) {
    return new Condition.Some<>(part, read(node, part.name(), part.vocabulary()));
  }

  /**
   * The term of a trace, or an attribute as {@code attributes.KEY}, by whose values shares differ.
   */
  Vocabulary.Term<Evidence> term(Node node) {
    String name = file.text(node, "the name of a term");
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
    throw file.unknown(node, "term '" + name + "'", name, Vocabularies.TRACE.names());
  }
}
