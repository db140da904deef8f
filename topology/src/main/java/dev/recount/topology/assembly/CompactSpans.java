package dev.recount.topology.assembly;

import dev.recount.avro.Span;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the spans of a trace small, which are all held while it is folded: the attributes of each
 * become an array of values, spans that state the same keys share these, many numbers are the same
 * object, and spans of one resource share its attributes. Otherwise a large trace takes up mostly
 * the tables of hash maps, which the garbage collector copies.
 */
final class CompactSpans {
  private static final int PLACE_BITS = 9;
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private final Map<List<String>, String[]> keys = new HashMap<>();
  private final @Nullable Long[] numbers = new @Nullable Long[1 << PLACE_BITS];
  private final Map<Map<String, Object>, Map<String, Object>> resources = new HashMap<>();

  /** Makes a span small that has just been decoded. What it says stays the same. */
  void compact(Span span) {
    span.setAttributes(compact(span.getAttributes()));
    span.setResourceAttributes(
        resources.computeIfAbsent(span.getResourceAttributes(), this::compact));
    if (span.getEvents().isEmpty()) {
      span.setEvents(List.of());
    }
    if (span.getLinks().isEmpty()) {
      span.setLinks(List.of());
    }
  }

  private Map<String, Object> compact(Map<String, Object> attributes) {
    String[] own = attributes.keySet().toArray(new String[0]);
    String[] shared = keys.putIfAbsent(Arrays.asList(own), own);
    @Nullable Object[] values = attributes.values().toArray();
    for (int index = 0; index < values.length; index++) {
      if (values[index] instanceof Long number) {
        values[index] = shared(number);
      }
    }
    return new Attributes(shared == null ? own : shared, values);
  }

  /**
   * Limits, ports and counts are often the same: the number that came last to a place, if it is.
   */
  private Long shared(Long number) {
    int place = Long.hashCode(number * MULTIPLIER) >>> (Integer.SIZE - PLACE_BITS);
    Long known = numbers[place];
    if (known != null && known.equals(number)) {
      return known;
    }
    numbers[place] = number;
    return number;
  }

  /** Few keys, looked through from the first: attributes are read in a row more than by key. */
  private static final class Attributes extends AbstractMap<String, Object> {
    private final String[] keys;
    private final @Nullable Object[] values;

    Attributes(String[] keys, @Nullable Object[] values) {
      this.keys = keys;
      this.values = values;
    }

    private int indexOf(@Nullable Object key) {
      for (int index = 0; index < keys.length; index++) {
        if (keys[index].equals(key)) {
          return index;
        }
      }
      return -1;
    }

    @Override
    public @Nullable Object get(@Nullable Object key) {
      int index = indexOf(key);
      return index < 0 ? null : values[index];
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return indexOf(key) >= 0;
    }

    @Override
    public int size() {
      return keys.length;
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
      return new AbstractSet<>() {
        @Override
        public Iterator<Entry<String, Object>> iterator() {
          return new Entries();
        }

        @Override
        public int size() {
          return keys.length;
        }
      };
    }

    private final class Entries implements Iterator<Entry<String, Object>> {
      private int next;

      @Override
      public boolean hasNext() {
        return next < keys.length;
      }

      @Override
      public Entry<String, Object> next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Entry<String, Object> entry = new SimpleImmutableEntry<>(keys[next], values[next]);
        next++;
        return entry;
      }
    }
  }
}
