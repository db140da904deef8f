package dev.recount.cli.secured;

import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.Server;
import java.time.Duration;
import java.util.function.Predicate;

/** A door with TLS and a look at who asks, before a server that has neither. */
final class SecuredDoor implements AutoCloseable {
  private static final long ANY_LENGTH = 0;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Server server;

  private SecuredDoor(Server server) {
    this.server = server;
  }

  /** Opens it before the server at a URL. */
  static SecuredDoor before(
      String url, TestCertificate certificate, Predicate<RequestHeaders> admits) {
    WebClient behind =
        WebClient.builder(url.replaceFirst("^http:", "h1c:"))
            .responseTimeout(PATIENCE)
            .maxResponseLength(ANY_LENGTH)
            .build();
    Server server =
        Server.builder()
            .https(0)
            .tls(certificate.certificate().toFile(), certificate.key().toFile())
            .requestTimeout(PATIENCE)
            .maxRequestLength(ANY_LENGTH)
            .serviceUnder(
                "/",
                (context, request) ->
                    admits.test(request.headers())
                        ? pass(behind, request)
                        : HttpResponse.of(HttpStatus.UNAUTHORIZED))
            .build();
    server.start().join();
    return new SecuredDoor(server);
  }

  private static HttpResponse pass(WebClient behind, HttpRequest request) {
    return behind.execute(
        request.withHeaders(request.headers().toBuilder().removeAndThen("authorization").build()));
  }

  String url() {
    return "https://127.0.0.1:" + server.activeLocalPort();
  }

  @Override
  public void close() {
    server.stop().join();
  }
}
