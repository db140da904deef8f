package dev.recount.topology;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.recount.schemas.Topic;
import dev.recount.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What a real instrumentation sent of a run whose course is known: recorded by {@code
 * src/test/instrumentations/record}, kept in {@code src/test/resources/instrumentations}.
 *
 * @param name the folder
 * @param requests its export requests in order of arrival
 * @param expected what is true of the run, as far as this instrumentation can say it
 */
record Recording(String name, List<Request> requests, JsonNode expected) {
  static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One export request.
   *
   * @param signal {@code traces} or {@code logs}
   * @param body OTLP JSON
   */
  record Request(String signal, JsonNode body) {
    Topic topic(Topics topics) {
      return signal.equals("logs") ? topics.otlpLogs() : topics.otlpSpans();
    }

    byte[] bytes() {
      return body.toString().getBytes(StandardCharsets.UTF_8);
    }
  }

  /** All of them, in the order of their names. */
  static List<Recording> all() {
    URL folder = Objects.requireNonNull(Recording.class.getResource("/instrumentations"));
    try (Stream<Path> folders = Files.list(Path.of(folder.toURI()))) {
      return folders.sorted().map(Recording::read).toList();
    } catch (IOException | URISyntaxException unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }

  /**
   * The same telemetry the other way round: every span and log record alone, the last one first.
   */
  List<Request> backwards() {
    List<Request> single = new ArrayList<>();
    for (Request request : requests) {
      boolean logs = request.signal().equals("logs");
      String resources = logs ? "resourceLogs" : "resourceSpans";
      String scopes = logs ? "scopeLogs" : "scopeSpans";
      String records = logs ? "logRecords" : "spans";
      for (JsonNode resource : request.body().path(resources)) {
        for (JsonNode scope : resource.path(scopes)) {
          for (JsonNode each : scope.path(records)) {
            ObjectNode ofScope = ((ObjectNode) scope).deepCopy();
            ofScope.putArray(records).add(each);
            ObjectNode ofResource = ((ObjectNode) resource).deepCopy();
            ofResource.putArray(scopes).add(ofScope);
            ObjectNode body = JSON.createObjectNode();
            body.putArray(resources).add(ofResource);
            single.add(new Request(request.signal(), body));
          }
        }
      }
    }
    Collections.reverse(single);
    return single;
  }

  private static Recording read(Path folder) {
    try (Stream<String> lines = Files.lines(folder.resolve("requests.jsonl"))) {
      List<Request> requests =
          lines
              .map(Recording::parse)
              .map(line -> new Request(line.get("signal").textValue(), line.get("request")))
              .toList();
      JsonNode expected = parse(Files.readString(folder.resolve("expected.json")));
      return new Recording(folder.getFileName().toString(), requests, expected);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(folder.toString(), unreadable);
    }
  }

  private static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  /** The course of the run. */
  JsonNode run() {
    return expected.get("run");
  }

  @Override
  public String toString() {
    return name;
  }
}
