package dev.recount.web;

import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerPort;
import dev.recount.web.api.ApiService;
import dev.recount.web.query.Parameters;
import dev.recount.web.query.TraceCounts;
import dev.recount.web.query.TraceList;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks what the first view asks, once, when the server has started: classes are loaded and
 * connections made by then, and the first person waits as long as the second. That it fails harms
 * nobody.
 */
final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  private final Tables tables;

  WarmUp(Tables tables) {
    this.tables = tables;
  }

  void run(Server server) {
    try {
      ask(server);
    } catch (RuntimeException failed) {
      log.debug("The page could not be warmed up over HTTP", failed);
    }
    try {
      new TraceList(tables, InstantSource.system()).page(new Parameters(Map.of()));
      TraceCounts counts = new TraceCounts(tables);
      counts.histogram(new Parameters(Map.of()));
      counts.choices(new Parameters(Map.of()));
    } catch (RuntimeException failed) {
      log.debug("The queries of the page could not be warmed up", failed);
    }
  }

  /** The way through the server. Where a token is wanted the answer is a refusal: as good. */
  private static void ask(Server server) {
    @Nullable ServerPort port = server.activePort();
    if (port == null) {
      return;
    }
    BlockingWebClient client = WebClient.of("http://" + authority(port.localAddress())).blocking();
    for (String path : List.of("/", ApiService.PREFIX + "/traces")) {
      client.execute(
          RequestHeaders.builder(HttpMethod.GET, path)
              .add(HttpHeaderNames.ACCEPT_ENCODING, "gzip, br")
              .build());
    }
  }

  private static String authority(InetSocketAddress bound) {
    InetAddress address = bound.getAddress();
    String host =
        address.isAnyLocalAddress()
            ? InetAddress.getLoopbackAddress().getHostAddress()
            : address.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort();
  }
}
