package dev.recount.topology.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.recount.avro.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CompactSpansTest {
  private final CompactSpans spans = new CompactSpans();

  private static Span span(Map<String, Object> attributes, Map<String, Object> resource) {
    Span span = new Span();
    span.setAttributes(attributes);
    span.setResourceAttributes(resource);
    span.setEvents(new ArrayList<>());
    span.setLinks(new ArrayList<>());
    return span;
  }

  private static Map<String, Object> attributes(@Nullable Object model) {
    Map<String, Object> attributes = new HashMap<>();
    for (int i = 0; i < 20; i++) {
      attributes.put("key." + i, i % 2 == 0 ? "value " + i : Long.valueOf(i));
    }
    attributes.put("gen_ai.request.model", model);
    return attributes;
  }

  @Test
  void aSpanSaysTheSameInTheSameOrder() {
    Map<String, Object> attributes = attributes("gpt-4o");
    Span span = span(attributes, Map.of("service.name", "shop"));
    spans.compact(span);

    assertThat(span.getAttributes()).isEqualTo(attributes).hasSameHashCodeAs(attributes);
    assertThat(attributes).isEqualTo(span.getAttributes());
    assertThat(span.getAttributes().keySet()).containsExactlyElementsOf(attributes.keySet());
    assertThat(span.getAttributes().get("gen_ai.request.model")).isEqualTo("gpt-4o");
    assertThat(span.getAttributes().get("gen_ai.response.model")).isNull();
    assertThat(span.getAttributes().containsKey("gen_ai.response.model")).isFalse();
    assertThat(span.getResourceAttributes()).isEqualTo(Map.of("service.name", "shop"));
    assertThat(span.getEvents()).isEmpty();
    assertThat(span.getLinks()).isEmpty();
  }

  @Test
  void anAttributeWithoutAValueStaysThere() {
    Span span = span(attributes(null), Map.of());
    spans.compact(span);
    assertThat(span.getAttributes()).containsEntry("gen_ai.request.model", null);
  }

  @Test
  void spansWithTheSameKeysKeepTheirOwnValues() {
    Span first = span(attributes("gpt-4o"), Map.of());
    Span second = span(attributes("claude"), Map.of());
    Span third = span(Map.of("other", List.of("x")), Map.of());
    spans.compact(first);
    spans.compact(second);
    spans.compact(third);
    assertThat(first.getAttributes()).isEqualTo(attributes("gpt-4o"));
    assertThat(second.getAttributes()).isEqualTo(attributes("claude"));
    assertThat(third.getAttributes()).isEqualTo(Map.of("other", List.of("x")));
  }

  @Test
  void spansOfOneResourceShareItsAttributes() {
    Span first = span(Map.of(), new HashMap<>(Map.of("service.name", "shop")));
    Span second = span(Map.of(), new HashMap<>(Map.of("service.name", "shop")));
    Span other = span(Map.of(), new HashMap<>(Map.of("service.name", "billing")));
    spans.compact(first);
    spans.compact(second);
    spans.compact(other);
    assertThat(second.getResourceAttributes()).isSameAs(first.getResourceAttributes());
    assertThat(other.getResourceAttributes()).isEqualTo(Map.of("service.name", "billing"));
  }
}
