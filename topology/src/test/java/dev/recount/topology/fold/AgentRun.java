package dev.recount.topology.fold;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/**
 * A run of an agent, told by nobody yet: model calls that ask for tools, and a last one that
 * answers.
 */
record AgentRun(List<Turn> turns) {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String SYSTEM = "You sell shoes.";
  static final String QUESTION = "Is A1 in stock?";

  /** One model call and the tools that it asks for; the last one asks for none. */
  record Turn(String text, List<Call> calls, long inputTokens, long cachedTokens, long output) {}

  /** One tool call; the result is the message of an error where it failed. */
  record Call(String id, String tool, ObjectNode arguments, String result, boolean failed) {
    /** What the model is told. */
    String told() {
      return failed ? "Error: " + result : result;
    }
  }

  /** A message of the conversation, before any convention. */
  record Message(String role, @Nullable String text, List<Call> calls, @Nullable Call answers) {}

  /** What the model of a turn is shown. */
  List<Message> conversation(int turn) {
    List<Message> messages = new ArrayList<>();
    messages.add(new Message("user", QUESTION, List.of(), null));
    for (Turn before : turns.subList(0, turn)) {
      messages.add(new Message("assistant", before.text(), before.calls(), null));
      for (Call call : before.calls()) {
        messages.add(new Message("tool", null, List.of(), call));
      }
    }
    return messages;
  }

  Message answer(int turn) {
    return new Message("assistant", turns.get(turn).text(), turns.get(turn).calls(), null);
  }

  /** The tools on offer, as OpenAI writes them. */
  static ArrayNode tools() {
    ArrayNode tools = JSON.createArrayNode();
    for (String name : new String[] {"stock", "price"}) {
      ObjectNode function = tools.addObject().put("type", "function").putObject("function");
      function.put("name", name).put("description", "Looks up the " + name + ".");
      function.putObject("parameters").put("type", "object");
    }
    return tools;
  }

  static Arbitrary<AgentRun> runs() {
    Arbitrary<ObjectNode> arguments =
        Combinators.combine(Arbitraries.of("A1", "B\"2", "ü"), Arbitraries.of(1.0, 2.5, 3.0))
            .as((item, size) -> JSON.createObjectNode().put("item", item).put("size", size));
    Arbitrary<Call> calls =
        Combinators.combine(
                // Few of them, so that IDs repeat, with other arguments and with the same.
                Arbitraries.of("call-1", "call-2", "call-3"),
                Arbitraries.of("stock", "price"),
                arguments,
                Arbitraries.of("{\"left\":3}", "three", "none of them"),
                Arbitraries.of(false, false, true))
            .as(
                (id, tool, given, result, failed) ->
                    new Call(id, tool, given, failed ? "out of reach" : result, failed));
    Arbitrary<Turn> turns =
        Combinators.combine(
                Arbitraries.of("I look.", "Let me see.", "Hm, \"again\"."),
                calls.list().ofMinSize(1).ofMaxSize(3),
                Arbitraries.longs().between(50, 500),
                Arbitraries.longs().between(0, 49),
                Arbitraries.longs().between(1, 90))
            .as(Turn::new);
    Arbitrary<Turn> last =
        Combinators.combine(
                Arbitraries.of("Three are left.", "None."), Arbitraries.longs().between(50, 500))
            .as((text, tokens) -> new Turn(text, List.of(), tokens, 0, 5));
    return Combinators.combine(turns.list().ofMaxSize(4), last)
        .as(
            (asking, answering) -> {
              List<Turn> all = new ArrayList<>(asking);
              all.add(answering);
              return new AgentRun(all);
            });
  }
}
