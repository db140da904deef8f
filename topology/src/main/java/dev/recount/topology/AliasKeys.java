package dev.recount.topology;

import dev.recount.avro.AliasKind;
import java.util.Locale;

/** Keys in the log of what names no trace: {@code alias:<kind>:<value>}. */
public final class AliasKeys {
  /** How the keys of all aliases begin. */
  public static final String PREFIX = "alias:";

  private AliasKeys() {}

  /** The key of an alias. */
  public static String of(AliasKind kind, String value) {
    return PREFIX + kind.name().toLowerCase(Locale.ROOT) + ":" + value;
  }

  /** Whether a key of the log is an alias rather than a trace ID. */
  public static boolean isAlias(String key) {
    return key.startsWith(PREFIX);
  }

  /**
   * The kind of an alias.
   *
   * @throws IllegalArgumentException when the key is not an alias
   */
  public static AliasKind kindOf(String key) {
    for (AliasKind kind : AliasKind.values()) {
      if (key.startsWith(of(kind, ""))) {
        return kind;
      }
    }
    throw new IllegalArgumentException("Not an alias: " + key);
  }
}
