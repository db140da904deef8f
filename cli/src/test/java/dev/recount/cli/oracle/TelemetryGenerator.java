package dev.recount.cli.oracle;

import dev.recount.cli.oracle.Telemetry.About;
import dev.recount.cli.oracle.Telemetry.Decision;
import dev.recount.cli.oracle.Telemetry.Feedback;
import dev.recount.cli.oracle.Telemetry.Log;
import dev.recount.cli.oracle.Telemetry.Option;
import dev.recount.cli.oracle.Telemetry.Resource;
import dev.recount.cli.oracle.Telemetry.Segment;
import dev.recount.cli.oracle.Telemetry.Snapshot;
import dev.recount.cli.oracle.Telemetry.Span;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Agent runs from a seed, with everything that real senders get wrong: what is lost, sent twice,
 * edited, unfinished, stamped by a wrong clock, or named by an ID that others use too.
 */
public final class TelemetryGenerator {
  private static final long EPOCH_MILLIS = 1_772_366_400_000L;
  private static final List<String> TOOLS =
      List.of("inventory", "price_quote", "refund", "search", "think", "transfer_to_human");
  private static final List<String> AGENTS = List.of("orders", "returns", "research");
  private static final List<String> MESSAGES =
      List.of("gen_ai.input.messages", "gen_ai.output.messages");
  private static final int DEEPEST = 3;

  private final Random random;
  private final int traces;
  private final List<Telemetry> events = new ArrayList<>();
  private final List<About> abouts = new ArrayList<>();
  private int numbers;

  private TelemetryGenerator(int traces, long seed) {
    this.traces = traces;
    this.random = new Random(seed);
  }

  /**
   * All events over all traces in one random order, duplicates and superseded editions included.
   */
  public static List<Telemetry> generate(int traces, long seed) {
    TelemetryGenerator generator = new TelemetryGenerator(traces, seed);
    for (int i = 0; i < traces; i++) {
      generator.new Run().generate();
    }
    generator.strayFeedback();
    Collections.shuffle(generator.events, generator.random);
    return generator.events;
  }

  private boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  private <T> @Nullable T maybe(double probability, Supplier<T> value) {
    return chance(probability) ? value.get() : null;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private void send(Telemetry event) {
    events.add(event);
    while (chance(0.05)) {
      events.add(event);
    }
  }

  private String hexadecimal(int digits) {
    StringBuilder text = new StringBuilder(digits);
    while (text.length() < digits) {
      text.append(String.format("%016x", random.nextLong() | 1));
    }
    return text.substring(text.length() - digits);
  }

  /** Judgements on what was never sent, and on whole sessions. */
  private void strayFeedback() {
    for (int i = 0; i < Math.max(3, traces / 50); i++) {
      About never = new About(hexadecimal(32), null, null, null, null, null, null);
      for (int judgement = 0; judgement < 3; judgement++) {
        judge(never, EPOCH_MILLIS);
      }
      judge(new About(null, "resp-never-" + i, null, null, null, null, null), EPOCH_MILLIS);
      judge(new About(null, null, "call-never-" + i, null, null, null, null), EPOCH_MILLIS);
      judge(new About(null, null, null, "session-" + i, null, null, null), EPOCH_MILLIS);
    }
  }

  private void judge(About about, long after) {
    String kind =
        one(
            List.of(
                "RATING",
                "RATING",
                "EVALUATION",
                "EVALUATION",
                "EVALUATION",
                "OUTCOME",
                "OUTCOME",
                "ESCALATION",
                "ROLLBACK",
                "CORRECTION"));
    Feedback feedback =
        new Feedback(
            "fb-" + numbers++,
            kind,
            maybe(0.5, () -> "judge-" + random.nextInt(3)),
            maybe(0.8, () -> one(List.of("helpful", "correct", "safe"))),
            maybe(0.8, () -> random.nextInt(11) / 10.0),
            maybe(0.5, () -> one(List.of("good", "bad", "refund_issued"))),
            maybe(0.4, () -> chance(0.7)),
            maybe(0.2, () -> "as said on the telephone"),
            after + random.nextInt(600_000),
            about);
    abouts.add(about);
    if (chance(0.2)) {
      // What was said first may have been about something else altogether.
      About first = chance(0.4) ? one(abouts) : about;
      send(feedback.as(feedback.at() - 1 - random.nextInt(9_000), 0.05, "revised", first));
    }
    send(feedback);
  }

  /** One run of an agent. */
  private final class Run {
    private final String trace = hexadecimal(32);
    private final long begin =
        (EPOCH_MILLIS + random.nextInt(3_600_000)) * 1_000_000 + random.nextInt(1_000_000);
    private final Resource resource =
        new Resource(
            "service-" + random.nextInt(4),
            maybe(0.8, () -> one(List.of("production", "staging"))),
            maybe(0.7, () -> "1." + random.nextInt(3)),
            one(List.of("langgraph", "crewai")),
            "0." + random.nextInt(4));
    private final boolean withoutSpans = chance(0.01);
    private final List<Span> spans = new ArrayList<>();
    private final List<String> calls = new ArrayList<>();
    private final List<String> responses = new ArrayList<>();
    private final List<String> decisions = new ArrayList<>();
    private final List<String> snapshots = new ArrayList<>();

    /** What each agent's window held last. */
    private final Map<String, List<Segment>> windows = new TreeMap<>();

    /** What each agent's model was told so far, where its library records messages. */
    private final Map<String, List<String>> conversations = new TreeMap<>();

    private final boolean recordsMessages = chance(0.35);

    /** Whether these are in log records and not on the spans. */
    private final boolean logsMessages = chance(0.3);

    private final boolean takesSnapshots = !recordsMessages || chance(0.3);
    private String agentAtWork = "";
    private long now = begin;
    private int budget = 3 + random.nextInt(22);

    void generate() {
      if (withoutSpans) {
        decide(null, one(List.of("PLAN", "TOOL_CALL")), null);
        capture(null, one(AGENTS));
      } else {
        Map<String, Object> attributes = agent(0);
        attributes.put("gen_ai.conversation.id", "session-" + random.nextInt(traces));
        if (chance(0.7)) {
          attributes.put("user.id", "user-" + random.nextInt(50));
        }
        span(null, "invoke_agent", attributes, chance(0.15), () -> work(attributes, 1));
        int lost = chance(0.04) ? 0 : chance(0.03) ? random.nextInt(spans.size()) : -1;
        for (int i = 0; i < spans.size(); i++) {
          if (i != lost || spans.size() == 1) {
            sendSpan(spans.get(i));
          }
        }
        if (chance(0.08)) {
          decide(null, one(List.of("PLAN", "RESPONSE", "BRANCH")), null);
        }
        if (takesSnapshots && chance(0.15)) {
          capture(null, chance(0.5) ? one(AGENTS) : null);
        }
      }
      if (chance(0.1)) {
        String call = "call-" + numbers++;
        calls.add(call);
        decide(
            null,
            "TOOL_CALL",
            Map.of(
                "gen_ai.tool.call.id",
                call,
                "gen_ai.tool.name",
                one(TOOLS),
                "gen_ai.tool.call.arguments",
                "{\"n\":1}"));
      }
      int judgements = chance(0.55) ? 0 : 1 + random.nextInt(4);
      for (int i = 0; i < judgements; i++) {
        judgeSomething();
      }
    }

    private Map<String, Object> agent(int depth) {
      Map<String, Object> attributes = new TreeMap<>();
      attributes.put("gen_ai.operation.name", "invoke_agent");
      attributes.put("gen_ai.agent.name", depth == 0 ? one(AGENTS) : "sub-" + one(AGENTS));
      attributes.put("gen_ai.agent.version", "2." + random.nextInt(5));
      if (chance(0.7)) {
        attributes.put("gen_ai.prompt.name", "main");
        attributes.put("gen_ai.prompt.version", "v" + random.nextInt(20));
      }
      if (chance(0.3)) {
        attributes.put("recount.tool_schema.version", "s" + random.nextInt(3));
        attributes.put("recount.memory_index.version", "m" + random.nextInt(3));
      }
      if (chance(0.1)) {
        // Some libraries sum up here what the model calls inside took.
        attributes.put("gen_ai.usage.input_tokens", 10_000L + random.nextInt(5_000));
        attributes.put("gen_ai.usage.output_tokens", (long) random.nextInt(500));
        if (chance(0.3)) {
          attributes.put("gen_ai.usage.cost", random.nextInt(1_000_000) / 1e6);
        }
      }
      return attributes;
    }

    private void work(Map<String, Object> attributes, int depth) {
      String outer = agentAtWork;
      agentAtWork = String.valueOf(attributes.get("gen_ai.agent.name"));
      steps(depth);
      agentAtWork = outer;
    }

    /** Makes a span around what happens inside it, which knows its ID as the parent. */
    private Span span(
        @Nullable String parent,
        String name,
        Map<String, Object> attributes,
        boolean failed,
        Runnable inside) {
      String id = hexadecimal(16);
      int place = spans.size();
      long start = now;
      // Its place is kept, so that the root stays the first.
      Span open =
          new Span(
              trace, id, parent, name, resource, start, 0, "UNSET", null, null, null, attributes);
      spans.add(open);
      current = id;
      now += chance(0.1) ? 0 : random.nextInt(20_000_000);
      inside.run();
      now += chance(0.1) ? 0 : random.nextInt(50_000_000);
      String status = chance(0.2) ? "OK" : "UNSET";
      String message = null;
      String exceptionType = null;
      String exceptionMessage = null;
      if (failed) {
        switch (random.nextInt(3)) {
          case 0 -> {
            status = "ERROR";
            message = chance(0.7) ? "out of order" : null;
          }
          case 1 -> {
            exceptionType = "TimeoutError";
            exceptionMessage = chance(0.7) ? "no answer" : null;
          }
          default -> {
            status = "ERROR";
            attributes.put("error.type", "timeout");
          }
        }
      }
      Span closed =
          new Span(
              trace,
              id,
              parent,
              name,
              resource,
              start,
              now,
              status,
              message,
              exceptionType,
              exceptionMessage,
              attributes);
      spans.set(place, skewed(closed));
      current = parent;
      return closed;
    }

    private @Nullable String current;

    private Span skewed(Span span) {
      if (chance(0.01)) {
        long hour = 3_600_000_000_000L;
        return span.with(span.start() - hour, span.end() - hour);
      }
      if (chance(0.003)) {
        return span.with(0, span.end());
      }
      if (chance(0.003)) {
        return span.with(4_102_444_800_000_000_000L, 4_102_444_801_000_000_000L);
      }
      return chance(0.015) ? span.with(span.start(), 0) : span;
    }

    private void steps(int depth) {
      String parent = current;
      int count = 2 + random.nextInt(9);
      for (int i = 0; i < count && budget > 0; i++) {
        budget--;
        current = parent;
        int dice = random.nextInt(100);
        if (dice < 38) {
          chat(parent);
        } else if (dice < 76) {
          tool(parent);
        } else if (dice < 81) {
          plain(parent, "plan");
        } else if (dice < 86) {
          plain(parent, "retrieval");
        } else if (dice < 94 && depth < DEEPEST) {
          Map<String, Object> attributes = agent(depth);
          span(
              parent,
              "invoke_agent sub",
              attributes,
              chance(0.05),
              () -> work(attributes, depth + 1));
        } else {
          span(parent, "GET /", new TreeMap<>(Map.of("http.method", "GET")), false, () -> {});
        }
        now += chance(0.15) ? 0 : random.nextInt(30_000_000);
      }
      current = parent;
    }

    private void plain(@Nullable String parent, String operation) {
      Map<String, Object> attributes = new TreeMap<>();
      attributes.put("gen_ai.operation.name", operation);
      if (chance(0.2)) {
        attributes.put("recount.decision.kind", one(List.of("BRANCH", "SELF_EVALUATION")));
      }
      Span made = span(parent, operation, attributes, chance(0.05), () -> {});
      if (chance(0.3)) {
        decide(made, one(List.of("PLAN", "MEMORY")), null);
      }
    }

    private void chat(@Nullable String parent) {
      Map<String, Object> attributes = new TreeMap<>();
      attributes.put("gen_ai.operation.name", "chat");
      attributes.put(
          "gen_ai.request.model",
          one(List.of("gpt-4o", "claude-4", "anthropic/claude-sonnet-4-5")));
      if (chance(0.8)) {
        attributes.put(
            "gen_ai.response.model",
            one(
                List.of(
                    "answering-0",
                    "answering-1",
                    "gpt-4o-2024-08-06",
                    "gpt-4o-2024-05-13",
                    "claude-sonnet-4-5")));
      }
      if (chance(0.85)) {
        count(attributes);
      }
      if (chance(0.05)) {
        attributes.put("gen_ai.usage.cost", random.nextInt(100_000) / 1e7);
      }
      if (chance(0.9)) {
        String response =
            chance(0.04)
                ? "resp-shared-" + random.nextInt(Math.max(2, traces / 20))
                : "resp-" + numbers++;
        attributes.put("gen_ai.response.id", response);
        responses.add(response);
      }
      if (chance(0.1)) {
        attributes.put("recount.context.token_count", 900L + random.nextInt(200));
      }
      if (chance(0.1)) {
        attributes.put("recount.context.token_limit", 1_000L);
      }
      Map<String, Object> logged = new TreeMap<>();
      if (recordsMessages && chance(0.9)) {
        converse(attributes);
        if (logsMessages) {
          MESSAGES.forEach(name -> move(name, attributes, logged));
        }
      }
      if (chance(0.1) && !snapshots.isEmpty()) {
        attributes.put("recount.context.snapshot_id", one(snapshots));
      }
      Span made =
          span(
              parent,
              "chat",
              attributes,
              chance(0.04),
              () -> {
                String own = current;
                if (chance(0.06) && budget > 0) {
                  budget--;
                  chat(own);
                } else if (chance(0.2)) {
                  span(own, "POST /v1", new TreeMap<>(), chance(0.05), () -> {});
                }
              });
      if (!logged.isEmpty()) {
        send(new Log(trace, made.id(), made.end(), logged));
      }
      if (takesSnapshots && chance(0.5)) {
        capture(made, recordsMessages || chance(0.5) ? one(AGENTS) : null);
      }
      if (chance(0.12)) {
        decide(made, one(List.of("MODEL_CALL", "REASONING", "RESPONSE")), null);
      }
    }

    private void move(String name, Map<String, Object> from, Map<String, Object> to) {
      Object value = from.remove(name);
      if (value != null) {
        to.put(name, value);
      }
    }

    private void tool(@Nullable String parent) {
      String tool = one(TOOLS);
      Map<String, Object> attributes = new TreeMap<>();
      if (chance(0.9)) {
        attributes.put("gen_ai.operation.name", "execute_tool");
      }
      attributes.put("gen_ai.tool.name", tool);
      if (chance(0.9)) {
        String call =
            !calls.isEmpty() && chance(0.15)
                ? one(calls)
                : chance(0.4) ? "call_" + random.nextInt(3 * traces) : "call-" + numbers++;
        attributes.put("gen_ai.tool.call.id", call);
        calls.add(call);
      }
      if (chance(0.85)) {
        String argument = Integer.toString(random.nextInt(3));
        attributes.put(
            "gen_ai.tool.call.arguments",
            chance(0.3) ? "{ \"n\": " + argument + " }" : "{\"n\":" + argument + "}");
      }
      if (chance(0.8)) {
        attributes.put("gen_ai.tool.call.result", "result " + random.nextInt(9));
      }
      if (chance(0.1)) {
        attributes.put("recount.decision.rationale", "because the user asked");
        attributes.put("recount.decision.confidence", random.nextInt(10) / 10.0);
      }
      Span made =
          span(
              parent,
              "execute_tool " + tool,
              attributes,
              chance(0.12),
              () -> {
                if (chance(0.1)) {
                  Map<String, Object> inner = new TreeMap<>();
                  inner.put("gen_ai.operation.name", "execute_tool");
                  inner.put("gen_ai.tool.name", tool);
                  Object call = attributes.get("gen_ai.tool.call.id");
                  if (call != null && chance(0.7)) {
                    inner.put("gen_ai.tool.call.id", call);
                  }
                  span(current, "tools/call " + tool, inner, false, () -> {});
                }
              });
      if (chance(0.3)) {
        decide(made, "TOOL_CALL", chance(0.4) ? attributes : null);
      }
    }

    /** A span as its sender sends it: at once, or in an edition that a later one replaces. */
    private void sendSpan(Span span) {
      if (span.end() != 0 && chance(0.06)) {
        boolean unfinished = chance(0.4);
        Map<String, Object> attributes = new TreeMap<>(span.attributes());
        attributes.put("error.type", "not_yet_known");
        if (chance(0.5)) {
          attributes.remove("gen_ai.operation.name");
        }
        send(
            new Span(
                trace,
                span.id(),
                span.parent(),
                span.name() + " (draft)",
                resource,
                span.start(),
                unfinished ? 0 : Math.max(1, span.end() - 1 - random.nextInt(1_000)),
                "UNSET",
                null,
                null,
                null,
                attributes));
      }
      send(span);
    }

    /** What a model call took, in the ways in which providers count what was cached. */
    private void count(Map<String, Object> attributes) {
      long input = random.nextInt(5_000);
      long output = random.nextInt(500);
      attributes.put("gen_ai.usage.input_tokens", input);
      attributes.put("gen_ai.usage.output_tokens", output);
      long cached = 0;
      if (chance(0.3)) {
        cached = random.nextInt(2_000);
        attributes.put("gen_ai.usage.cache_read.input_tokens", cached);
      }
      if (chance(0.15)) {
        long written = random.nextInt(500);
        cached += written;
        attributes.put("gen_ai.usage.cache_creation.input_tokens", written);
      }
      if (chance(0.2)) {
        attributes.put(
            "gen_ai.usage.total_tokens", chance(0.5) ? input + output : input + output + cached);
      }
      if (chance(0.1)) {
        attributes.put("gen_ai.usage.reasoning.output_tokens", output / 2);
      }
    }

    /** Messages of a model call: the conversation so far, or what is left of it. */
    private void converse(Map<String, Object> attributes) {
      List<String> messages =
          conversations.computeIfAbsent(
              agentAtWork, agent -> new ArrayList<>(List.of(message("system", "Be brief."))));
      if (messages.size() > 3 && chance(0.25)) {
        messages.remove(chance(0.3) ? 0 : 1);
        if (chance(0.4)) {
          messages.set(1, message("user", "In short: question " + random.nextInt(9)));
        }
      }
      messages.add(message("user", "Question " + random.nextInt(9) + " für den Agenten"));
      attributes.put("gen_ai.input.messages", messages.toString());
      if (chance(0.05)) {
        attributes.put("gen_ai.conversation.compacted", "true");
      }
      if (chance(0.7)) {
        String answer = message("assistant", "Answer " + random.nextInt(9));
        attributes.put("gen_ai.output.messages", "[" + answer + "]");
        messages.add(answer);
      }
    }

    private String message(String role, String text) {
      return "{\"role\":\"%s\",\"parts\":[{\"type\":\"text\",\"content\":\"%s\"}]}"
          .formatted(role, text);
    }

    private Segment segment() {
      long tokens = random.nextInt(400);
      return new Segment(
          one(List.of("SYSTEM", "USER", "ASSISTANT", "MEMORY", "TOOL_RESULT")),
          maybe(0.6, () -> "chunk-" + random.nextInt(30)),
          chance(0.9) ? tokens : null,
          chance(0.1) ? tokens + 10 : null,
          chance(0.03),
          chance(0.3)
              ? "Grüße " + random.nextInt(9)
              : chance(0.4) ? "long ".repeat(25) + random.nextInt(9) : null);
    }

    /** The same cut short. */
    private Segment shorter(Segment segment) {
      String content = segment.content();
      Long tokens = segment.tokens();
      return new Segment(
          segment.kind(),
          segment.source(),
          tokens == null ? null : tokens / 2,
          segment.originalTokens(),
          segment.truncated(),
          content == null ? null : content.substring(0, content.length() * 4 / 5));
    }

    /** What became of an agent's window: much stays, some is cut or lost, some is new. */
    private List<Segment> windowAfter(List<Segment> before) {
      List<Segment> after = new ArrayList<>();
      boolean careful = chance(0.6);
      for (Segment segment : before) {
        if (careful || chance(0.75)) {
          after.add(chance(0.06) ? shorter(segment) : segment);
        }
        if (!careful && chance(0.15)) {
          after.add(segment());
        }
      }
      if (!careful && chance(0.2)) {
        after.add(0, new Segment("SUMMARY", null, 50L, null, false, "So far all is well."));
      }
      int more = random.nextInt(3);
      for (int i = 0; i < more; i++) {
        after.add(segment());
      }
      return after;
    }

    private void capture(@Nullable Span of, @Nullable String agent) {
      String whose = agent == null ? "" : agent;
      List<Segment> segments = windowAfter(windows.getOrDefault(whose, List.of()));
      windows.put(whose, segments);
      String id = "snap-" + numbers++;
      snapshots.add(id);
      Snapshot snapshot =
          new Snapshot(
              trace,
              id,
              of != null && chance(0.7) ? of.id() : null,
              Math.floorDiv(of == null ? now : of.start(), 1_000_000) + random.nextInt(3),
              one(List.of("MODEL_CALL", "PLAN", "MEMORY")),
              maybe(0.5, () -> (long) random.nextInt(1_100)),
              maybe(0.8, () -> 1_000L),
              segments,
              agent);
      if (chance(0.06)) {
        send(snapshot.at(snapshot.at() - 1 - random.nextInt(5_000)));
      }
      send(snapshot);
    }

    private void decide(@Nullable Span span, String kind, @Nullable Map<String, Object> byCall) {
      String id = "dec-" + numbers++;
      decisions.add(id);
      long at = Math.floorDiv(span == null ? now : span.start(), 1_000_000) + random.nextInt(5) - 2;
      Decision decision =
          new Decision(
              trace,
              id,
              byCall != null || span == null ? null : span.id(),
              at,
              kind,
              maybe(0.3, () -> "step of " + kind),
              maybe(0.7, () -> "option-" + random.nextInt(3)),
              chance(0.5)
                  ? List.of(
                      new Option("option-0", 0.5, null), new Option("option-1", null, "too dear"))
                  : List.of(),
              maybe(0.7, () -> "it is cheapest"),
              maybe(0.6, () -> random.nextInt(10) / 10.0),
              chance(0.3) ? List.of("budget", "policy") : List.of(),
              maybe(
                  0.5,
                  () ->
                      one(
                          List.of(
                              "a happy customer",
                              "Success!",
                              "refused",
                              "not failed",
                              "Refund issued",
                              "result 3"))),
              byCall == null ? null : (String) byCall.get("gen_ai.tool.call.id"),
              byCall == null ? null : (String) byCall.get("gen_ai.tool.name"),
              byCall == null || chance(0.5)
                  ? null
                  : (String) byCall.get("gen_ai.tool.call.arguments"),
              snapshots.isEmpty() || chance(0.9) ? null : one(snapshots),
              maybe(0.1, () -> "v-of-decision"));
      if (chance(0.08)) {
        send(decision.as(at - 1 - random.nextInt(3_000), "a first thought"));
      }
      send(decision);
    }

    private void judgeSomething() {
      long after = Math.floorDiv(now, 1_000_000) - 2_000;
      String span = spans.isEmpty() ? null : one(spans).id();
      int dice = random.nextInt(100);
      if (dice < 30) {
        judge(new About(trace, null, null, null, null, null, null), after);
      } else if (dice < 45) {
        judge(new About(trace, null, null, null, span, null, null), after);
      } else if (dice < 55 && !decisions.isEmpty()) {
        judge(new About(trace, null, null, null, null, one(decisions), null), after);
      } else if (dice < 60 && !snapshots.isEmpty()) {
        judge(new About(trace, null, null, null, null, null, one(snapshots)), after);
      } else if (dice < 65 && !calls.isEmpty()) {
        judge(new About(trace, null, one(calls), null, span, null, null), after);
      } else if (dice < 82 && !responses.isEmpty()) {
        judge(new About(null, one(responses), null, null, null, null, null), after);
      } else if (!calls.isEmpty()) {
        judge(new About(null, null, one(calls), null, null, null, null), after);
      } else {
        judge(new About(trace, null, null, null, span, null, null), after);
      }
    }
  }
}
