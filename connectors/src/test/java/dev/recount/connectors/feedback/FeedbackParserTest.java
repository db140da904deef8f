package dev.recount.connectors.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.FeedbackEvent;
import dev.recount.avro.FeedbackKind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedbackParserTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String TRACE_ID = "5b8efff798038103d269b633813fc60c";
  private static final String FULL =
      """
      {"feedback_id":"f1","kind":"rating","source":"mia","name":"helpfulness","score":0.5,
       "label":"ok","passed":true,"comment":"","occurred_at":"2026-02-01T01:00:00.123456+01:00",
       "trace_id":"5B8EFFF798038103D269B633813FC60C","span_id":"EEE19B7EC3C1B174",
       "decision_id":"d","snapshot_id":"s","response_id":"r","tool_call_id":"t",
       "session_id":"c","model":"m","attributes":{"a":"x","b":1,"c":true,"d":null,"e":[1,{}]}}""";

  private final FeedbackParser parser = new FeedbackParser(InstantSource.fixed(NOW), () -> "new");

  private FeedbackParsing parse(String json) {
    return parser.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private List<FeedbackEvent> accepted(String json) {
    FeedbackParsing parsing = parse(json);
    assertThat(parsing).isInstanceOf(FeedbackParsing.Accepted.class);
    return ((FeedbackParsing.Accepted) parsing).events();
  }

  private List<FeedbackError> refused(String json) {
    FeedbackParsing parsing = parse(json);
    assertThat(parsing).isInstanceOf(FeedbackParsing.Refused.class);
    return ((FeedbackParsing.Refused) parsing).errors();
  }

  private static String event(String fields) {
    return "{\"kind\":\"OUTCOME\",\"trace_id\":\"" + TRACE_ID + "\"," + fields + "}";
  }

  @Test
  void everyFieldOfTheContractIsRead() {
    FeedbackEvent event = accepted(FULL).get(0);
    assertThat(event.getFeedbackId()).isEqualTo("f1");
    assertThat(event.getKind()).isEqualTo(FeedbackKind.RATING);
    assertThat(event.getScore()).isEqualTo(0.5);
    assertThat(event.getPassed()).isTrue();
    assertThat(event.getComment()).isEmpty();
    assertThat(event.getOccurredAt()).isEqualTo(Instant.parse("2026-02-01T00:00:00.123Z"));
    assertThat(event.getTraceId()).isEqualTo(TRACE_ID);
    assertThat(event.getSpanId()).isEqualTo("eee19b7ec3c1b174");
    assertThat(event.getAttributes())
        .isEqualTo(Map.of("a", "x", "b", "1", "c", "true", "e", "[1,{}]"));
    assertThat(event.getSchema().getFields())
        .allSatisfy(field -> assertThat(event.get(field.name())).as(field.name()).isNotNull());
  }

  @Test
  void whatIsAbsentIsFilledIn() {
    FeedbackEvent event = accepted("{\"kind\":\"Rating\",\"session_id\":\"s\"}").get(0);
    assertThat(event.getFeedbackId()).isEqualTo("new");
    assertThat(event.getOccurredAt()).isEqualTo(NOW);
    assertThat(event.getTraceId()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "1700000000, 2023-11-14T22:13:20Z",
    "1700000000.123, 2023-11-14T22:13:20.123Z",
    "1700000000123, 2023-11-14T22:13:20.123Z",
    "1700000000123456, 2023-11-14T22:13:20.123Z",
    "1700000000123456789, 2023-11-14T22:13:20.123Z",
    "'\"2023-11-14T22:13:20Z\"', 2023-11-14T22:13:20Z",
  })
  void timesAreReadInEveryUsualForm(String value, Instant expected) {
    assertThat(accepted(event("\"occurred_at\":" + value)).get(0).getOccurredAt())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"scores\":1 | scores | unknown field",
        "\"kind\":\"PRAISE\" | kind | ",
        "\"score\":1e999 | score | expected a finite number",
        "\"score\":\"1\" | score | expected a finite number, found string",
        "\"passed\":\"yes\" | passed | expected true or false",
        "\"span_id\":\"12\" | span_id | expected 16 hexadecimal digits",
        "\"feedback_id\":\" \" | feedback_id | must not be empty",
        "\"comment\":5 | comment | expected a text",
        "\"occurred_at\":\"yesterday\" | occurred_at | expected ISO-8601",
        "\"occurred_at\":\"2026-03-01T12:00:00\" | occurred_at | expected ISO-8601 with an offset",
        "\"occurred_at\":-1 | occurred_at | since the Unix epoch",
        "\"occurred_at\":1e30 | occurred_at | since the Unix epoch",
        "\"occurred_at\":true | occurred_at | expected ISO-8601",
        "\"attributes\":[] | attributes | expected an object",
      })
  void whatIsWrongIsNamedByItsField(String field, String name, String message) {
    String json =
        field.startsWith("\"kind\"") ? "{\"session_id\":\"s\"," + field + "}" : event(field);
    assertThat(refused(json))
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.index()).isZero();
              assertThat(error.field()).isEqualTo(name);
              assertThat(error.message()).contains(message == null ? "one of RATING" : message);
            });
  }

  @Test
  void textsHaveLimits() {
    assertThat(accepted(event("\"comment\":\"" + "x".repeat(65536) + "\""))).hasSize(1);
    assertThat(refused(event("\"comment\":\"" + "x".repeat(65537) + "\""))).hasSize(1);
    assertThat(refused(event("\"source\":\"" + "x".repeat(513) + "\""))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "[] | The array has no event in it",
        "{ | Not JSON",
        "{} {} | Not JSON",
        "{\"kind\":\"RATING\",\"kind\":\"RATING\"} | Duplicate field 'kind'",
        "[[[[[[[[[[[[[[[[[[[[ | depth",
      })
  void aRequestThatIsWrongAsAWholeHasNoIndex(String json, String message) {
    assertThat(refused(json))
        .singleElement()
        .satisfies(
            error -> {
              assertThat(error.index()).isEqualTo(-1);
              assertThat(error.message()).contains(message);
            });
  }

  @Test
  void allMistakesOfAllEventsAreNamedAndNothingIsTaken() {
    List<FeedbackError> errors =
        refused("[" + FULL + ",{},7,{\"kind\":\"RATING\",\"trace_id\":\"0\",\"x\":1}]");
    assertThat(errors)
        .extracting(error -> error.index() + " " + error.field())
        .containsExactly("1 kind", "1 trace_id", "2 null", "3 x", "3 trace_id");
  }

  @Test
  void thousandEventsAreTakenAndOneMoreIsNot() {
    String thousand = (event("\"score\":1") + ",").repeat(1000);
    assertThat(accepted("[" + thousand.substring(0, thousand.length() - 1) + "]")).hasSize(1000);
    assertThat(refused("[" + thousand + event("\"score\":1") + "]"))
        .singleElement()
        .satisfies(error -> assertThat(error.message()).contains("limit of 1000"));
  }

  @Property(tries = 3000)
  void aDamagedRequestIsTakenOrRefused(
      @ForAll @IntRange(max = 900) int position, @ForAll byte replacement) {
    byte[] bytes = FULL.getBytes(StandardCharsets.UTF_8);
    bytes[position % bytes.length] = replacement;
    assertThat(parser.parse(bytes)).isNotNull();
  }
}
