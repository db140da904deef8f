package dev.recount.schemas.content;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands in a record in place of content that is kept in a {@link ContentStore}. As text:
 *
 * <pre>{@code recount:content/sha256/<64 hexadecimal digits>?bytes=<size>&type=<media type>}</pre>
 *
 * @param sha256 of the content's bytes, 64 lower-case hexadecimal digits
 * @param bytes size of the content
 * @param type what it was: {@link #TEXT}, {@link #JSON} or {@link #BINARY}
 */
public record ContentReference(String sha256, long bytes, String type) {
  /** Text in UTF-8. */
  public static final String TEXT = "text/plain";

  /** JSON in UTF-8: text that was JSON, or an array or object among attribute values. */
  public static final String JSON = "application/json";

  /** Bytes. */
  public static final String BINARY = "application/octet-stream";

  private static final String PREFIX = "recount:content/sha256/";

  /** Longer texts are no references: nothing needs to be searched in them. */
  private static final int MAXIMUM_CHARACTERS = 160;

  private static final Pattern FORM =
      Pattern.compile(
          Pattern.quote(PREFIX)
              + "([0-9a-f]{64})\\?bytes=([0-9]{1,10})&type=("
              + String.join("|", TEXT, JSON, BINARY)
              + ")");

  /** A reference to content. */
  public static ContentReference to(byte[] content, String type) {
    return new ContentReference(HexFormat.of().formatHex(digest(content)), content.length, type);
  }

  /** The reference that a text is as a whole; empty when it is none. */
  public static Optional<ContentReference> parse(String text) {
    if (text.length() > MAXIMUM_CHARACTERS || !text.startsWith(PREFIX)) {
      return Optional.empty();
    }
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new ContentReference(
                matcher.group(1), Long.parseLong(matcher.group(2)), matcher.group(3)))
        : Optional.empty();
  }

  /** The text that {@link #parse} reads. */
  public String format() {
    return PREFIX + sha256 + "?bytes=" + bytes + "&type=" + type;
  }

  /** Whether bytes are the content. */
  boolean isOf(byte[] content) {
    return content.length == bytes && HexFormat.of().formatHex(digest(content)).equals(sha256);
  }

  private static byte[] digest(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every Java platform has SHA-256", impossible);
    }
  }

  /** The bytes of a text. */
  public static byte[] bytesOf(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
