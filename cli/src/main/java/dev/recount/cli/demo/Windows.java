package dev.recount.cli.demo;

import dev.recount.avro.ContextSegment;
import dev.recount.avro.SegmentKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What fills a context window. */
final class Windows {
  /** Share of the window from which on parts of it are cut. */
  private static final double CROWDED = 0.9;

  private Windows() {}

  /** Retrieved documents, as the retrieval conventions write them. */
  static String documents(Profile profile, int chunks) {
    List<String> documents = new ArrayList<>();
    for (int i = 1; i <= chunks; i++) {
      documents.add(
          String.format(
              Locale.ROOT,
              "{\"id\":\"%s#%d\",\"score\":%.2f}",
              profile.memoryIndexVersion(),
              i,
              0.95 - 0.07 * i));
    }
    return "[" + String.join(",", documents) + "]";
  }

  /**
   * The segments of a window.
   *
   * @param tokens tokens in the whole window
   * @param utilization share of the window that they take up
   */
  static List<ContextSegment> segments(Profile profile, long tokens, double utilization) {
    boolean crowded = utilization >= CROWDED;
    boolean overfull = utilization > 1;
    // What does not fit falls out at the old end, and that is where the instructions are.
    long system = overfull ? 0 : tokens / 10;
    long user = tokens / 5;
    long memory = tokens / 5;
    long tools = tokens - system - user - memory;
    List<ContextSegment> segments = new ArrayList<>();
    if (!overfull) {
      String prompt = profile.promptName() + "@" + profile.promptVersion();
      segments.add(segment(SegmentKind.SYSTEM, prompt, system).build());
    }
    segments.add(segment(SegmentKind.USER, "request", user).build());
    segments.add(
        segment(SegmentKind.MEMORY, profile.memoryIndexVersion() + "#1", memory)
            .setScore(0.88)
            .setTruncated(crowded)
            .setOriginalTokenCount(crowded ? memory * 3 : memory)
            .build());
    segments.add(
        segment(SegmentKind.TOOL_RESULT, "call-1", tools)
            .setTruncated(crowded)
            .setOriginalTokenCount(crowded ? tools * 2 : tools)
            .build());
    return segments;
  }

  private static ContextSegment.Builder segment(SegmentKind kind, String source, long tokens) {
    return ContextSegment.newBuilder()
        .setKind(kind)
        .setSource(source)
        .setTokenCount(tokens)
        // The same from step to step, so that what is gone from a window is really gone.
        .setContent("(" + kind.name().toLowerCase(Locale.ROOT) + " " + source + ")");
  }
}
