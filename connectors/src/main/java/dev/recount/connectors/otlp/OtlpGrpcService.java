package dev.recount.connectors.otlp;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import dev.recount.connectors.http.BodyException;
import dev.recount.connectors.http.MemoryBudget;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * OTLP over gRPC for one signal. Messages stay bytes here: what is sent on to Kafka is what came
 * in, and both transports decode in one place.
 */
final class OtlpGrpcService {
  private final Signal signal;
  private final Reception reception;

  private OtlpGrpcService(Signal signal, Reception reception) {
    this.signal = signal;
    this.reception = reception;
  }

  static ServerServiceDefinition define(Signal signal, Reception reception) {
    OtlpGrpcService service = new OtlpGrpcService(signal, reception);
    MethodDescriptor<byte[], byte[]> export =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(
                MethodDescriptor.generateFullMethodName(signal.grpcService(), "Export"))
            .setRequestMarshaller(BytesMarshaller.INSTANCE)
            .setResponseMarshaller(BytesMarshaller.INSTANCE)
            .build();
    return ServerServiceDefinition.builder(signal.grpcService())
        .addMethod(export, ServerCalls.asyncUnaryCall(service::export))
        .build();
  }

  /**
   * What a request without a token is answered: headers that are trailers at the same time, as gRPC
   * has it for a call that never began.
   */
  static HttpResponse unauthenticated(Reception reception) {
    Refusal refusal = reception.refuseUnauthenticated();
    return HttpResponse.of(
        ResponseHeaders.builder(HttpStatus.OK)
            .endOfStream(true)
            .contentType(GrpcSerializationFormats.PROTO.mediaType())
            .addInt("grpc-status", refusal.code().getNumber())
            .add("grpc-message", refusal.message())
            .build());
  }

  /** Called on a thread that may block. */
  private void export(byte[] body, StreamObserver<byte[]> reply) {
    MemoryBudget.Lease lease;
    try {
      lease = reception.budget().lease();
    } catch (BodyException overloaded) {
      refuse(overloaded, reply);
      return;
    }
    try {
      lease.reserve(body.length);
      var unused =
          reception
              .take(signal, Encoding.PROTOBUF, body)
              .whenComplete(
                  (admission, failure) -> {
                    lease.close();
                    if (failure == null) {
                      reply.onNext(Encoding.PROTOBUF.success(signal, admission));
                      reply.onCompleted();
                    } else {
                      refuse(failure, reply);
                    }
                  });
    } catch (BodyException overloaded) {
      lease.close();
      refuse(overloaded, reply);
    }
  }

  private void refuse(Throwable failure, StreamObserver<byte[]> reply) {
    Refusal refusal = reception.refuse(signal, failure);
    reply.onError(
        StatusProto.toStatusRuntimeException(
            Encoding.status(refusal.code(), refusal.message(), refusal.retrySeconds())));
  }

  private enum BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try (stream) {
        return stream.readAllBytes();
      } catch (IOException broken) {
        throw new UncheckedIOException("Cannot read a gRPC message", broken);
      }
    }
  }
}
