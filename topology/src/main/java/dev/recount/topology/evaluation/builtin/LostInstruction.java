package dev.recount.topology.evaluation.builtin;

import dev.recount.avro.SegmentKind;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Evaluator;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Parameters;
import dev.recount.topology.evaluation.Subject;
import dev.recount.topology.evaluation.TraceView;
import dev.recount.topology.evaluation.Verdict;
import dev.recount.topology.evaluation.WindowView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An instruction or constraint that was in a context window and is not in the next one of the same
 * conversation. One that was reworded, or replaced under the same source, is not lost; one that was
 * cut short is. A window that shares nothing of the conversation with the one before is another
 * prompt of the same agent and is not compared.
 */
public final class LostInstruction implements Evaluator {
  /** Which share of its words an instruction must have kept to count as reworded. */
  private static final double REWORDED = 0.5;

  private final Names sources;

  /** With the defaults. */
  public LostInstruction() {
    this(new Names(List.of("*instruction*", "*constraint*", "*policy*", "*guardrail*")));
  }

  private LostInstruction(Names sources) {
    this.sources = sources;
  }

  @Override
  public String id() {
    return "lost_instruction";
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public Subject judges() {
    return Subject.DECISION;
  }

  @Override
  public Evaluator configure(Parameters parameters) {
    List<String> named = parameters.texts("sources", List.of());
    return named.isEmpty() ? this : new LostInstruction(new Names(named));
  }

  /**
   * The instructions of a window.
   *
   * @param byKey by what they are recognised by
   * @param cutShort keys of those that are one of the window before cut short
   * @param continues whether the window goes on with the conversation of the one before
   */
  private record Instructions(
      Map<String, WindowView.Segment> byKey, Set<String> cutShort, boolean continues) {}

  @Override
  public List<Verdict> evaluate(TraceView trace, Budget budget) {
    Findings findings = new Findings(id());
    Map<String, String> lost = new HashMap<>();
    Map<String, Instructions> byWindow = new HashMap<>();
    Map<String, Instructions> lastOfAgent = new HashMap<>();
    for (WindowView window : trace.windows()) {
      Instructions now = instructions(window);
      Instructions before = lastOfAgent.put(window.agent(), now);
      byWindow.put(window.id(), now);
      if (before != null && window.baseId() != null && now.continues()) {
        findings.apply();
        String what = lost(before, now, budget);
        if (what != null) {
          lost.put(window.id(), what);
        }
      }
    }
    Set<String> told = new HashSet<>();
    for (DecisionView decision : trace.decisions()) {
      String snapshot = decision.snapshotId();
      String what = snapshot == null ? null : lost.get(snapshot);
      if (snapshot != null && what != null && told.add(snapshot)) {
        findings.fault(decision, 0, "lost", what, List.of(snapshot));
      }
    }
    lost.forEach(
        (snapshot, what) -> {
          if (!told.contains(snapshot)) {
            findings.faultTrace(0, "lost", what, List.of(snapshot));
          }
        });
    return findings.verdicts();
  }

  private Instructions instructions(WindowView window) {
    Map<String, WindowView.Segment> byKey = new HashMap<>();
    Set<String> cutShort = new HashSet<>();
    Set<Integer> added = new HashSet<>(window.added());
    boolean continues = window.compacted();
    for (int i = 0; i < window.size(); i++) {
      WindowView.Segment segment = window.segment(i);
      String source = segment.source();
      if (segment.kind() == SegmentKind.SYSTEM || (source != null && sources.match(source))) {
        String key = Objects.requireNonNullElse(segment.contentSha256(), "source " + source);
        byKey.put(key, segment);
        if (window.isCutShort(i)) {
          cutShort.add(key);
        }
      } else {
        continues |= !added.contains(i);
      }
    }
    return new Instructions(byKey, cutShort, continues);
  }

  /** What became of an instruction; null when all are there. */
  private static @Nullable String lost(Instructions before, Instructions now, Budget budget) {
    List<WindowView.Segment> added = new ArrayList<>();
    now.byKey()
        .forEach(
            (key, segment) -> {
              if (!before.byKey().containsKey(key)) {
                added.add(segment);
              }
            });
    for (Map.Entry<String, WindowView.Segment> entry : ordered(before)) {
      if (!now.byKey().containsKey(entry.getKey())) {
        budget.charge(1 + added.size());
        if (added.stream().noneMatch(segment -> replaces(segment, entry.getValue()))) {
          return "An instruction that was in the window before is gone" + beginning(entry);
        }
      }
    }
    for (String key : now.cutShort()) {
      if (!before.byKey().containsKey(key)) {
        return "An instruction was cut short";
      }
    }
    return null;
  }

  /** In an order that follows from the content, so that of several the same one is told. */
  private static List<Map.Entry<String, WindowView.Segment>> ordered(Instructions instructions) {
    return instructions.byKey().entrySet().stream().sorted(Map.Entry.comparingByKey()).toList();
  }

  private static boolean replaces(WindowView.Segment segment, WindowView.Segment gone) {
    if (segment.source() != null && Objects.equals(segment.source(), gone.source())) {
      return true;
    }
    String text = segment.content();
    String before = gone.content();
    return text != null
        && before != null
        && Words.similarity(Words.of(text), Words.of(before)) >= REWORDED;
  }

  private static String beginning(Map.Entry<String, WindowView.Segment> entry) {
    String content = entry.getValue().content();
    return content == null ? "" : ": " + Shown.beginning(content);
  }
}
