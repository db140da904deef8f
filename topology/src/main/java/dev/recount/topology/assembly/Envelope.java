package dev.recount.topology.assembly;

import dev.recount.avro.TraceEvent;
import dev.recount.avro.TraceEventKind;
import dev.recount.schemas.AvroCodec;
import dev.recount.schemas.UndecodableException;
import java.io.IOException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * What is needed to file an event: the fields before the payload of a {@link TraceEvent}. The
 * payload itself, which may be large, is neither decoded nor copied.
 */
record Envelope(TraceEventKind kind, String identity, long precedence, int hints) {
  private static final TraceEventKind[] KINDS = TraceEventKind.values();

  /** Reads envelopes; keeps its decoder from one to the next. Not safe for several threads. */
  static final class Reader {
    private final AvroCodec<TraceEvent> codec;
    private @Nullable BinaryDecoder decoder;

    Reader(AvroCodec<TraceEvent> codec) {
      this.codec = codec;
    }

    /**
     * Reads the envelope of an event in the Confluent wire format.
     *
     * @throws UndecodableException when the bytes are no trace event
     */
    Envelope read(byte[] event) {
      return read(event, 0);
    }

    /** Like {@link #read(byte[])}, for an event that starts at an offset into the array. */
    Envelope read(byte[] event, int offset) {
      if (AvroCodec.writerSchemaId(event, offset) != codec.schemaId()) {
        // Written with another version of the schema: only a full decoding resolves the two.
        TraceEvent decoded = codec.decode(event, offset);
        return new Envelope(
            decoded.getKind(), decoded.getIdentity(), decoded.getPrecedence(), decoded.getHints());
      }
      int start = offset + AvroCodec.HEADER_BYTES;
      decoder = DecoderFactory.get().binaryDecoder(event, start, event.length - start, decoder);
      try {
        return new Envelope(
            KINDS[decoder.readEnum()], decoder.readString(), decoder.readLong(), decoder.readInt());
      } catch (IOException | RuntimeException malformed) {
        throw new UndecodableException("Not a trace event: " + malformed, malformed);
      }
    }
  }

  boolean has(int hint) {
    return (hints & hint) != 0;
  }
}
