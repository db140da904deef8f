package dev.recount.local.clickhouse;

import com.github.luben.zstd.ZstdOutputStream;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.jspecify.annotations.Nullable;

/** Writes one response, with ClickHouse's headers and whatever compression the client asked for. */
final class ResponseWriter {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final HttpExchange exchange;
  private final QueryRequest request;
  private final long startNanos = System.nanoTime();
  private @Nullable OutputStream output;
  private @Nullable Held held;

  ResponseWriter(HttpExchange exchange, QueryRequest request, String timeZone) {
    this.exchange = exchange;
    this.request = request;
    Headers headers = exchange.getResponseHeaders();
    headers.set("X-ClickHouse-Query-Id", request.queryId());
    headers.set("X-ClickHouse-Timezone", timeZone);
    headers.set("X-ClickHouse-Server-Display-Name", "recount");
  }

  /** Whether the status has been sent, so that an error can no longer be told in it. */
  boolean hasStarted() {
    return exchange.getResponseCode() >= 0;
  }

  /** Answers with a whole result; within a session, once {@link #complete} is called. */
  void sendWhole(String format, ByteBuffer bytes, QuerySummary summary) throws IOException {
    if (request.value("session_id").isEmpty()) {
      write(format, bytes, summary);
      return;
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    held = new Held(format, copy, summary);
  }

  private void write(String format, ByteBuffer bytes, QuerySummary summary) throws IOException {
    setHeaders(format, summary);
    if (request.isHead() || !bytes.hasRemaining()) {
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    Optional<String> encoding = encoding();
    boolean plain = encoding.isEmpty() && !request.flag("compress");
    encoding.ifPresent(name -> exchange.getResponseHeaders().set("Content-Encoding", name));
    exchange.sendResponseHeaders(200, plain ? bytes.remaining() : 0);
    try (OutputStream body = encoded(exchange.getResponseBody(), encoding)) {
      copy(bytes, body);
    }
  }

  /** Begins a result of unknown length; {@link #send} and {@link #complete} follow. */
  void begin(String format, QuerySummary summary) throws IOException {
    setHeaders(format, summary);
    Optional<String> encoding = encoding();
    encoding.ifPresent(name -> exchange.getResponseHeaders().set("Content-Encoding", name));
    exchange.sendResponseHeaders(200, 0);
    output = encoded(exchange.getResponseBody(), encoding);
  }

  /** Sends a piece of a result that has begun. */
  void send(ByteBuffer bytes) throws IOException {
    copy(bytes, started());
  }

  /**
   * Sends what is left of the answer. The session of the request is free by then: a client that has
   * read an answer to its end may use the session again at once.
   */
  void complete() throws IOException {
    Held whole = held;
    if (whole != null) {
      write(whole.format(), ByteBuffer.wrap(whole.bytes()), whole.summary());
    } else if (output != null) {
      output.close();
    }
  }

  /** Answers with an error in place of a result. */
  void sendError(ChdbException error) throws IOException {
    String text = String.valueOf(error.getMessage());
    byte[] message = (text.endsWith("\n") ? text : text + "\n").getBytes(StandardCharsets.UTF_8);
    Headers headers = exchange.getResponseHeaders();
    headers.remove("Content-Encoding");
    headers.set("X-ClickHouse-Exception-Code", Integer.toString(error.code()));
    headers.set("Content-Type", "text/plain; charset=UTF-8");
    boolean head = request.isHead();
    exchange.sendResponseHeaders(ErrorStatus.of(error.code()), head ? -1 : message.length);
    if (!head) {
      try (OutputStream body = exchange.getResponseBody()) {
        body.write(message);
      }
    }
  }

  private OutputStream started() {
    OutputStream current = output;
    if (current == null) {
      throw new IllegalStateException("the response has not begun");
    }
    return current;
  }

  private void setHeaders(String format, QuerySummary summary) {
    Headers headers = exchange.getResponseHeaders();
    headers.set("X-ClickHouse-Summary", summary.toHeader(System.nanoTime() - startNanos));
    headers.set("X-ClickHouse-Format", format);
    headers.set("Content-Type", contentType(format));
  }

  private static String contentType(String format) {
    String name = format.toLowerCase(Locale.ROOT);
    if (name.startsWith("jsoneachrow") || name.startsWith("jsoncompacteachrow")) {
      return "application/x-ndjson; charset=UTF-8";
    } else if (name.startsWith("json")) {
      return "application/json; charset=UTF-8";
    } else if (name.startsWith("csv")) {
      return "text/csv; charset=UTF-8; header=" + (name.contains("names") ? "present" : "absent");
    } else if (name.startsWith("tabseparated") || name.startsWith("tsv")) {
      return "text/tab-separated-values; charset=UTF-8";
    } else if (name.startsWith("pretty") || name.equals("vertical") || name.equals("markdown")) {
      return "text/plain; charset=UTF-8";
    }
    return "application/octet-stream";
  }

  /** The HTTP compression to use. ClickHouse's own compression goes before it: never both. */
  private Optional<String> encoding() {
    if (!request.flag("enable_http_compression") || request.flag("compress")) {
      return Optional.empty();
    }
    String accepted = request.header("Accept-Encoding").orElse("").toLowerCase(Locale.ROOT);
    for (String encoding : new String[] {"lz4", "zstd", "gzip"}) {
      if (accepted.contains(encoding)) {
        return Optional.of(encoding);
      }
    }
    return Optional.empty();
  }

  private OutputStream encoded(OutputStream body, Optional<String> encoding) throws IOException {
    if (request.flag("compress")) {
      return new CompressedBlocks.Output(body);
    }
    return switch (encoding.orElse("")) {
      case "lz4" -> new LZ4FrameOutputStream(body);
      case "zstd" -> new ZstdOutputStream(body);
      case "gzip" -> new GZIPOutputStream(body, BUFFER_BYTES);
      default -> body;
    };
  }

  private static void copy(ByteBuffer bytes, OutputStream target) throws IOException {
    byte[] buffer = new byte[Math.min(BUFFER_BYTES, bytes.remaining())];
    while (bytes.hasRemaining()) {
      int count = Math.min(buffer.length, bytes.remaining());
      bytes.get(buffer, 0, count);
      target.write(buffer, 0, count);
    }
  }

  /** A whole result that waits for its session to be released. */
  private record Held(String format, byte[] bytes, QuerySummary summary) {}
}
