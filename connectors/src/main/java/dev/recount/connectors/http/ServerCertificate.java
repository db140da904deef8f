package dev.recount.connectors.http;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate and its key in two files, read again when either has changed: certificates are
 * renewed every few weeks, and nobody should have to stop a receiver for it. New connections get
 * the new one; while the files cannot be read, or do not belong together yet, the one before holds.
 */
public final class ServerCertificate implements TlsProvider {
  private static final Logger log = LoggerFactory.getLogger(ServerCertificate.class);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

  private static final Map<String, String> SIGNATURES =
      Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

  private record State(FileTime modified, long bytes) {
    static State of(Path file) throws IOException {
      return new State(Files.getLastModifiedTime(file), Files.size(file));
    }
  }

  private record Loaded(TlsKeyPair pair, List<State> states) {}

  private final Path certificate;
  private final Path key;
  private final long checkNanos;
  private final AtomicLong nextCheck = new AtomicLong(System.nanoTime());
  private volatile Loaded loaded;

  private ServerCertificate(Path certificate, Path key, Duration checkInterval) {
    this.certificate = certificate;
    this.key = key;
    this.checkNanos = checkInterval.toNanos();
    this.loaded = load(certificate, key);
  }

  /**
   * A certificate, with those that vouch for it after it, and its key; both in PEM, the key in PKCS
   * #8 without a password. The files are looked at once a second at most.
   *
   * @throws IllegalArgumentException when either cannot be read, with a message that names the
   *     files
   */
  public static ServerCertificate of(Path certificate, Path key) {
    return of(certificate, key, CHECK_INTERVAL);
  }

  /** Likewise, looking at the files no more often than once an interval. */
  public static ServerCertificate of(Path certificate, Path key, Duration checkInterval) {
    return new ServerCertificate(certificate, key, checkInterval);
  }

  /** What is shown to a client that connects, whatever name it asks for. */
  @Override
  public TlsKeyPair keyPair(String hostname) {
    reloadIfChanged();
    return loaded.pair();
  }

  private void reloadIfChanged() {
    long now = System.nanoTime();
    long due = nextCheck.get();
    if (now - due < 0 || !nextCheck.compareAndSet(due, now + checkNanos)) {
      return;
    }
    try {
      if (states(certificate, key).equals(loaded.states())) {
        return;
      }
      loaded = load(certificate, key);
      log.info("Read the certificate in {} again", certificate);
    } catch (IOException | IllegalArgumentException unreadable) {
      log.warn("Cannot read the certificate in {}: the one before holds", certificate);
    }
  }

  private static List<State> states(Path certificate, Path key) throws IOException {
    return List.of(State.of(certificate), State.of(key));
  }

  private static Loaded load(Path certificate, Path key) {
    for (Path file : List.of(certificate, key)) {
      if (!Files.isReadable(file)) {
        throw new IllegalArgumentException("Cannot read " + file);
      }
    }
    try {
      // Before the content, so that a change in between is seen the next time.
      List<State> states = states(certificate, key);
      TlsKeyPair pair = TlsKeyPair.of(key.toFile(), certificate.toFile());
      checkTogether(pair);
      return new Loaded(pair, states);
    } catch (IOException unreadable) {
      throw new IllegalArgumentException("Cannot read " + certificate, unreadable);
    } catch (GeneralSecurityException | RuntimeException malformed) {
      // Its message is not passed on: it might quote the key.
      throw new IllegalArgumentException(
          "No certificate in PEM in "
              + certificate
              + ", or no key in PEM (PKCS #8, without a password) in "
              + key
              + ", or the key is another certificate's",
          malformed);
    }
  }

  /** Half of a renewal must not be served: what the key signs, the certificate has to vouch for. */
  private static void checkTogether(TlsKeyPair pair) throws GeneralSecurityException {
    String algorithm = SIGNATURES.get(pair.privateKey().getAlgorithm());
    if (algorithm == null) {
      return;
    }
    byte[] signed = "recount".getBytes(StandardCharsets.UTF_8);
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(pair.privateKey());
    signing.update(signed);
    byte[] signature = signing.sign();
    Signature verifying = Signature.getInstance(algorithm);
    verifying.initVerify(pair.certificateChain().get(0).getPublicKey());
    verifying.update(signed);
    if (!verifying.verify(signature)) {
      throw new GeneralSecurityException("The key is another certificate's");
    }
  }

  @Override
  public String toString() {
    return "ServerCertificate[" + certificate + "]";
  }
}
