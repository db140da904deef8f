package dev.recount.connectors.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * What stands before a port: TLS, tokens, both or neither. Its text form shows no secret.
 *
 * @param tokens who may send; empty for anyone
 * @param certificate what the server shows; empty for plain text
 */
public record Protection(Optional<AccessTokens> tokens, Optional<TlsKeyPair> certificate) {
  /** What a request without a token is told. */
  public static final String NO_TOKEN =
      "No valid token: send one as 'Authorization: Bearer TOKEN', or as the SDK in use sends its key";

  /** Anyone may send, in plain text. */
  public static Protection none() {
    return new Protection(Optional.empty(), Optional.empty());
  }

  /**
   * A certificate, with those that vouch for it after it, and its key; both in PEM, the key in PKCS
   * #8 without a password.
   *
   * @throws IllegalArgumentException when either cannot be read, with a message that names the
   *     files
   */
  public static TlsKeyPair certificate(Path certificate, Path key) {
    for (Path file : new Path[] {certificate, key}) {
      if (!Files.isReadable(file)) {
        throw new IllegalArgumentException("Cannot read " + file);
      }
    }
    try {
      return TlsKeyPair.of(key.toFile(), certificate.toFile());
    } catch (RuntimeException malformed) {
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

  /** Whether the port speaks TLS. */
  public boolean encrypted() {
    return certificate.isPresent();
  }

  /** Puts a port onto a server: TLS where there is a certificate, else plain text. */
  public ServerBuilder listen(ServerBuilder server, InetSocketAddress address) {
    certificate.ifPresent(server::tls);
    return server.port(address, encrypted() ? SessionProtocol.HTTPS : SessionProtocol.HTTP);
  }

  /**
   * Lets only those through to a service who show a token, where tokens are asked for.
   *
   * @param refusal answers the others
   */
  public HttpService guard(HttpService service, Function<HttpRequest, HttpResponse> refusal) {
    if (tokens.isEmpty()) {
      return service;
    }
    AccessTokens accepted = tokens.get();
    return service.decorate(
        (guarded, context, request) ->
            accepted.admits(request.headers())
                ? guarded.serve(context, request)
                : refusal.apply(request));
  }

  @Override
  public String toString() {
    return "Protection["
        + tokens.map(AccessTokens::toString).orElse("no tokens")
        + (encrypted() ? ", TLS]" : ", plain text]");
  }
}
