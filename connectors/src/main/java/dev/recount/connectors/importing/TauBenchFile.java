package dev.recount.connectors.importing;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An open τ-bench file: knows where each run is, holds none. */
final class TauBenchFile implements RunFile {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(StreamReadFeature.AUTO_CLOSE_SOURCE).build();

  private final Path path;
  private final FileChannel channel;
  private final List<Extent> runs;

  /** Where a run is, in bytes; the end is exclusive. */
  private record Extent(long start, long end) {}

  private TauBenchFile(Path path, FileChannel channel, List<Extent> runs) {
    this.path = path;
    this.channel = channel;
    this.runs = runs;
  }

  static TauBenchFile open(Path path) {
    FileChannel channel;
    try {
      channel = FileChannel.open(path);
    } catch (NoSuchFileException missing) {
      throw new ImportException("There is no file " + path, missing);
    } catch (IOException failed) {
      throw new ImportException("Cannot open " + path + ": " + failed.getMessage(), failed);
    }
    try {
      return new TauBenchFile(path, channel, index(path, channel));
    } catch (RuntimeException malformed) {
      close(path, channel);
      throw malformed;
    }
  }

  private static List<Extent> index(Path path, FileChannel channel) {
    List<Extent> runs = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(Channels.newInputStream(channel))) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new ImportException(path + ": expected a JSON array of runs", null);
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          throw new ImportException(path + ", run " + runs.size() + ": expected an object", null);
        }
        long start = parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        if (start < 0) {
          throw new ImportException(path + ": expected UTF-8", null);
        }
        runs.add(new Extent(start, parser.currentLocation().getByteOffset()));
      }
      if (parser.nextToken() != null) {
        throw new ImportException(path + ": there is more after the array of runs", null);
      }
    } catch (JacksonException malformed) {
      throw new ImportException(
          path
              + ", run "
              + runs.size()
              + ", line "
              + malformed.getLocation().getLineNr()
              + ", column "
              + malformed.getLocation().getColumnNr()
              + ": not JSON: "
              + malformed.getOriginalMessage(),
          malformed);
    } catch (IOException failed) {
      throw new ImportException("Cannot read " + path + ": " + failed.getMessage(), failed);
    }
    return runs;
  }

  @Override
  public int runs() {
    return runs.size();
  }

  @Override
  public RecordedRun read(int index) {
    Extent extent = runs.get(index);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(extent.end - extent.start));
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, extent.start + bytes.position()) < 0) {
          throw new ImportException(path + " became shorter while it was read", null);
        }
      }
    } catch (IOException failed) {
      throw new ImportException("Cannot read " + path + ": " + failed.getMessage(), failed);
    }
    return new TauBenchRun(path + ", run " + index, bytes.array()).parse();
  }

  @Override
  public void close() {
    close(path, channel);
  }

  private static void close(Path path, FileChannel channel) {
    try {
      channel.close();
    } catch (IOException failed) {
      throw new ImportException("Cannot close " + path + ": " + failed.getMessage(), failed);
    }
  }
}
