package dev.recount.topology.convention;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which attributes hold messages. Adding a convention is adding rows. Where a span has several, the
 * earlier row wins, for what went in, what came out, the instructions and the tools each by itself.
 */
final class MessageSources {
  /** What an attribute holds. */
  enum Holds {
    INSTRUCTIONS,
    INPUT,
    OUTPUT,
    TOOLS
  }

  /** How an attribute holds it. */
  enum Form {
    /** One attribute: JSON, a structured value or plain text. */
    WHOLE,
    /** One attribute for each field of each element, the index after the prefix. */
    FLATTENED,
    /** One attribute for each field of the one message. */
    FIELD
  }

  /**
   * One row.
   *
   * @param field for {@link Form#FIELD}, the field of a message that the attribute is
   */
  record Source(int rank, Holds holds, Form form, String key, @Nullable String field) {}

  private static final Object[][] TABLE = {
    // OpenTelemetry GenAI, on spans and on gen_ai.client.inference.operation.details
    {Holds.INSTRUCTIONS, Form.WHOLE, "gen_ai.system_instructions"},
    {Holds.INPUT, Form.WHOLE, "gen_ai.input.messages"},
    {Holds.OUTPUT, Form.WHOLE, "gen_ai.output.messages"},
    {Holds.TOOLS, Form.WHOLE, "gen_ai.tool.definitions"},
    // OpenInference
    {Holds.INPUT, Form.FLATTENED, "llm.input_messages."},
    {Holds.OUTPUT, Form.FLATTENED, "llm.output_messages."},
    {Holds.TOOLS, Form.FLATTENED, "llm.tools."},
    {Holds.INPUT, Form.FLATTENED, "llm.prompts."}, // and OpenLLMetry before it used gen_ai
    {Holds.OUTPUT, Form.FLATTENED, "llm.choices."},
    // OpenLLMetry
    {Holds.INPUT, Form.FLATTENED, "gen_ai.prompt."},
    {Holds.OUTPUT, Form.FLATTENED, "gen_ai.completion."},
    {Holds.OUTPUT, Form.FLATTENED, "llm.completions."},
    {Holds.TOOLS, Form.FLATTENED, "llm.request.functions."},
    {Holds.TOOLS, Form.WHOLE, "llm.request.functions"},
    // Vercel AI SDK
    {Holds.INPUT, Form.WHOLE, "ai.prompt.messages"},
    {Holds.INPUT, Form.WHOLE, "ai.prompt"},
    {Holds.OUTPUT, Form.FIELD, "ai.response.text", "content"},
    {Holds.OUTPUT, Form.FIELD, "ai.response.object", "content"},
    {Holds.OUTPUT, Form.FIELD, "ai.response.reasoning", "reasoning"},
    {Holds.OUTPUT, Form.FIELD, "ai.response.toolCalls", "tool_calls"},
    {Holds.OUTPUT, Form.FIELD, "ai.result.text", "content"},
    {Holds.OUTPUT, Form.FIELD, "ai.result.toolCalls", "tool_calls"},
    {Holds.TOOLS, Form.WHOLE, "ai.prompt.tools"},
    // Langfuse
    {Holds.INPUT, Form.WHOLE, "langfuse.observation.input"},
    {Holds.OUTPUT, Form.WHOLE, "langfuse.observation.output"},
    // LangSmith, and the GenAI conventions before their events
    {Holds.INPUT, Form.WHOLE, "gen_ai.prompt"},
    {Holds.OUTPUT, Form.WHOLE, "gen_ai.completion"},
    // Google's Agent Development Kit
    {Holds.INPUT, Form.WHOLE, "gcp.vertex.agent.llm_request"},
    {Holds.OUTPUT, Form.WHOLE, "gcp.vertex.agent.llm_response"},
    // What a step of any kind took in and gave out
    {Holds.INPUT, Form.WHOLE, "traceloop.entity.input"},
    {Holds.OUTPUT, Form.WHOLE, "traceloop.entity.output"},
    {Holds.INPUT, Form.WHOLE, "input.value"},
    {Holds.OUTPUT, Form.WHOLE, "output.value"},
    {Holds.TOOLS, Form.WHOLE, "llm.invocation_parameters"},
  };

  private static final List<Source> BY_RANK = rows();
  private static final Map<String, Source> BY_KEY = new HashMap<>();
  private static final Source[][] BY_FIRST_LETTER = new Source[128][];

  static {
    Map<Character, List<Source>> prefixes = new HashMap<>();
    for (Source source : BY_RANK) {
      if (source.form() == Form.FLATTENED) {
        prefixes.computeIfAbsent(source.key().charAt(0), c -> new ArrayList<>()).add(source);
      } else {
        BY_KEY.put(source.key(), source);
      }
    }
    prefixes.forEach((letter, rows) -> BY_FIRST_LETTER[letter] = rows.toArray(Source[]::new));
  }

  private MessageSources() {}

  private static List<Source> rows() {
    List<Source> rows = new ArrayList<>();
    for (Object[] row : TABLE) {
      rows.add(
          new Source(
              rows.size(),
              (Holds) row[0],
              (Form) row[1],
              (String) row[2],
              row.length > 3 ? (String) row[3] : null));
    }
    return rows;
  }

  /** All rows, the one that wins first. */
  static List<Source> byRank() {
    return BY_RANK;
  }

  /** The row of an attribute; null for one that holds no messages. */
  static @Nullable Source of(String key) {
    Source source = BY_KEY.get(key);
    if (source != null || key.isEmpty() || key.charAt(0) >= BY_FIRST_LETTER.length) {
      return source;
    }
    Source[] prefixes = BY_FIRST_LETTER[key.charAt(0)];
    if (prefixes != null) {
      for (Source candidate : prefixes) {
        int index = candidate.key().length();
        // gen_ai.prompt.name begins like gen_ai.prompt.0.role, and is something else.
        if (key.startsWith(candidate.key())
            && key.length() > index
            && Character.isDigit(key.charAt(index))) {
          return candidate;
        }
      }
    }
    return null;
  }
}
