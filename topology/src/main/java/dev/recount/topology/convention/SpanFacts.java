package dev.recount.topology.convention;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.avro.DecisionKind;
import dev.recount.avro.JsonValue;
import dev.recount.avro.Span;
import dev.recount.avro.SpanEvent;
import dev.recount.avro.StatusCode;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one span says, in Recount's vocabulary. Never throws: what is malformed is not stated. */
@SuppressWarnings("EnumOrdinal") // places and bits by fact, within one instance only
public final class SpanFacts {
  private static final int FACTS = Fact.values().length;
  private static final short[] NO_RANKS = new short[0];

  /** Facts about an agent that any step may state of the agent that it belongs to. */
  private static final Set<String> AGENT_OPERATIONS =
      Set.of("agent", "invoke_agent", "create_agent");

  private static final Set<String> ERROR_LEVELS = Set.of("error", "fatal", "critical", "true");

  /** Names of classes that frameworks give as the name of any tool. */
  private static final Set<String> TOOL_CLASSES =
      Set.of("DynamicStructuredTool", "DynamicTool", "StructuredTool", "Tool", "FunctionTool");

  private static final String TOOL_MESSAGE = "gen_ai.tool.message";

  private final Span span;

  /** A bit for each fact that is stated, by ordinal. */
  private long stated;

  /** By ordinal as long as facts are being stated; then only those that are, in that order. */
  private @Nullable Object[] values = new Object[FACTS];

  private short[] ranks = new short[FACTS];
  private boolean exceptionRecorded;
  private boolean kindKnown;
  private @Nullable DecisionKind kind;
  private @Nullable ToolOutput toolOutput;

  SpanFacts(Span span) {
    this.span = span;
  }

  /** Reads a span by the standard table. */
  public static SpanFacts of(Span span) {
    return SpanMapper.standard().read(span);
  }

  /**
   * What a tool's output says, without the output itself.
   *
   * @param call ID of the call that it answers; null when it does not say
   * @param tool name of the tool that answers, likewise
   * @param result the answer freed of its wrapping; null when there is none
   * @param error whether it says of itself that the call failed
   */
  private record ToolOutput(
      @Nullable String call, @Nullable String tool, @Nullable String result, boolean error) {
    static ToolOutput of(JsonNode output) {
      return new ToolOutput(
          ToolTexts.answeredCall(output),
          ToolTexts.answeringTool(output),
          ToolTexts.result(output),
          ToolTexts.isErrorOutput(output));
    }
  }

  /** Takes note of a statement, unless one of lower rank is there. */
  void state(Fact fact, int rank, @Nullable Object value) {
    int index = fact.ordinal();
    if (value != null
        && !(value instanceof String text && text.isEmpty())
        && (values[index] == null || rank < ranks[index])) {
      stated |= 1L << index;
      values[index] = value;
      ranks[index] = (short) rank;
    }
  }

  /** Notes that everything was stated. Facts are kept for as long as a trace is folded: few. */
  void complete() {
    @Nullable Object[] only = new Object[Long.bitCount(stated)];
    int next = 0;
    for (long left = stated; left != 0; left &= left - 1) {
      only[next++] = values[Long.numberOfTrailingZeros(left)];
    }
    values = only;
    ranks = NO_RANKS;
  }

  void exception(@Nullable Object type, @Nullable Object message, int rank) {
    exceptionRecorded = true;
    state(Fact.ERROR_TYPE, rank, type);
    state(Fact.ERROR_MESSAGE, rank, message);
  }

  /** A fact as it was stated; null when it was not. */
  public @Nullable Object value(Fact fact) {
    long bit = 1L << fact.ordinal();
    return (stated & bit) == 0 ? null : values[Long.bitCount(stated & (bit - 1))];
  }

  private boolean states(Fact fact) {
    return (stated & 1L << fact.ordinal()) != 0;
  }

  /** A fact as text; arrays and objects as JSON. Null when it is not stated. */
  public @Nullable String text(Fact fact) {
    Object value = value(fact);
    if (value == null) {
      return fact == Fact.AGENT_NAME ? agentByStep() : null;
    }
    if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15) {
      return Long.toString(number.longValue());
    }
    return value instanceof JsonValue json ? json.getJson() : value.toString();
  }

  /** An agent's span may be named after the agent and say so nowhere else. */
  private @Nullable String agentByStep() {
    String operation = text(Fact.OPERATION);
    if (operation == null || !AGENT_OPERATIONS.contains(operation.toLowerCase(Locale.ROOT))) {
      return null;
    }
    String step = text(Fact.STEP_NAME);
    return step != null ? step : SpanNames.agent(span.getName());
  }

  /** A fact as a whole number, also from text. Null when it is not stated or is no number. */
  public @Nullable Long wholeNumber(Fact fact) {
    Object value = value(fact);
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof Double number) {
      return whole(number);
    }
    if (value instanceof String text) {
      try {
        return Long.valueOf(text.strip());
      } catch (NumberFormatException notWhole) {
        Double number = number(fact);
        return number == null ? null : whole(number);
      }
    }
    return null;
  }

  private static @Nullable Long whole(double number) {
    return number == Math.rint(number) && Math.abs(number) < Long.MAX_VALUE
        ? Long.valueOf((long) number)
        : null;
  }

  /** A count; null where it is not stated, is no whole number, or is negative. */
  public @Nullable Long count(Fact fact) {
    Long number = wholeNumber(fact);
    return number == null || number < 0 ? null : number;
  }

  /** A fact as a number, also from text. Null when it is not stated or is not finite. */
  public @Nullable Double number(Fact fact) {
    Object value = value(fact);
    Double number = null;
    if (value instanceof Number stated) {
      number = stated.doubleValue();
    } else if (value instanceof String text && text.length() < 400) {
      try {
        number = Double.valueOf(text.strip());
      } catch (NumberFormatException notANumber) {
        return null;
      }
    }
    return number != null && Double.isFinite(number) ? number : null;
  }

  /** A fact as an exact number; null when it is not stated or is no number. */
  public @Nullable BigDecimal decimal(Fact fact) {
    Double number = number(fact);
    return number == null ? null : BigDecimal.valueOf(number);
  }

  /** What kind of decision the span is, or null when it is none. */
  public @Nullable DecisionKind decisionKind() {
    if (!kindKnown) {
      kind = readKind();
      kindKnown = true;
    }
    return kind;
  }

  private @Nullable DecisionKind readKind() {
    String explicit = text(Fact.DECISION_KIND);
    if (explicit != null) {
      DecisionKind kind = Operations.explicitKind(explicit);
      if (kind != null) {
        return kind;
      }
    }
    return kindBySpan();
  }

  /** Whether the span is a call of a model, whatever decision its sender calls it. */
  public boolean callsModel() {
    return kindBySpan() == DecisionKind.MODEL_CALL;
  }

  /** Whether the span is that of the protocol by which a tool is called. */
  public boolean isProtocol() {
    return span.getAttributes().containsKey("mcp.method.name");
  }

  private @Nullable DecisionKind kindBySpan() {
    String operation = text(Fact.OPERATION);
    DecisionKind kind = operation == null ? kindByStep() : kindByOperation(operation);
    if (kind != null || operation != null) {
      return kind;
    }
    if (states(Fact.HANDOFF_TO)) {
      return DecisionKind.HANDOFF;
    }
    // Some instrumentations name no operation; but no other span names only a tool, and no other
    // span has a model and tokens.
    if (states(Fact.TOOL_NAME)) {
      return DecisionKind.TOOL_CALL;
    }
    boolean model = states(Fact.MODEL) || states(Fact.RESPONSE_MODEL);
    return model && states(Fact.OUTPUT_TOKENS) ? DecisionKind.MODEL_CALL : null;
  }

  private @Nullable DecisionKind kindByOperation(String operation) {
    DecisionKind kind = Operations.kindOf(operation);
    if (kind == null) {
      return kindByStep();
    }
    // One instrumentation has a handoff as a tool that it does not name.
    return kind == DecisionKind.TOOL_CALL
            && !states(Fact.TOOL_NAME)
            && SpanNames.handoff(span.getName()) != null
        ? DecisionKind.HANDOFF
        : kind;
  }

  private @Nullable DecisionKind kindByStep() {
    String type = text(Fact.STEP_TYPE);
    DecisionKind kind = type == null ? null : Operations.kindOf(type);
    return kind != null ? kind : Operations.kindOfSpan(span.getName());
  }

  /** Whether the sender itself names the kind of decision. */
  public boolean statesKind() {
    String explicit = text(Fact.DECISION_KIND);
    return explicit != null && Operations.explicitKind(explicit) != null;
  }

  /** The agent that takes over; null when the span does not say that any does. */
  public @Nullable String handedTo() {
    String agent = text(Fact.HANDOFF_TO);
    if (agent == null && decisionKind() == DecisionKind.HANDOFF) {
      agent = SpanNames.handoff(span.getName());
      return agent != null ? agent : Handoffs.target(text(Fact.TOOL_NAME), toolArguments());
    }
    return agent;
  }

  /** Name of the tool that the span calls; null when nobody says it. */
  public @Nullable String toolName() {
    String name = text(Fact.TOOL_NAME);
    if (name != null && !TOOL_CLASSES.contains(name)) {
      return name;
    }
    if (decisionKind() != DecisionKind.TOOL_CALL) {
      return name;
    }
    String step = toolOutput().tool();
    if (step == null) {
      step = text(Fact.STEP_NAME);
    }
    if (step == null || TOOL_CLASSES.contains(step)) {
      step = SpanNames.tool(span.getName());
    }
    return step == null || TOOL_CLASSES.contains(step) ? null : step;
  }

  /** ID of the tool call; null when nobody says it. */
  public @Nullable String toolCallId() {
    String id = text(Fact.TOOL_CALL_ID);
    if (id != null || decisionKind() != DecisionKind.TOOL_CALL) {
      return id;
    }
    id = toolOutput().call();
    if (id == null) {
      Object said = eventAttribute(TOOL_MESSAGE, "id");
      id = said == null ? null : said.toString();
    }
    return id;
  }

  /** Arguments of the tool call, canonical; null when they were not recorded. */
  public @Nullable String toolArguments() {
    Object stated = value(Fact.TOOL_ARGUMENTS);
    if (stated == null && decisionKind() == DecisionKind.TOOL_CALL) {
      stated = value(Fact.STEP_INPUT);
      if (stated == null) {
        stated = eventAttribute(TOOL_MESSAGE, "content");
      }
    }
    return ToolTexts.arguments(stated);
  }

  /** What the tool answered, freed of its wrapping; null when it was not recorded. */
  public @Nullable String toolResult() {
    return toolOutput().result();
  }

  /** Whether the tool's answer says of itself that the call failed. */
  public boolean resultIsError() {
    return toolOutput().error();
  }

  private ToolOutput toolOutput() {
    if (toolOutput == null) {
      Object stated = value(Fact.TOOL_RESULT);
      if (stated == null && decisionKind() == DecisionKind.TOOL_CALL) {
        stated = value(Fact.STEP_OUTPUT);
        if (stated == null) {
          stated = eventAttribute("gen_ai.choice", "message");
        }
      }
      toolOutput = ToolOutput.of(Json.ofAttribute(stated));
    }
    return toolOutput;
  }

  /** One SDK puts a tool's arguments and its result into events, as though it were a model. */
  private @Nullable Object eventAttribute(String event, String attribute) {
    for (SpanEvent candidate : span.getEvents()) {
      if (event.equals(candidate.getName())) {
        return candidate.getAttributes().get(attribute);
      }
    }
    return null;
  }

  /** Whether the span failed: by status, by an error type, or by an exception that it recorded. */
  public boolean failed(Span span) {
    return span.getStatusCode() == StatusCode.ERROR || explainsError();
  }

  /** Whether the span says of an error more than its status does. */
  public boolean explainsError() {
    return states(Fact.ERROR_TYPE) || exceptionRecorded || errorLevel() || finishedInError();
  }

  /** Whether the model stopped in order to have tools called, in whatever spelling. */
  public boolean finishedForTools() {
    String reasons = text(Fact.FINISH_REASONS);
    String lower = reasons == null ? "" : reasons.toLowerCase(Locale.ROOT);
    return lower.contains("tool") || lower.contains("function");
  }

  private boolean finishedInError() {
    String reasons = text(Fact.FINISH_REASONS);
    return reasons != null && reasons.toLowerCase(Locale.ROOT).contains("error");
  }

  private boolean errorLevel() {
    String level = text(Fact.LEVEL);
    return level != null && ERROR_LEVELS.contains(level.toLowerCase(Locale.ROOT));
  }
}
