package dev.recount.topology.convention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.recount.avro.DecisionKind;
import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.avro.StatusCode;
import dev.recount.topology.TopologySettings;
import dev.recount.topology.model.TokenUsage;
import dev.recount.topology.model.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What spans say, by the table and in every type and spelling. */
class SpanMapperTest {
  static Span span(Object... keysAndValues) {
    Span span = new Span();
    span.setTraceId("0af7651916cd43dd8448eb211c80319c");
    span.setSpanId("00f067aa0ba902b7");
    span.setName("step");
    span.setStatusCode(StatusCode.UNSET);
    span.setResourceAttributes(Map.of());
    span.setEvents(List.of());
    span.setLinks(List.of());
    Map<String, Object> attributes = new TreeMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      attributes.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    span.setAttributes(attributes);
    return span;
  }

  private static SpanFacts read(Object... keysAndValues) {
    return SpanMapper.standard().read(span(keysAndValues));
  }

  /** Every row of the table, and every place in it. */
  static Stream<Arguments> rows() {
    List<Arguments> rows = new ArrayList<>();
    for (Conventions.Row row : Conventions.SPAN_ATTRIBUTES) {
      for (int i = 0; i < row.keys().size(); i++) {
        rows.add(Arguments.of(row, i));
      }
    }
    return rows.stream();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyAttributeOfTheTableStatesItsFactUnlessAnEarlierOneDoes(Conventions.Row row, int place) {
    Map<String, Object> attributes = new TreeMap<>();
    for (int i = row.keys().size() - 1; i >= place; i--) {
      state(attributes, row.keys().get(i), "value " + i);
    }
    assertThat(read(flat(attributes)).text(row.fact())).isEqualTo("value " + place);
  }

  /** Adds an attribute, or a field to the JSON that an attribute holds. */
  private static void state(Map<String, Object> attributes, String key, String value) {
    int hash = key.indexOf('#');
    if (hash < 0) {
      attributes.put(key, value);
      return;
    }
    StringBuilder json = new StringBuilder();
    String[] path = key.substring(hash + 1).split("\\.");
    for (String name : path) {
      json.append("{\"").append(name).append("\":");
    }
    json.append('"').append(value).append('"').append("}".repeat(path.length));
    Object before = attributes.get(key.substring(0, hash));
    if (before == null) {
      attributes.put(key.substring(0, hash), json.toString());
      return;
    }
    String other = before.toString();
    // Two fields of one object; the later one to be stated outranks.
    attributes.put(
        key.substring(0, hash), json.substring(0, json.length() - 1) + "," + other.substring(1));
  }

  private static Object[] flat(Map<String, Object> attributes) {
    List<Object> flat = new ArrayList<>();
    attributes.forEach(
        (key, value) -> {
          flat.add(key);
          flat.add(value);
        });
    return flat.toArray();
  }

  @Test
  void recountsOwnWordComesBeforeAnyOther() {
    for (Conventions.Row row : Conventions.SPAN_ATTRIBUTES) {
      for (String key : row.keys()) {
        assertThat(key.startsWith("recount.") && row.keys().indexOf(key) > 0).as(key).isFalse();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "traceloop.association.properties.session_id",
    "traceloop.association.properties.thread_id",
    "ai.telemetry.metadata.sessionId",
    "ai.settings.context.session-id",
    "langsmith.metadata.session_id",
    "langsmith.metadata.thread_id",
    "langfuse.trace.metadata.conversationId",
    "metadata.SESSION_ID"
  })
  void keysThatApplicationsChooseAreFoundInTheirPlaces(String key) {
    assertThat(read(key, "s-1").text(Fact.SESSION_ID)).isEqualTo("s-1");
    assertThat(read(key, "s-1", "session.id", "s-2").text(Fact.SESSION_ID)).isEqualTo("s-2");
  }

  @Test
  void keysThatApplicationsChooseAreFoundInJson() {
    SpanFacts facts =
        read("metadata", "{\"user_id\":\"u-1\",\"agentVersion\":2,\"nested\":{\"session_id\":1}}");
    assertThat(facts.text(Fact.USER_ID)).isEqualTo("u-1");
    assertThat(facts.text(Fact.AGENT_VERSION)).isEqualTo("2");
    assertThat(facts.text(Fact.SESSION_ID)).isNull();
    assertThat(read("metadata", new JsonValue("{\"userId\":7}")).text(Fact.USER_ID)).isEqualTo("7");
  }

  @Test
  void aTeamsOwnKeysWinOverTheTable() {
    TopologySettings settings =
        TopologySettings.fromMap(
            Map.of(
                "attribute.mapping",
                "session_id=shop.visit, session_id=shop.basket,user_id=customer.number"));
    SpanMapper mapper = settings.interpretation().mapper();
    SpanFacts facts =
        mapper.read(
            span("session.id", "other", "shop.basket", "b-1", "shop.visit", "v-1", "user.id", "u"));
    assertThat(facts.text(Fact.SESSION_ID)).isEqualTo("v-1");
    assertThat(facts.text(Fact.USER_ID)).isEqualTo("u");
    Span onResource = span();
    onResource.setResourceAttributes(Map.of("customer.number", 42L));
    assertThat(mapper.read(onResource).text(Fact.USER_ID)).isEqualTo("42");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"session_id", "session_id=", "shoe_size=a.b", "operation=kind"})
  void aMappingThatCannotBeReadIsRefused(String mapping) {
    assertThatThrownBy(() -> TopologySettings.fromMap(Map.of("attribute.mapping", mapping)))
        .isInstanceOf(ConfigException.class);
  }

  static Stream<Arguments> operations() {
    return Stream.of(
        Arguments.of("gen_ai.operation.name", "chat", DecisionKind.MODEL_CALL),
        Arguments.of("gen_ai.operation.name", "execute_tool", DecisionKind.TOOL_CALL),
        Arguments.of("gen_ai.operation.name", "plan", DecisionKind.PLAN),
        Arguments.of("gen_ai.operation.name", "invoke_agent", null),
        Arguments.of("gen_ai.operation.name", "embeddings", null),
        Arguments.of("gen_ai.operation.name", "search_memory", DecisionKind.MEMORY),
        Arguments.of("gen_ai.operation.name", "handoff", DecisionKind.HANDOFF),
        Arguments.of("openinference.span.kind", "LLM", DecisionKind.MODEL_CALL),
        Arguments.of("openinference.span.kind", "RETRIEVER", DecisionKind.MEMORY),
        Arguments.of("openinference.span.kind", "EVALUATOR", DecisionKind.SELF_EVALUATION),
        Arguments.of("openinference.span.kind", "CHAIN", null),
        Arguments.of("traceloop.span.kind", "tool", DecisionKind.TOOL_CALL),
        Arguments.of("traceloop.span.kind", "workflow", null),
        Arguments.of("llm.request.type", "completion", DecisionKind.MODEL_CALL),
        Arguments.of("langfuse.observation.type", "generation", DecisionKind.MODEL_CALL),
        Arguments.of("langfuse.observation.type", "guardrail", DecisionKind.SELF_EVALUATION),
        Arguments.of("langsmith.span.kind", "llm", DecisionKind.MODEL_CALL),
        Arguments.of("langsmith.span.kind", "chain", null),
        Arguments.of("ai.operationId", "ai.streamText.doStream", DecisionKind.MODEL_CALL),
        Arguments.of("ai.operationId", "ai.generateText", null),
        Arguments.of("mcp.method.name", "tools/call", DecisionKind.TOOL_CALL),
        Arguments.of("mcp.method.name", "tools/list", null),
        Arguments.of("recount.decision.kind", "branch", DecisionKind.BRANCH),
        Arguments.of("recount.decision.kind", "REASONING", DecisionKind.REASONING),
        Arguments.of("recount.decision.kind", "response", DecisionKind.RESPONSE));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void operationsAreDecisions(String key, String value, @Nullable DecisionKind kind) {
    assertThat(read(key, value).decisionKind()).isEqualTo(kind);
  }

  @Test
  void aGuessedOperationGivesWayToTheKindThatItWasGuessedFrom() {
    assertThat(
            read("langsmith.span.kind", "prompt", "gen_ai.operation.name", "chat").decisionKind())
        .isNull();
    assertThat(
            read("langsmith.span.kind", "retriever", "gen_ai.operation.name", "embeddings")
                .decisionKind())
        .isEqualTo(DecisionKind.MEMORY);
  }

  @Test
  void aMisplacedToolNameMakesNoToolCall() {
    assertThat(read("gen_ai.operation.name", "chat", "gen_ai.tool.name", "stock").decisionKind())
        .isEqualTo(DecisionKind.MODEL_CALL);
  }

  @Test
  void aToolIsNamedByWhoeverKnowsIt() {
    Span named = span("openinference.span.kind", "TOOL");
    named.setName("stock.tool");
    assertThat(SpanFacts.of(named).toolName()).isEqualTo("stock");
    assertThat(
            read(
                    "traceloop.span.kind",
                    "task",
                    "gen_ai.operation.name",
                    "execute_tool",
                    "traceloop.entity.name",
                    "DynamicStructuredTool",
                    "traceloop.entity.output",
                    "{\"lc\":1,\"id\":[\"m\",\"ToolMessage\"],\"kwargs\":{\"content\":\"3\","
                        + "\"tool_call_id\":\"c-1\",\"name\":\"stock\"}}")
                .toolName())
        .isEqualTo("stock");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"item\": \"A1\"}",
        "{\"args\":[],\"kwargs\":{\"item\":\"A1\"}}",
        "{\"kwargs\":{\"item\":\"A1\"}}",
        "{\"args\":[\"{\\\"item\\\":\\\"A1\\\"}\"]}",
        "{\"args\":[{\"item\":\"A1\"}],\"kwargs\":{}}",
        "{\"tool_name\":\"stock\",\"arguments\":{\"item\":\"A1\"}}"
      })
  void argumentsAreFreedOfTheirWrapping(String arguments) {
    assertThat(read("traceloop.span.kind", "tool", "traceloop.entity.input", arguments))
        .extracting(SpanFacts::toolArguments)
        .isEqualTo("{\"item\":\"A1\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"left\":3}",
        "\"{\\\"left\\\": 3}\"",
        "{\"outputs\":\"{\\\"left\\\": 3}\"}",
        "{\"result\":\"{\\\"left\\\": 3}\"}",
        "{\"content\":[{\"type\":\"text\",\"text\":\"{\\\"left\\\":3}\"}],\"isError\":false}",
        "{\"type\":\"json\",\"value\":{\"left\":3}}",
        "{\"content\":\"{\\\"left\\\": 3}\",\"tool_call_id\":\"c\",\"status\":\"success\"}"
      })
  void resultsAreFreedOfTheirWrapping(String result) {
    assertThat(read("gen_ai.operation.name", "execute_tool", "gen_ai.tool.call.result", result))
        .extracting(SpanFacts::toolResult)
        .isEqualTo("{\"left\":3}");
  }

  @Test
  void numbersComeInEveryType() {
    for (Object given : new Object[] {7L, 7.0, "7", " 7 ", "7.0", "7e0"}) {
      assertThat(read("gen_ai.usage.input_tokens", given).count(Fact.INPUT_TOKENS))
          .as(given.toString())
          .isEqualTo(7L);
    }
    for (Object given : new Object[] {"seven", -7L, 7.5, "1e999", Double.NaN, true}) {
      assertThat(read("gen_ai.usage.input_tokens", given).count(Fact.INPUT_TOKENS))
          .as(given.toString())
          .isNull();
    }
    assertThat(read("gen_ai.prompt.version", 17L).text(Fact.PROMPT_VERSION)).isEqualTo("17");
    assertThat(read("gen_ai.prompt.version", 17.0).text(Fact.PROMPT_VERSION)).isEqualTo("17");
  }

  private static Tokens tokens(@Nullable String scope, Object... keysAndValues) {
    Span span = span(keysAndValues);
    span.setScopeName(scope);
    return TokenUsage.of(span, SpanFacts.of(span));
  }

  @Test
  void inputIncludesCachedTokensWhetherTheSenderIncludesThemOrNot() {
    Tokens included =
        tokens(
            null,
            "gen_ai.usage.input_tokens",
            100L,
            "gen_ai.usage.output_tokens",
            10L,
            "gen_ai.usage.cache_read.input_tokens",
            60L,
            "gen_ai.usage.cache_creation.input_tokens",
            15L,
            "gen_ai.usage.reasoning.output_tokens",
            4L);
    assertThat(included).isEqualTo(new Tokens(100L, 10L, 60L, 15L, 4L, 110L));
    assertThat(included.fresh()).isEqualTo(25L);
    Tokens byScope =
        tokens(
            "@traceloop/instrumentation-anthropic",
            "gen_ai.usage.input_tokens",
            80L,
            "gen_ai.usage.output_tokens",
            10L,
            "gen_ai.usage.total_tokens",
            90L,
            "gen_ai.usage.cache_read.input_tokens",
            20L);
    assertThat(byScope).isEqualTo(new Tokens(100L, 10L, 20L, null, null, 110L));
    Tokens byTotal =
        tokens(
            null,
            "langfuse.observation.usage_details",
            "{\"input\":80,\"output\":10,\"total\":110,\"input_cached_tokens\":20}");
    assertThat(byTotal).isEqualTo(new Tokens(100L, 10L, 20L, null, null, 110L));
    Tokens byArithmetic =
        tokens(
            null,
            "llm.token_count.prompt",
            20L,
            "llm.token_count.completion",
            10L,
            "llm.token_count.prompt_details.cache_read",
            80L);
    assertThat(byArithmetic.input()).isEqualTo(100L);
    Tokens byProvider =
        tokens(
            "ai",
            "ai.model.provider",
            "anthropic.messages",
            "ai.usage.inputTokens",
            80L,
            "ai.usage.outputTokens",
            10L,
            "ai.response.providerMetadata",
            "{\"anthropic\":{\"usage\":{\"cache_read_input_tokens\":20},"
                + "\"cacheCreationInputTokens\":5}}");
    assertThat(byProvider).isEqualTo(new Tokens(105L, 10L, 20L, 5L, null, 115L));
    Tokens newer =
        tokens(
            "ai",
            "ai.model.provider",
            "anthropic.messages",
            "ai.usage.inputTokens",
            105L,
            "ai.usage.outputTokens",
            10L,
            "ai.usage.inputTokenDetails.cacheReadTokens",
            20L);
    assertThat(newer.input()).isEqualTo(105L);
  }

  @Test
  void levelsAndFinishReasonsTellOfErrors() {
    Span fine = span("langfuse.observation.level", "DEFAULT");
    assertThat(SpanFacts.of(fine).failed(fine)).isFalse();
    for (Span failed :
        List.of(
            span("langfuse.observation.level", "ERROR"),
            span("gen_ai.tool.status", "error"),
            span("error", true),
            span("error.type", "timeout"),
            span("gen_ai.response.finish_reasons", new JsonValue("[\"error\"]")))) {
      assertThat(SpanFacts.of(failed).failed(failed)).as(failed.toString()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ai, vercel-ai-sdk",
    "opentelemetry.instrumentation.langchain, langchain",
    "openinference.instrumentation.smolagents, smolagents",
    "@arizeai/openinference-instrumentation-openai, openai",
    "@traceloop/instrumentation-anthropic, anthropic",
    "gcp.vertex.agent, google-adk",
    "our-own-scope, our-own-scope"
  })
  void scopesStandForFrameworks(String scope, String framework) {
    assertThat(Frameworks.ofScope(scope)).isEqualTo(framework);
  }
}
