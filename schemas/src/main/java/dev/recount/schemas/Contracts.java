package dev.recount.schemas;

import dev.recount.avro.TraceEvent;
import org.apache.avro.util.ClassSecurityValidator;

/** The generated records as a whole. */
public final class Contracts {
  static {
    // Avro instantiates classes that a schema names only where it has been told to trust them.
    String contracts = TraceEvent.class.getPackageName();
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> contracts.equals(type.getPackageName())));
  }

  private Contracts() {}

  /**
   * Makes Avro trust the generated records. Builders of records need it before their first use;
   * {@link AvroCodec} does it by itself. Further calls do nothing.
   */
  public static void trust() {
    // The initialiser of this class has done it.
  }
}
