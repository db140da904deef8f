package dev.recount.connectors.http;

import com.linecorp.armeria.common.RequestHeaders;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may send: any of several tokens, given once or in a file that may change while this runs.
 *
 * <p>A client shows its token in any of the ways in which SDKs of other vendors do, so that
 * changing the URL is all that switching takes: {@code Authorization: Bearer TOKEN}, another scheme
 * or none before it, {@code Basic} with the token as the password or as {@code user:password} in
 * one, or one of {@link #HEADERS}.
 *
 * <p>Only digests of the tokens are kept, and all of them are compared in constant time. Safe for
 * use by several threads.
 */
public final class AccessTokens {
  /** Headers whose whole value is the token, as vendors name them. */
  public static final List<String> HEADERS =
      List.of(
          "x-api-key",
          "api-key",
          "api_key",
          "wandb-api-key",
          "galileo-api-key",
          "x-portkey-api-key",
          "x-maxim-api-key",
          "x-honeycomb-team");

  private static final long CHECK_NANOS = Duration.ofSeconds(1).toNanos();
  private static final String BASIC = "basic";
  private static final Logger log = LoggerFactory.getLogger(AccessTokens.class);

  private final List<byte[]> fixed;
  private final @Nullable Path file;
  private final AtomicLong nextCheck;
  private volatile Loaded loaded;

  /** Digests of the tokens of a file, and by what to see that it has changed. */
  private record Loaded(List<byte[]> digests, @Nullable FileTime modified, long bytes) {}

  private AccessTokens(Collection<String> tokens, @Nullable Path file) {
    this.fixed = tokens.stream().map(AccessTokens::digest).toList();
    this.file = file;
    this.nextCheck = new AtomicLong(System.nanoTime() + CHECK_NANOS);
    this.loaded = file == null ? new Loaded(List.of(), null, 0) : load(file);
    if (fixed.isEmpty() && loaded.digests().isEmpty()) {
      throw new IllegalArgumentException("There is no token" + (file == null ? "" : " in " + file));
    }
  }

  /**
   * Tokens that stay as they are.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static AccessTokens of(Collection<String> tokens) {
    return new AccessTokens(tokens, null);
  }

  /**
   * Tokens of a file, one to a line, besides some that stay as they are. Empty lines and those that
   * begin with {@code #} are passed over. The file is read again when it has changed, looked at
   * once a second at most; while it is unreadable or empty the tokens last read hold.
   *
   * @throws IllegalArgumentException when there is no token at all, or the file cannot be read
   */
  public static AccessTokens inFile(Path file, Collection<String> besides) {
    return new AccessTokens(besides, file);
  }

  /** Whether the request shows one of the tokens. */
  public boolean admits(RequestHeaders headers) {
    reloadIfChanged();
    List<byte[]> inFile = loaded.digests();
    boolean admitted = false;
    for (String shown : shown(headers)) {
      byte[] digest = digest(shown);
      // No way out early: how long it takes must not tell how near a guess was.
      for (byte[] token : fixed) {
        admitted |= MessageDigest.isEqual(token, digest);
      }
      for (byte[] token : inFile) {
        admitted |= MessageDigest.isEqual(token, digest);
      }
    }
    return admitted;
  }

  private static List<String> shown(RequestHeaders headers) {
    List<String> shown = new ArrayList<>();
    for (String header : HEADERS) {
      shown.addAll(headers.getAll(header));
    }
    for (String authorization : headers.getAll("authorization")) {
      String whole = authorization.strip();
      shown.add(whole);
      int space = whole.indexOf(' ');
      if (space > 0) {
        String rest = whole.substring(space + 1).strip();
        shown.add(rest);
        if (whole.substring(0, space).toLowerCase(Locale.ROOT).equals(BASIC)) {
          addBasic(rest, shown);
        }
      }
    }
    return shown;
  }

  private static void addBasic(String encoded, List<String> shown) {
    try {
      String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      shown.add(pair);
      int colon = pair.indexOf(':');
      if (colon >= 0) {
        shown.add(pair.substring(colon + 1));
      }
    } catch (IllegalArgumentException notBase64) {
      // It shows nothing then.
    }
  }

  private void reloadIfChanged() {
    long now = System.nanoTime();
    long due = nextCheck.get();
    if (file == null || now - due < 0 || !nextCheck.compareAndSet(due, now + CHECK_NANOS)) {
      return;
    }
    try {
      if (Files.getLastModifiedTime(file).equals(loaded.modified())
          && Files.size(file) == loaded.bytes()) {
        return;
      }
      Loaded changed = load(file);
      if (changed.digests().isEmpty()) {
        log.warn("There is no token in {}: those read before hold", file);
        return;
      }
      loaded = changed;
      log.info("Read {} tokens from {}", changed.digests().size(), file);
    } catch (IOException | IllegalArgumentException unreadable) {
      log.warn("Cannot read tokens from {}: those read before hold", file);
    }
  }

  private static Loaded load(Path file) {
    try {
      FileTime modified = Files.getLastModifiedTime(file);
      long bytes = Files.size(file);
      List<byte[]> digests =
          Files.readAllLines(file).stream()
              .map(String::strip)
              .filter(line -> !line.isEmpty() && !line.startsWith("#"))
              .map(AccessTokens::digest)
              .toList();
      return new Loaded(digests, modified, bytes);
    } catch (CharacterCodingException notText) {
      throw new IllegalArgumentException("The file of tokens " + file + " is not UTF-8 text");
    } catch (IOException unreadable) {
      throw new IllegalArgumentException(
          "Cannot read the file of tokens " + file + ": " + unreadable.getMessage(), unreadable);
    }
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every Java platform has SHA-256", impossible);
    }
  }

  @Override
  public String toString() {
    return "AccessTokens[" + (fixed.size() + loaded.digests().size()) + "]";
  }
}
