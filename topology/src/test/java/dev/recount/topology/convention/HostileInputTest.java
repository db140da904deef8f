package dev.recount.topology.convention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.SpanLogRecord;
import dev.recount.topology.fold.TraceContents;
import dev.recount.topology.fold.TraceFold;
import dev.recount.topology.fold.TraceRows;
import dev.recount.topology.model.TokenUsage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever a span carries, it is read or passed over, and the span is kept. */
class HostileInputTest {
  private static final List<String> KEYS = keys();

  /** Every key of every table, and some that begin like one. */
  private static List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (Conventions.Row row : Conventions.SPAN_ATTRIBUTES) {
      row.keys().forEach(key -> keys.add(key.replaceFirst("#.*", "")));
    }
    for (MessageSources.Source source : MessageSources.byRank()) {
      keys.add(source.key());
      if (source.form() == MessageSources.Form.FLATTENED) {
        keys.add(source.key() + "0.message.role");
        keys.add(source.key() + "0.message.content");
        keys.add(source.key() + "0.content");
        keys.add(source.key() + "1.tool_calls.0.name");
        keys.add(source.key() + "99999999999.content");
        keys.add(source.key() + "0" + ".a".repeat(5000));
        keys.add(source.key() + "0");
      }
    }
    Conventions.PLACES.forEach(place -> keys.add(place.replaceFirst("[.#]\\*", ".session_id")));
    return keys;
  }

  @Provide
  Arbitrary<Span> spans() {
    Arbitrary<Map.Entry<String, Object>> attribute =
        Combinators.combine(Arbitraries.of(KEYS), values()).as(Map::entry);
    Arbitrary<String> kinds =
        Arbitraries.of("chat", "execute_tool", "retrieval", "invoke_agent", "handoff", "plan");
    return Combinators.combine(
            attribute.list().ofMaxSize(12), kinds, values(), values(), Arbitraries.strings())
        .as(
            (attributes, kind, event, other, name) -> {
              Map<String, Object> map = new TreeMap<>();
              map.put("gen_ai.operation.name", kind);
              attributes.forEach(entry -> map.put(entry.getKey(), entry.getValue()));
              Span span = SpanMapperTest.span();
              span.setName(name);
              span.setAttributes(map);
              Map<String, Object> ofEvent = new TreeMap<>();
              ofEvent.put("content", event);
              ofEvent.put("tool_calls", other);
              ofEvent.put("gen_ai.event.content", other);
              span.setEvents(
                  List.of(
                      new SpanEvent(0L, "gen_ai.user.message", ofEvent),
                      new SpanEvent(0L, "gen_ai.choice", Map.of("message", event)),
                      new SpanEvent(0L, "exception", Map.of("exception.type", event))));
              return span;
            });
  }

  /** Values of every type: numbers beyond all bounds, broken text, deep, wide and torn JSON. */
  private static Arbitrary<Object> values() {
    Arbitrary<Object> torn =
        Combinators.combine(
                Arbitraries.of(
                    "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"1\","
                        + "\"name\":\"a\",\"arguments\":{}}]}]",
                    "{\"messages\":[[{\"lc\":1,\"id\":[\"a\",\"ToolMessage\"],\"kwargs\":{"
                        + "\"content\":[],\"tool_call_id\":1}}]]}",
                    "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":null}}]}}]}",
                    "[{\"role\":1,\"content\":{\"parts\":[null,1,\"\",{\"text\":[]}]}}]",
                    "{\"input\":1e400,\"output\":-1,\"total\":\"x\"}",
                    "[[[[{\"toolResult\":{\"status\":7,\"content\":{}}}]]]]"),
                Arbitraries.integers().between(0, 120),
                Arbitraries.strings().ofMaxLength(3))
            .as(
                (json, at, inserted) -> {
                  int cut = Math.min(at, json.length());
                  return json.substring(0, cut) + inserted + json.substring(cut);
                });
    return Arbitraries.frequencyOf(
        Tuple.of(6, torn),
        Tuple.of(1, Arbitraries.strings().ofMaxLength(40).map(Object.class::cast)),
        Tuple.of(1, Arbitraries.longs().map(Object.class::cast)),
        Tuple.of(1, Arbitraries.doubles().map(Object.class::cast)),
        Tuple.of(
            1,
            Arbitraries.bytes()
                .array(byte[].class)
                .map(bytes -> (Object) new String(bytes, StandardCharsets.UTF_8))),
        Tuple.of(
            1,
            Arbitraries.bytes().array(byte[].class).map(bytes -> (Object) ByteBuffer.wrap(bytes))),
        Tuple.of(1, torn.map(json -> (Object) new JsonValue((String) json))),
        Tuple.of(
            1,
            Arbitraries.of(
                (Object) "[".repeat(100_000),
                "{\"a\":".repeat(5_000),
                "[" + "{\"text\":\"x\"},".repeat(2_000) + "1]",
                "9".repeat(20_000),
                "\"" + "\\".repeat(9_999) + "\"",
                "\uD800 lone",
                true)));
  }

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void nothingEscapesTheReaders(@ForAll("spans") Span span) {
    SpanFacts facts = SpanMapper.standard().read(span);
    for (Fact fact : Fact.values()) {
      facts.text(fact);
      facts.count(fact);
      facts.number(fact);
    }
    facts.toolName();
    facts.toolCallId();
    facts.toolArguments();
    facts.toolResult();
    facts.failed(span);
    TokenUsage.of(span, facts);
    RetrievedDocument.of(span);
    ChatMessages messages = ChatMessages.of(span, List.of(log(span)));
    messages
        .input()
        .forEach(message -> assertThat(Json.parse(message.canonicalJson())).isNotNull());
    messages.output().forEach(ChatMessage::canonicalBytes);
    ToolDefinitions.version(messages.tools());
  }

  private static SpanLogRecord log(Span span) {
    SpanLogRecord log = new SpanLogRecord();
    log.setTraceId(span.getTraceId());
    log.setSpanId(span.getSpanId());
    log.setEventName("gen_ai.assistant.message");
    log.setBody(span.getAttributes().values().iterator().next());
    log.setAttributes(span.getAttributes());
    return log;
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void everySpanIsKept(@ForAll("spans") Span one, @ForAll("spans") Span other) {
    other.setSpanId("00f067aa0ba902b8");
    other.setParentSpanId(one.getSpanId());
    TraceRows rows =
        TraceFold.fold(
            new TraceContents(
                one.getTraceId(),
                List.of(one, other),
                0,
                false,
                List.of(log(one)),
                List.of(),
                List.of(),
                List.of()));
    assertThat(rows.trace().getSpanCount()).isEqualTo(2);
  }

  @Example
  void whatIsTooMuchToReadIsKeptAsText() {
    for (String given :
        List.of("[".repeat(1_000) + "]".repeat(1_000), "[" + "1,".repeat(1_000_000) + "1]")) {
      ChatMessages messages =
          ChatMessages.of(Map.of("gen_ai.input.messages", given), List.of(), List.of());
      assertThat(messages.input()).containsExactly(ChatMessage.text("user", given));
    }
  }

  @Example
  void readingTakesTimeAndMemoryInProportionToTheText() {
    // JSON in JSON in JSON: each level doubles the backslashes, so that depth cannot grow.
    String nested = "[{\"role\":\"user\",\"content\":\"x\"}]";
    for (int level = 0; level < 10; level++) {
      nested = "{\"input\":\"" + nested.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
    }
    String deep = nested;
    assertThatCode(() -> ChatMessages.of(Map.of("input.value", deep), List.of(), List.of()))
        .doesNotThrowAnyException();
    assertThat(ChatMessages.of(Map.of("input.value", deep), List.of(), List.of()).input())
        .containsExactly(ChatMessage.text("user", "x"));
  }
}
