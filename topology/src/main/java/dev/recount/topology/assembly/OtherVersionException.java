package dev.recount.topology.assembly;

/** State that this version of Recount cannot go on with. */
public final class OtherVersionException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  OtherVersionException(String what, byte format) {
    super("State was written by another version of Recount (" + what + " format " + format + ")");
  }
}
