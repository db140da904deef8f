package dev.recount.connectors.feedback;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.recount.avro.FeedbackEvent;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Reads feedback events from JSON: one object or an array of them. Fields are those of the Avro
 * contract {@code FeedbackEvent}; a name that is not among them is an error, so that a typo is
 * never lost silently. Either all events are valid or none is taken.
 *
 * <ul>
 *   <li>{@code feedback_id}: a random UUID when absent. A client that retries should set it: the
 *       same ID twice is one event.
 *   <li>{@code occurred_at}: now when absent; else ISO-8601 text with an offset, or a number since
 *       the Unix epoch whose unit shows in its magnitude: seconds below 10<sup>11</sup>,
 *       milliseconds below 10<sup>14</sup>, microseconds below 10<sup>17</sup>, else nanoseconds.
 *   <li>{@code kind}: in any case.
 *   <li>{@code trace_id}, {@code span_id}: hexadecimal in any case.
 *   <li>{@code attributes}: values that are not text become their JSON.
 *   <li>At least one of {@code trace_id}, {@code response_id}, {@code tool_call_id}, {@code
 *       session_id} says what it is about.
 * </ul>
 *
 * <p>Safe for use by several threads.
 */
public final class FeedbackParser {
  /** Events in a request, at most. */
  public static final int MAXIMUM_EVENTS = 1000;

  /** Errors in a reply, at most: the first ones suffice to find the mistake. */
  static final int MAXIMUM_ERRORS = 100;

  private static final int MAXIMUM_DEPTH = 16;
  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAXIMUM_DEPTH).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build()
          .readerFor(JsonNode.class);

  private final InstantSource clock;
  private final Supplier<String> newId;

  /** A parser that fills in the current time and random UUIDs. */
  public FeedbackParser() {
    this(InstantSource.system(), () -> UUID.randomUUID().toString());
  }

  /**
   * A parser that fills in what it is told to.
   *
   * @param clock when an event without {@code occurred_at} occurred
   * @param newId identifier of an event without {@code feedback_id}
   */
  public FeedbackParser(InstantSource clock, Supplier<String> newId) {
    this.clock = clock;
    this.newId = newId;
  }

  /** Reads JSON text in UTF-8. Never throws: what is wrong is in the result. */
  public FeedbackParsing parse(byte[] json) {
    JsonNode body;
    try {
      body = JSON.readValue(json);
    } catch (JacksonException malformed) {
      return refused("Not JSON: " + malformed.getOriginalMessage());
    } catch (IOException malformed) {
      return refused("Not JSON: " + malformed.getMessage());
    }
    return parse(body);
  }

  /** Reads JSON that has been parsed already, or built from options. Never throws. */
  public FeedbackParsing parse(JsonNode body) {
    if (!body.isArray()) {
      return parseAll(List.of(body));
    }
    if (body.isEmpty()) {
      return refused("The array has no event in it");
    }
    if (body.size() > MAXIMUM_EVENTS) {
      return refused(
          body.size() + " events are over the limit of " + MAXIMUM_EVENTS + " in a request");
    }
    List<JsonNode> nodes = new ArrayList<>(body.size());
    body.forEach(nodes::add);
    return parseAll(nodes);
  }

  private FeedbackParsing parseAll(List<JsonNode> nodes) {
    List<FeedbackEvent> events = new ArrayList<>(nodes.size());
    List<FeedbackError> errors = new ArrayList<>();
    for (int index = 0; index < nodes.size() && errors.size() < MAXIMUM_ERRORS; index++) {
      FeedbackReader reader = new FeedbackReader(index, nodes.get(index), clock, newId);
      reader.read().ifPresent(events::add);
      errors.addAll(reader.errors());
    }
    return errors.isEmpty()
        ? new FeedbackParsing.Accepted(events)
        : new FeedbackParsing.Refused(errors.subList(0, Math.min(errors.size(), MAXIMUM_ERRORS)));
  }

  private static FeedbackParsing refused(String message) {
    return new FeedbackParsing.Refused(List.of(new FeedbackError(-1, null, message)));
  }
}
