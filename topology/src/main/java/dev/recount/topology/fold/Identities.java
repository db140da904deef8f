package dev.recount.topology.fold;

import dev.recount.topology.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Identifiers that are pure functions of what they identify. */
final class Identities {
  private static final int ID_BYTES = 8;

  private Identities() {}

  /** Identifier of something made up of parts: 16 hexadecimal digits of their SHA-256. */
  static String of(String... parts) {
    MessageDigest digest = Sha256.newDigest();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      // A length before each part keeps ("ab", "c") and ("a", "bc") apart.
      digest.update((byte) (bytes.length >>> 24));
      digest.update((byte) (bytes.length >>> 16));
      digest.update((byte) (bytes.length >>> 8));
      digest.update((byte) bytes.length);
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
  }
}
