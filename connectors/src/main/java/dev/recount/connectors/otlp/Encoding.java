package dev.recount.connectors.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import com.linecorp.armeria.common.MediaType;
import dev.recount.schemas.otlp.BrokenText;
import dev.recount.schemas.otlp.Expansion;
import dev.recount.schemas.otlp.MalformedOtlpException;
import dev.recount.schemas.otlp.OtlpJson;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The two encodings of OTLP over HTTP. A reply is in the encoding of its request. */
enum Encoding {
  /** Binary protobuf. */
  PROTOBUF(MediaType.create("application", "x-protobuf")) {
    @Override
    Message parse(Signal signal, byte[] body) throws MalformedOtlpException {
      Expansion.check(body, signal.newRequest().getDescriptorForType());
      try {
        return signal.parse(body);
      } catch (InvalidProtocolBufferException malformed) {
        throw new MalformedOtlpException(
            "Not an OTLP request for " + signal.items() + ": " + malformed.getMessage());
      }
    }

    @Override
    Optional<byte[]> repaired(Signal signal, byte[] body) {
      return BrokenText.repairProtobuf(body, signal.newRequest().getDescriptorForType());
    }

    @Override
    byte[] success(Signal signal, Admission admission) {
      return signal.response(admission).toByteArray();
    }

    @Override
    byte[] failure(Code code, String message, int retrySeconds) {
      return status(code, message, retrySeconds).toByteArray();
    }
  },
  /** JSON, as OTLP spells it. */
  JSON(MediaType.create("application", "json")) {
    @Override
    Message parse(Signal signal, byte[] body) throws MalformedOtlpException {
      Message.Builder request = signal.newRequest();
      OtlpJson.merge(body, request);
      return request.build();
    }

    @Override
    Optional<byte[]> repaired(Signal signal, byte[] body) {
      return BrokenText.repairJson(body);
    }

    @Override
    byte[] success(Signal signal, Admission admission) {
      return write(
          json -> {
            json.writeStartObject();
            if (admission.rejected() > 0) {
              json.writeObjectFieldStart("partialSuccess");
              // 64-bit integers are text in protobuf's JSON.
              json.writeStringField(
                  signal == Signal.TRACES ? "rejectedSpans" : "rejectedLogRecords",
                  Long.toString(admission.rejected()));
              json.writeStringField("errorMessage", admission.message());
              json.writeEndObject();
            }
            json.writeEndObject();
          });
    }

    @Override
    byte[] failure(Code code, String message, int retrySeconds) {
      return write(
          json -> {
            json.writeStartObject();
            json.writeNumberField("code", code.getNumber());
            json.writeStringField("message", message);
            if (retrySeconds > 0) {
              json.writeArrayFieldStart("details");
              json.writeStartObject();
              json.writeStringField("@type", "type.googleapis.com/google.rpc.RetryInfo");
              json.writeStringField("retryDelay", retrySeconds + "s");
              json.writeEndObject();
              json.writeEndArray();
            }
            json.writeEndObject();
          });
    }
  };

  private static final JsonFactory FACTORY = new JsonFactory();

  private final MediaType mediaType;

  Encoding(MediaType mediaType) {
    this.mediaType = mediaType;
  }

  /** The media type of replies. */
  MediaType mediaType() {
    return mediaType;
  }

  /** The encoding of a content type, whatever its parameters; empty when it is none of ours. */
  static Optional<Encoding> of(MediaType contentType) {
    for (Encoding encoding : values()) {
      if (contentType.is(encoding.mediaType)) {
        return Optional.of(encoding);
      }
    }
    return Optional.empty();
  }

  /** Reads a request. */
  abstract Message parse(Signal signal, byte[] body) throws MalformedOtlpException;

  /** A request with its texts made UTF-8; empty when that is not what is wrong with it. */
  abstract Optional<byte[]> repaired(Signal signal, byte[] body);

  /** Body of a reply with status 200. */
  abstract byte[] success(Signal signal, Admission admission);

  /**
   * Body of any other reply.
   *
   * @param retrySeconds when to try again; 0 when there is no use in it
   */
  abstract byte[] failure(Code code, String message, int retrySeconds);

  /** The error that both transports tell. */
  static Status status(Code code, String message, int retrySeconds) {
    Status.Builder status = Status.newBuilder().setCode(code.getNumber()).setMessage(message);
    if (retrySeconds > 0) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(Duration.newBuilder().setSeconds(retrySeconds))
                  .build()));
    }
    return status.build();
  }

  @FunctionalInterface
  private interface JsonContent {
    void write(JsonGenerator json) throws IOException;
  }

  private static byte[] write(JsonContent content) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      content.write(json);
    } catch (IOException impossible) {
      throw new UncheckedIOException("A string writer refused text", impossible);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
