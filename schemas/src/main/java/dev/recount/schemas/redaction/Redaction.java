package dev.recount.schemas.redaction;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is replaced, and where. A pure function of a text and where it stands: applied twice it
 * yields what it yields once, whoever applies it, as long as the key is the same. Safe for use by
 * several threads; its text form shows no key.
 */
public final class Redaction {
  private static final Redaction NONE =
      new Redaction(null, EnumSet.noneOf(RedactedField.class), List.of());

  /** Attribute keys are few, unless someone makes them up. */
  private static final int REMEMBERED_KEYS = 4096;

  private final @Nullable TextRedactor redactor;
  private final Set<RedactedField> fields;
  private final List<Glob> except;
  private final Map<String, Place> places = new ConcurrentHashMap<>();

  /** Where an attribute stands, and whether its key is excepted. */
  private record Place(RedactedField field, boolean excepted) {}

  private Redaction(@Nullable TextRedactor redactor, Set<RedactedField> fields, List<Glob> except) {
    this.redactor = redactor;
    this.fields = fields;
    this.except = except;
  }

  static Redaction of(
      List<Detector> detectors, byte[] key, Set<RedactedField> fields, List<Glob> except) {
    TextRedactor redactor = new TextRedactor(detectors, new Pseudonyms(key));
    return new Redaction(redactor, fields, List.copyOf(except));
  }

  /** Leaves everything as it is. */
  public static Redaction none() {
    return NONE;
  }

  /** Whether it may change anything. */
  public boolean isActive() {
    return redactor != null && !fields.isEmpty();
  }

  /** A text in a place; the same object when nothing in it is to be replaced. */
  public String text(RedactedField field, String text) {
    return redactor == null || !fields.contains(field) ? text : redactor.redact(text);
  }

  /** Likewise, where there may be none. */
  public @Nullable String textOrNull(RedactedField field, @Nullable String text) {
    return text == null ? null : text(field, text);
  }

  /** A text of which nobody knows where it stands: redacted while anything is. */
  public String anywhere(String text) {
    return redactor == null ? text : redactor.redact(text);
  }

  /** The value of an attribute of a span, an event, a log record or an explicit event. */
  public String attribute(String key, String value) {
    return attribute(key, RedactedField.ATTRIBUTES, value);
  }

  /**
   * The value of an attribute.
   *
   * @param otherwise where it stands when its key says nothing
   */
  String attribute(String key, RedactedField otherwise, String value) {
    if (redactor == null) {
      return value;
    }
    Place place = place(key);
    RedactedField field = place.field() == RedactedField.ATTRIBUTES ? otherwise : place.field();
    return place.excepted() ? value : text(field, value);
  }

  private Place place(String key) {
    Place known = places.get(key);
    if (known != null) {
      return known;
    }
    Place place =
        new Place(
            RedactedField.ofAttribute(key), except.stream().anyMatch(glob -> glob.matches(key)));
    if (places.size() < REMEMBERED_KEYS) {
      places.put(key, place);
    }
    return place;
  }

  @Override
  public String toString() {
    return isActive() ? "Redaction" + fields : "Redaction[off]";
  }
}
