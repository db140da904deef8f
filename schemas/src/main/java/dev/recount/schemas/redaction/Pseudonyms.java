package dev.recount.schemas.redaction;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What stands in place of what was found: {@code [type:20 hexadecimal digits]}. The first 16 digits
 * are a keyed digest of type and value, the same wherever the value occurs. The last four are a
 * keyed digest of what is before them, so that a pseudonym can be told from text that looks like
 * one: what is passed over the second time is what was put there the first time.
 */
final class Pseudonyms {
  /** Any pseudonym, or what looks like one. */
  static final String PATTERN = "\\[[a-z][a-z0-9_]{0,31}:[0-9a-f]{20}\\]";

  private static final String ALGORITHM = "HmacSHA256";
  private static final int ID_BYTES = 8;
  private static final int CHECK_BYTES = 2;
  private static final int ID_DIGITS = 2 * ID_BYTES;

  /** Never used itself: a copy is cheaper than a new one. */
  private final Mac keyed;

  Pseudonyms(byte[] key) {
    try {
      this.keyed = Mac.getInstance(ALGORITHM);
      keyed.init(new SecretKeySpec(key, ALGORITHM));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("Every Java platform has " + ALGORITHM, impossible);
    }
  }

  String of(String type, String value) {
    String id = digest("value", type, value, ID_BYTES);
    return "[" + type + ":" + id + check(type, id) + "]";
  }

  /** Whether a text of the {@link #PATTERN} was made here. */
  boolean isOurs(String candidate) {
    int colon = candidate.indexOf(':');
    String type = candidate.substring(1, colon);
    String digits = candidate.substring(colon + 1, candidate.length() - 1);
    return digits.substring(ID_DIGITS).equals(check(type, digits.substring(0, ID_DIGITS)));
  }

  private String check(String type, String id) {
    return digest("check", type, id, CHECK_BYTES);
  }

  private String digest(String purpose, String type, String value, int bytes) {
    String text = purpose + '\0' + type + '\0' + value;
    byte[] digest = copy().doFinal(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(Arrays.copyOf(digest, bytes));
  }

  private Mac copy() {
    try {
      return (Mac) keyed.clone();
    } catch (CloneNotSupportedException impossible) {
      throw new IllegalStateException("The platform's " + ALGORITHM + " has no copies", impossible);
    }
  }
}
