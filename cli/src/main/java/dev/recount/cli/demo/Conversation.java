package dev.recount.cli.demo;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.SegmentKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an agent has in its context window, from step to step. It grows by what tools answer; when
 * the window gets full, older parts are cut short or summed up, and in the end the instructions
 * fall out. Texts are as long as the tokens that they are counted as.
 */
final class Conversation {
  /** Share of the window from which on parts of it are cut. */
  private static final double CROWDED = 0.9;

  /** Of English text, by rule of thumb. */
  private static final int CHARACTERS_PER_TOKEN = 4;

  private static final String CUT = "\n[cut]";

  private final Profile profile;
  private final String key;
  private final List<Part> parts = new ArrayList<>();

  /** What has come since the last window, and has no final length yet. */
  private final List<Part> fresh = new ArrayList<>();

  private int calls;

  /**
   * A conversation.
   *
   * @param key tells it from others
   * @param request what the agent is asked to do
   */
  Conversation(Profile profile, String key, String request) {
    this.profile = profile;
    this.key = key;
    String prompt = profile.promptName() + "@" + profile.promptVersion();
    parts.add(new Part(SegmentKind.SYSTEM, prompt, Prompts.instructions(profile)));
    parts.add(new Part(SegmentKind.USER, "request", request));
    // The catalogue, handbook or library that the agent always has the beginning of.
    retrieve(1);
  }

  /** Puts chunks of the memory index into the window, in the place of those that were there. */
  void retrieve(int chunks) {
    parts.removeIf(part -> part.kind == SegmentKind.MEMORY);
    fresh.clear();
    for (int i = 1; i <= chunks; i++) {
      Part chunk = new Part(SegmentKind.MEMORY, chunkId(profile, i), "");
      chunk.score = chunkScore(i);
      parts.add(chunk);
      fresh.add(chunk);
    }
  }

  /** A tool was called, and answered. */
  void call(String tool, String arguments, String answer) {
    String source = "call-" + ++calls;
    parts.add(new Part(SegmentKind.ASSISTANT, source, tool + "(" + arguments + ")"));
    Part result = new Part(SegmentKind.TOOL_RESULT, source, answer);
    result.topic = tool;
    parts.add(result);
    fresh.add(result);
  }

  /**
   * The window that the model is asked with next.
   *
   * @param utilization share of the window that is taken up; more where it holds so much already
   */
  List<ContextSegment> window(double utilization) {
    boolean crowded = utilization >= CROWDED;
    if (utilization > 1) {
      // What does not fit falls out at the old end, and that is where the instructions are.
      parts.removeIf(part -> part.kind == SegmentKind.SYSTEM);
    } else if (crowded) {
      makeRoom();
    }
    if (fresh.isEmpty()) {
      Part thoughts = new Part(SegmentKind.ASSISTANT, "thoughts", "");
      parts.add(thoughts);
      fresh.add(thoughts);
    }
    fill(Math.round(profile.contextLimit() * utilization), crowded);
    return parts.stream().map(Part::segment).toList();
  }

  /** Sums up what earlier calls brought; where there is nothing of that kind, cuts memories. */
  private void makeRoom() {
    List<Part> earlier =
        parts.stream()
            .filter(part -> part.source.startsWith("call-"))
            .filter(part -> !part.source.equals("call-" + calls))
            .toList();
    if (earlier.isEmpty()) {
      parts.stream().filter(part -> part.kind == SegmentKind.MEMORY).forEach(Part::cut);
      return;
    }
    String summary =
        "So far: "
            + String.join(
                "; ",
                earlier.stream().map(part -> part.text.lines().findFirst().orElse("")).toList());
    int place = parts.indexOf(earlier.get(0));
    parts.removeAll(earlier);
    parts.add(place, new Part(SegmentKind.SUMMARY, "summary", summary));
  }

  /** Gives what is new the length that fills the window. */
  private void fill(long tokens, boolean crowded) {
    for (int i = 0; i < fresh.size(); i++) {
      long held = parts.stream().mapToLong(Part::tokens).sum();
      long missing = (tokens - held) / (fresh.size() - i);
      Part part = fresh.get(i);
      if (missing > 0) {
        part.grow((int) missing * CHARACTERS_PER_TOKEN);
        if (crowded && part.kind == SegmentKind.TOOL_RESULT) {
          part.markAsCut(2 * part.tokens());
        }
      }
    }
    fresh.clear();
  }

  /** The ID of a retrieved chunk. */
  static String chunkId(Profile profile, int rank) {
    return profile.memoryIndexVersion() + "#" + rank;
  }

  /** How well a retrieved chunk fits. */
  static double chunkScore(int rank) {
    return Math.round(100 * (0.95 - 0.07 * rank)) / 100.0;
  }

  /** A segment of the window while it may still change. */
  private final class Part {
    private final SegmentKind kind;
    private final String source;
    private String topic;
    private String text;
    private @Nullable Double score;
    private long originalTokens;

    Part(SegmentKind kind, String source, String text) {
      this.kind = kind;
      this.source = source;
      this.text = text;
      this.topic = kind == SegmentKind.MEMORY ? source.substring(0, source.indexOf('-')) : source;
    }

    long tokens() {
      return (text.length() + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN;
    }

    void grow(int characters) {
      String seed = kind == SegmentKind.MEMORY ? source : key + source;
      String beginning = text.isEmpty() ? "" : text + "\n";
      int length = (int) tokens() * CHARACTERS_PER_TOKEN + characters;
      text = beginning + Passages.of(topic, seed, length - beginning.length());
    }

    void cut() {
      long whole = tokens();
      text = text.substring(0, text.length() / 3);
      markAsCut(whole);
    }

    /** What is gone is said where it is missing, as harnesses do for the model. */
    void markAsCut(long whole) {
      text = text.substring(0, Math.max(0, text.length() - CUT.length())) + CUT;
      originalTokens = whole;
    }

    ContextSegment segment() {
      return ContextSegment.newBuilder()
          .setKind(kind)
          .setSource(source)
          .setContent(text)
          .setTokenCount(tokens())
          .setScore(score)
          .setTruncated(originalTokens > 0)
          .setOriginalTokenCount(originalTokens > 0 ? originalTokens : tokens())
          .build();
    }
  }
}
