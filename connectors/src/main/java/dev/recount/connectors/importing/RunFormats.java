package dev.recount.connectors.importing;

import java.util.List;
import java.util.Optional;

/** The formats that can be imported. */
public final class RunFormats {
  private static final List<RunFormat> ALL = List.of(new TauBenchFormat());

  private RunFormats() {}

  /** Every format. */
  public static List<RunFormat> all() {
    return ALL;
  }

  /** The format of a name; empty when there is none. */
  public static Optional<RunFormat> named(String name) {
    return ALL.stream().filter(format -> format.name().equals(name)).findFirst();
  }
}
