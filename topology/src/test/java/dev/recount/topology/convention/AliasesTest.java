package dev.recount.topology.convention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.AliasKind;
import dev.recount.avro.Span;
import dev.recount.avro.SpanKind;
import dev.recount.avro.StatusCode;
import dev.recount.topology.convention.Aliases.Alias;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which traces a tool call belongs to. */
class AliasesTest {
  private static final String ASKED =
      """
      [{"role": "assistant", "parts":
        [{"type": "tool_call", "id": "call-x", "name": "inventory", "arguments": {}}]},
       {"role": "tool", "parts":
        [{"type": "tool_call_response", "id": "call-x", "response": "three"}]}]""";

  private static List<Alias> aliases(StatusCode status) {
    Span span = new Span();
    span.setTraceId("1".repeat(32));
    span.setSpanId("1".repeat(16));
    span.setName("chat");
    span.setKind(SpanKind.CLIENT);
    span.setStatusCode(status);
    span.setEvents(List.of());
    span.setLinks(List.of());
    span.setResourceAttributes(Map.of());
    span.setAttributes(
        new TreeMap<>(Map.of("gen_ai.operation.name", "chat", "gen_ai.input.messages", ASKED)));
    List<Alias> aliases = new ArrayList<>();
    Aliases.of(span, SpanFacts.of(span), aliases::add);
    return aliases;
  }

  @Test
  void whereAnswersAreNotRecordedTheConversationTellsOfTheCall() {
    assertThat(aliases(StatusCode.UNSET))
        .containsExactly(new Alias(AliasKind.TOOL_CALL_ID, "call-x"));
  }

  /** It is shown the call of the trace before it, and has answered nothing. */
  @Test
  void aModelCallThatFailedTakesNoCallOfAnotherTrace() {
    assertThat(aliases(StatusCode.ERROR)).isEmpty();
  }
}
