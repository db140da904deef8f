package dev.recount.cli.bisect.statistics;

/**
 * A version of something.
 *
 * @param dimension what kind of thing
 * @param name which one; empty where there is only one or it has no name
 * @param version its version; empty where it is not known
 */
public record Version(Dimension dimension, String name, String version) {
  /** Whether anything is known of it. */
  public boolean isKnown() {
    return !version.isEmpty();
  }

  /** Whether it is another version of the same thing. */
  boolean replaces(Version other) {
    return dimension == other.dimension && name.equals(other.name) && !equals(other);
  }

  /** The thing, without its version: {@code prompt order-handling}. */
  public String thing() {
    return name.isEmpty() ? dimension.label() : dimension.label() + " " + name;
  }

  @Override
  public String toString() {
    return thing() + " " + version;
  }
}
