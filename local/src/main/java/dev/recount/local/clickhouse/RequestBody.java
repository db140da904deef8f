package dev.recount.local.clickhouse;

import com.github.luben.zstd.ZstdInputStream;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import net.jpountz.lz4.LZ4FrameInputStream;

/** The body of a request, decompressed and complete. */
final class RequestBody {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int MAX_FORM_BYTES = 16 * 1024 * 1024;
  private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)");
  private static final Pattern FIELD_NAME = Pattern.compile("name=\"([^\"]*)\"");

  private RequestBody() {}

  /**
   * Opens the body of a request. Form fields become parameters of the request, and the body is
   * empty then.
   *
   * @throws IOException if it cannot be read or decompressed; also later, when the client breaks
   *     off
   */
  static InputStream open(HttpExchange exchange, QueryRequest request) throws IOException {
    InputStream body = exchange.getRequestBody();
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (length != null) {
      body = new Complete(body, Long.parseLong(length.strip()));
    }
    body =
        decoded(
            body, request.header("Content-Encoding").orElse("identity").toLowerCase(Locale.ROOT));
    if (request.flag("decompress")) {
      body = new CompressedBlocks.Input(body);
    }
    String contentType = request.header("Content-Type").orElse("");
    if (contentType.startsWith("multipart/form-data")) {
      readForm(body, contentType, request);
      return InputStream.nullInputStream();
    }
    return body;
  }

  /** Reads what is left, so that a client which is still sending can hear the answer. */
  static void drain(InputStream body) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      int count = body.read(buffer);
      while (count >= 0) {
        count = body.read(buffer);
      }
    } catch (IOException e) {
      // The client is gone or sends nonsense; there is nothing left to read either way.
      return;
    }
  }

  private static InputStream decoded(InputStream body, String encoding) throws IOException {
    return switch (encoding) {
      case "identity" -> body;
      case "gzip", "x-gzip" -> new GZIPInputStream(body, BUFFER_BYTES);
      case "deflate" -> new InflaterInputStream(body);
      case "lz4" -> new LZ4FrameInputStream(body);
      case "zstd" -> new ZstdInputStream(body);
      default -> throw new IOException("unknown Content-Encoding " + encoding);
    };
  }

  private static void readForm(InputStream body, String contentType, QueryRequest request)
      throws IOException {
    Matcher boundary = BOUNDARY.matcher(contentType);
    byte[] bytes = body.readNBytes(MAX_FORM_BYTES + 1);
    if (bytes.length > MAX_FORM_BYTES || !boundary.find()) {
      throw new IOException(
          "a form without a boundary, or of more than " + MAX_FORM_BYTES + " bytes");
    }
    String form = new String(bytes, StandardCharsets.UTF_8);
    for (String part : form.split(Pattern.quote("--" + boundary.group(1)), -1)) {
      int headEnd = part.indexOf("\r\n\r\n");
      Matcher name = FIELD_NAME.matcher(headEnd < 0 ? "" : part.substring(0, headEnd));
      if (name.find()) {
        String value = part.substring(headEnd + 4);
        request.put(
            name.group(1), value.endsWith("\r\n") ? value.substring(0, value.length() - 2) : value);
      }
    }
  }

  /** The bytes of a text followed by a stream. */
  static InputStream concat(byte[] text, int offset, InputStream rest) {
    return new SequenceInputStream(
        new ByteArrayInputStream(text, offset, text.length - offset), rest);
  }

  /**
   * Fails where a client breaks off before the length it has announced: half an insert must not
   * look whole.
   */
  private static final class Complete extends FilterInputStream {
    private long missing;

    Complete(InputStream body, long length) {
      super(body);
      this.missing = length;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count(value < 0 ? -1 : 1);
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      count(count);
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = super.skip(count);
      missing -= skipped;
      return skipped;
    }

    private void count(int read) throws EOFException {
      if (read > 0) {
        missing -= read;
      } else if (read < 0 && missing > 0) {
        throw new EOFException(
            "the client broke off " + missing + " bytes before the end of the request");
      }
    }
  }
}
