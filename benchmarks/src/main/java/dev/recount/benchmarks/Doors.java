package dev.recount.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The two ways by which spans come in. */
final class Doors {
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;
  private static final long PAUSE_MILLIS = 100;

  private Doors() {}

  /** OTLP over HTTP, a connection for each sender; refusals for lack of room are tried again. */
  static Load.Senders otlp(URI traces) {
    return () -> new OtlpSender(HttpClient.newHttpClient(), traces);
  }

  /** Records on {@code otlp_spans}, as the Collector's exporter writes them. */
  static Load.Senders kafka(String bootstrapServers) {
    return () -> new KafkaSender(bootstrapServers);
  }

  private record OtlpSender(HttpClient http, URI traces) implements Load.Sender {
    @Override
    public void send(byte[] export) throws Exception {
      HttpRequest request =
          HttpRequest.newBuilder(traces)
              .version(HttpClient.Version.HTTP_1_1)
              .header("content-type", "application/x-protobuf")
              .POST(HttpRequest.BodyPublishers.ofByteArray(export))
              .build();
      while (true) {
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() == 200) {
          return;
        }
        if (response.statusCode() != TOO_MANY && response.statusCode() != UNAVAILABLE) {
          throw new IOException("The receiver answered " + response.statusCode());
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    }

    @Override
    public void close() {
      // The client's connections end with it.
    }
  }

  private static final class KafkaSender implements Load.Sender {
    private static final String TOPIC = "otlp_spans";

    private final KafkaProducer<byte[], byte[]> producer;

    KafkaSender(String bootstrapServers) {
      Properties properties = new Properties();
      properties.put("bootstrap.servers", bootstrapServers);
      properties.put("max.request.size", "4000000");
      properties.put("compression.type", "lz4");
      producer =
          new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void send(byte[] export) throws Exception {
      producer.send(new ProducerRecord<>(TOPIC, export)).get();
    }

    @Override
    public void close() {
      producer.close();
    }
  }
}
