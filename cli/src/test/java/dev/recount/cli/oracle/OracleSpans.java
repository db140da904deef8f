package dev.recount.cli.oracle;

import dev.recount.cli.oracle.Telemetry.Span;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The spans of one trace: their tree, what each is, and what holds for it. */
abstract class OracleSpans {
  private static final Map<String, String> KIND_OF_OPERATION =
      Map.of(
          "chat", "MODEL_CALL",
          "execute_tool", "TOOL_CALL",
          "plan", "PLAN",
          "retrieval", "MEMORY");

  /** Which attribute states what holds for a whole part of the trace. */
  private static final Map<String, String> ATTRIBUTE =
      Map.of(
          "agent_name", "gen_ai.agent.name",
          "agent_version", "gen_ai.agent.version",
          "model", "gen_ai.request.model",
          "prompt_name", "gen_ai.prompt.name",
          "prompt_version", "gen_ai.prompt.version",
          "tool_schema_version", "recount.tool_schema.version",
          "memory_index_version", "recount.memory_index.version",
          "framework", "recount.framework.name",
          "session_id", "gen_ai.conversation.id",
          "user_id", "user.id");

  final String trace;

  /** As they are. */
  final Collection<Span> sent;

  /** With what their log records tell, in order of start. */
  final List<Span> spans;

  OracleSpans(String trace, Oracle.Contents contents) {
    this.trace = trace;
    this.sent = contents.spans.values();
    this.spans =
        contents.spans.values().stream()
            .map(span -> told(span, contents.logs.get(span.id())))
            .sorted(
                Comparator.comparingLong(Span::start)
                    .thenComparing(Comparator.comparingLong(TraceOracle::end).reversed())
                    .thenComparing(Span::id))
            .toList();
  }

  private static Span told(Span span, Telemetry.@Nullable Log log) {
    return log == null ? span : span.telling(log);
  }

  static long end(Span span) {
    return Math.max(span.start(), span.end());
  }

  @Nullable Span span(@Nullable String id) {
    return spans.stream().filter(span -> span.id().equals(id)).findFirst().orElse(null);
  }

  @Nullable Span parent(Span span) {
    return span.parent() == null ? null : span(span.parent());
  }

  @Nullable Span root() {
    return spans.stream().filter(span -> span.parent() == null).findFirst().orElse(null);
  }

  boolean isWithin(Span inner, Span outer) {
    for (Span above = parent(inner); above != null; above = parent(above)) {
      if (above.equals(outer)) {
        return true;
      }
    }
    return false;
  }

  /** No child comes before its parent, whatever the clocks say. */
  long orderedStart(Span span) {
    return later(span.start(), shift(span));
  }

  /**
   * By how much a span is moved: as what encloses it, and together with all of its siblings that
   * start before their parent so that the earliest of these starts after it.
   */
  long shift(Span span) {
    Span parent = parent(span);
    if (parent == null) {
      return 0;
    }
    long shift = shift(parent);
    if (span.start() >= parent.start()) {
      return shift;
    }
    long earliest = span.start();
    for (Span sibling : spans) {
      if (parent.id().equals(sibling.parent())) {
        earliest = Math.min(earliest, sibling.start());
      }
    }
    return later(shift, parent.start() - earliest + 1);
  }

  /** Whether a span, or one around it, was over before its parent began. */
  boolean isOutOfTime(Span span) {
    Span parent = parent(span);
    return parent != null
        && (isOutOfTime(parent) || span.start() < parent.start() && end(span) <= parent.start());
  }

  static long later(long time, long by) {
    return BigInteger.valueOf(time)
        .add(BigInteger.valueOf(by))
        .min(BigInteger.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }

  static @Nullable String kind(Span span) {
    String stated = span.text("recount.decision.kind");
    if (stated != null) {
      return stated;
    }
    String operation = span.text("gen_ai.operation.name");
    if (operation == null) {
      return span.text("gen_ai.tool.name") == null ? null : "TOOL_CALL";
    }
    return KIND_OF_OPERATION.get(operation);
  }

  /**
   * The decision that a span stands for; wrappers of model calls and repeated tool calls do not.
   */
  @Nullable String decisionKind(Span span) {
    String kind = kind(span);
    if ("MODEL_CALL".equals(kind)
        && spans.stream()
            .anyMatch(other -> "MODEL_CALL".equals(kind(other)) && isWithin(other, span))) {
      return null;
    }
    if (enclosingTellingOfTheSame(span) != null) {
      return null;
    }
    return kind;
  }

  /**
   * The span of a tool call around another that tells of the same one; plumbing between counts not.
   */
  @Nullable Span enclosingTellingOfTheSame(Span span) {
    Span outer = parent(span);
    while (outer != null && kind(outer) == null && outer.text("gen_ai.operation.name") == null) {
      outer = parent(outer);
    }
    if (outer == null || !isToolCall(span) || !isToolCall(outer)) {
      return null;
    }
    String call = callId(span);
    String outerCall = callId(outer);
    boolean same =
        call != null && outerCall != null
            ? call.equals(outerCall)
            : Objects.equals(tool(span), tool(outer))
                && (arguments(span) == null
                    || arguments(outer) == null
                    || Objects.equals(arguments(span), arguments(outer)));
    return same ? outer : null;
  }

  static boolean isToolCall(Span span) {
    return "TOOL_CALL".equals(kind(span));
  }

  static @Nullable String tool(Span span) {
    return span.text("gen_ai.tool.name");
  }

  static @Nullable String callId(Span span) {
    return span.text("gen_ai.tool.call.id");
  }

  static @Nullable String arguments(Span span) {
    return canonical(span.text("gen_ai.tool.call.arguments"));
  }

  /** The generator writes flat objects of one member, with or without blanks. */
  static @Nullable String canonical(@Nullable String json) {
    return json == null ? null : json.replace(" ", "");
  }

  /** The span, and those around it that only sum it up: no more than the one call is below them. */
  List<Span> wrappedAround(Span modelCall) {
    List<Span> all = new ArrayList<>(List.of(modelCall));
    Span above = parent(modelCall);
    while (above != null && "MODEL_CALL".equals(kind(above)) && modelCallsWithin(above) == 1) {
      all.add(above);
      above = parent(above);
    }
    return all;
  }

  private long modelCallsWithin(Span outer) {
    return spans.stream()
        .filter(span -> "MODEL_CALL".equals(decisionKind(span)) && isWithin(span, outer))
        .count();
  }

  static @Nullable String own(Span span, String fact) {
    return switch (fact) {
      case "release" -> span.resource().release();
      case "environment" -> span.resource().environment();
      default -> span.text(Objects.requireNonNull(ATTRIBUTE.get(fact), fact));
    };
  }

  /** What the span says, else its nearest ancestor, else the root, else the earliest span. */
  @Nullable String holding(Span span, String fact) {
    for (Span above = span; above != null; above = parent(above)) {
      String value = own(above, fact);
      if (value != null) {
        return value;
      }
    }
    Span root = root();
    if (root != null && own(root, fact) != null) {
      return own(root, fact);
    }
    return spans.stream()
        .map(other -> own(other, fact))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  Map<String, String> versionsAt(Span span) {
    Map<String, String> at = new HashMap<>();
    for (String version : OracleRows.VERSIONS) {
      String value =
          switch (version) {
            case "response_model" -> span.text("gen_ai.response.model");
            case "framework" -> {
              String stated = holding(span, "framework");
              yield stated != null ? stated : span.resource().scope();
            }
            case "framework_version" ->
                holding(span, "framework") != null ? null : span.resource().scopeVersion();
            default -> holding(span, version);
          };
      if (value != null) {
        at.put(version, value);
      }
    }
    return at;
  }

  @Nullable Span firstSpan() {
    Span root = root();
    return root != null ? root : spans.isEmpty() ? null : spans.get(0);
  }
}
