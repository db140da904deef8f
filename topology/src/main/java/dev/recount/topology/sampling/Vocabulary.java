package dev.recount.topology.sampling;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What conditions can ask of a trace or of a part of one.
 *
 * @param <T> the trace, or the part
 */
final class Vocabulary<T> {
  private final Map<String, Term<T>> terms = new LinkedHashMap<>();
  private final Map<String, Keyed<T>> keyed = new LinkedHashMap<>();
  private final Map<String, Part<T, ?>> parts = new LinkedHashMap<>();

  /** Something that has values. */
  record Term<T>(String name, ValueKind kind, Function<T, List<?>> values) {}

  /** Something that has values by key, as attributes have. */
  record Keyed<T>(String name, BiFunction<T, String, List<?>> values) {
    Term<T> at(String key) {
      return new Term<>(name + "." + key, ValueKind.ANY, of -> values.apply(of, key));
    }
  }

  /**
   * Parts that are asked about one by one.
   *
   * @param label what people call a part
   */
  record Part<T, P>(
      String name,
      Function<T, List<P>> parts,
      Vocabulary<P> vocabulary,
      Function<P, String> label) {}

  Vocabulary<T> term(String name, ValueKind kind, Function<T, List<?>> values) {
    terms.put(name, new Term<>(name, kind, values));
    return this;
  }

  /** A term with one value at most. */
  Vocabulary<T> value(String name, ValueKind kind, Function<T, @Nullable Object> value) {
    return term(name, kind, of -> Values.of(value.apply(of)));
  }

  Vocabulary<T> keyed(String name, BiFunction<T, String, List<?>> values) {
    keyed.put(name, new Keyed<>(name, values));
    return this;
  }

  <P> Vocabulary<T> part(
      String name, Function<T, List<P>> of, Vocabulary<P> vocabulary, Function<P, String> label) {
    parts.put(name, new Part<>(name, of, vocabulary, label));
    return this;
  }

  @Nullable Term<T> term(String name) {
    return terms.get(name);
  }

  @Nullable Keyed<T> keyed(String name) {
    return keyed.get(name);
  }

  @Nullable Part<T, ?> part(String name) {
    return parts.get(name);
  }

  /** Everything that can be asked. */
  List<String> names() {
    List<String> names = new ArrayList<>(terms.keySet());
    names.addAll(keyed.keySet());
    names.addAll(parts.keySet());
    return names;
  }
}
