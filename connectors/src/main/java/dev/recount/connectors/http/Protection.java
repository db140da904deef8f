package dev.recount.connectors.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Function;

/**
 * What stands before a port: TLS, tokens, both or neither. Its text form shows no secret.
 *
 * @param tokens who may send; empty for anyone
 * @param certificate what the server shows; empty for plain text
 */
public record Protection(Optional<AccessTokens> tokens, Optional<ServerCertificate> certificate) {
  /** What a request without a token is told. */
  public static final String NO_TOKEN =
      "No valid token: send one as 'Authorization: Bearer TOKEN', or as the SDK in use sends its key";

  /** Anyone may send, in plain text. */
  public static Protection none() {
    return new Protection(Optional.empty(), Optional.empty());
  }

  /** Whether the port speaks TLS. */
  public boolean encrypted() {
    return certificate.isPresent();
  }

  /** Puts a port onto a server: TLS where there is a certificate, else plain text. */
  public ServerBuilder listen(ServerBuilder server, InetSocketAddress address) {
    certificate.ifPresent(server::tlsProvider);
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
