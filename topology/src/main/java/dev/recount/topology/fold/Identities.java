package dev.recount.topology.fold;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.topology.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Identifiers that are pure functions of what they identify. */
final class Identities {
  private static final int ID_BYTES = 8;

  private static final JsonMapper CANONICAL =
      JsonMapper.builder()
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .build();

  static {
    CANONICAL
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(200).build());
  }

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

  /**
   * JSON with keys in order and without insignificant blanks, so that equal arguments are equal
   * text. Text that is no JSON stays as it is; null becomes empty.
   */
  static String canonicalJson(@Nullable String text) {
    if (text == null) {
      return "";
    }
    try {
      JsonNode node = CANONICAL.readTree(text);
      return CANONICAL.writeValueAsString(CANONICAL.treeToValue(node, Object.class));
    } catch (JsonProcessingException | RuntimeException notJson) {
      return text.strip();
    }
  }
}
