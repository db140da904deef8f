package dev.recount.topology.evaluation.builtin;

import dev.recount.topology.evaluation.Memory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a policy knows of the decisions before the one that it judges. */
interface Past {
  /**
   * Takes note of a decision that the policy speaks of.
   *
   * @return how many there have been, this one included
   */
  long count(String decision);

  /** Takes note of a decision that others have to agree with in some key. */
  void note(Kind kind, List<String> key, String decision);

  /** The first decision of a key, other than the one that asks; null when there is none. */
  @Nullable String find(Kind kind, List<String> key, String asking);

  /** What a decision before is there for. */
  enum Kind {
    REQUIRED,
    FORBIDDING
  }

  /** Of a trace whose decisions are all there, in causal order, each of them once. */
  final class Seen implements Past {
    private final Map<Kind, Map<List<String>, String>> noted = new HashMap<>();
    private final Set<String> counted = new HashSet<>();

    @Override
    public long count(String decision) {
      counted.add(decision);
      return counted.size();
    }

    @Override
    public void note(Kind kind, List<String> key, String decision) {
      noted.computeIfAbsent(kind, none -> new HashMap<>()).putIfAbsent(key, decision);
    }

    @Override
    public @Nullable String find(Kind kind, List<String> key, String asking) {
      String found = noted.getOrDefault(kind, Map.of()).get(key);
      return asking.equals(found) ? null : found;
    }
  }

  /** Of a trace whose events come one by one, perhaps several of one decision. */
  final class Remembered implements Past {
    private static final String COUNT = "count";

    private final Memory memory;
    private final String policy;

    Remembered(Memory memory, String policy) {
      this.memory = memory;
      this.policy = policy;
    }

    @Override
    public long count(String decision) {
      String known = memory.recall(name(COUNT, List.of(decision)));
      if (known != null) {
        return Long.parseLong(known);
      }
      String before = memory.recall(name(COUNT, List.of()));
      String count = Long.toString(before == null ? 1 : Long.parseLong(before) + 1);
      memory.remember(name(COUNT, List.of()), count);
      memory.remember(name(COUNT, List.of(decision)), count);
      return Long.parseLong(count);
    }

    @Override
    public void note(Kind kind, List<String> key, String decision) {
      String name = name(kind.name(), key);
      if (memory.recall(name) == null) {
        memory.remember(name, decision);
      }
    }

    @Override
    public @Nullable String find(Kind kind, List<String> key, String asking) {
      String found = memory.recall(name(kind.name(), key));
      return asking.equals(found) ? null : found;
    }

    /** A length before each part keeps ("ab", "c") and ("a", "bc") apart. */
    private String name(String what, List<String> key) {
      StringBuilder name = new StringBuilder(policy).append('/').append(what);
      key.forEach(part -> name.append('/').append(part.length()).append(':').append(part));
      return name.toString();
    }
  }
}
