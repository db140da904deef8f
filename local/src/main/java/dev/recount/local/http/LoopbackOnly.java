package dev.recount.local.http;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a web page in the user's browser could send to a server on the loopback interface:
 * requests from another origin, and requests under a foreign host name (DNS rebinding). The servers
 * behind it know no users, so that being local is all the authority a caller needs.
 */
public final class LoopbackOnly extends Filter {
  private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  /** Creates the filter. */
  public LoopbackOnly() {}

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    String origin = exchange.getRequestHeaders().getFirst("Origin");
    String host = exchange.getRequestHeaders().getFirst("Host");
    if (isLocal(host == null ? null : "http://" + host) && isLocal(origin)) {
      chain.doFilter(exchange);
      return;
    }
    byte[] message =
        "This server answers local programs only: use localhost or 127.0.0.1 as its name.\n"
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=UTF-8");
    exchange.sendResponseHeaders(403, message.length);
    try (exchange) {
      exchange.getResponseBody().write(message);
    }
  }

  @Override
  public String description() {
    return "refuses requests that do not come from this machine's own programs";
  }

  /** Whether an address, if there is one at all, names this machine. */
  private static boolean isLocal(@Nullable String address) {
    if (address == null) {
      return true;
    }
    try {
      String name = new URI(address).getHost();
      return name != null && NAMES.contains(name);
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
