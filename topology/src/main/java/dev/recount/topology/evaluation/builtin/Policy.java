package dev.recount.topology.evaluation.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.recount.topology.evaluation.Budget;
import dev.recount.topology.evaluation.DecisionView;
import dev.recount.topology.evaluation.Findings;
import dev.recount.topology.evaluation.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One rule: which decisions it speaks of, and what must be true of them.
 *
 * @param name also the name of its verdicts, behind the evaluator's
 * @param subject the decisions that it speaks of
 * @param forbidden whether there must be none of them
 * @param atMost how many there may be in a trace
 * @param before what must have come before each of them; null when nothing must
 * @param never what must not have come before them; null when there is nothing
 * @param message what to say of a violation; null for a sentence of Recount's own
 */
record Policy(
    String name,
    DecisionPattern subject,
    boolean forbidden,
    int atMost,
    @Nullable Precedent before,
    @Nullable Precedent never,
    @Nullable String message) {

  /**
   * Something that came earlier in the trace.
   *
   * @param pattern which decisions
   * @param same arguments in which it must agree with the decision that it comes before
   * @param succeeded whether only one that succeeded counts
   */
  record Precedent(DecisionPattern pattern, List<String> same, boolean succeeded) {
    static @Nullable Precedent read(@Nullable Parameters parameters, boolean succeeded) {
      if (parameters == null) {
        return null;
      }
      Precedent precedent =
          new Precedent(
              DecisionPattern.read(parameters),
              parameters.texts("same", List.of()),
              parameters.flag("succeeded", succeeded));
      parameters.refuseUnknown();
      return precedent;
    }

    /** What a decision has to agree in; null when it does not say all of it. */
    private @Nullable List<String> key(ParsedDecision decision, Budget budget) {
      List<String> key = new ArrayList<>(same.size());
      if (same.isEmpty()) {
        return key;
      }
      JsonNode arguments = decision.arguments(budget);
      for (String path : same) {
        String value = Condition.value(arguments, path);
        if (value == null) {
          return null;
        }
        key.add(value);
      }
      return key;
    }
  }

  /** Reads a rule. */
  static Policy read(Parameters parameters) {
    String name = parameters.required("name");
    if (!name.matches("[a-z][a-z0-9_]{0,63}")) {
      throw parameters.malformed(
          "name",
          "'" + name + "' is no name for a policy",
          "use up to 64 lower-case letters, digits and underscores, a letter first");
    }
    Policy policy =
        new Policy(
            name,
            DecisionPattern.read(parameters),
            parameters.flag("forbidden", false),
            parameters.whole("at_most", Integer.MAX_VALUE, 0, Integer.MAX_VALUE),
            Precedent.read(parameters.section("requires_before"), true),
            Precedent.read(parameters.section("never_after"), false),
            parameters.text("message"));
    parameters.refuseUnknown();
    if (!policy.forbidden()
        && policy.atMost() == Integer.MAX_VALUE
        && policy.before() == null
        && policy.never() == null) {
      throw parameters.malformed(
          "name",
          "policy '" + name + "' asks for nothing",
          "give forbidden, at_most, requires_before or never_after");
    }
    return policy;
  }

  /** What may have come before, as far as the rule asks for it. */
  Stream<Precedent> precedents() {
    return Stream.of(before, never).filter(Objects::nonNull);
  }

  /** Judges the decisions of a trace, one after the other. */
  final class Course {
    private final Findings findings;
    private final Past past;

    Course(String evaluator, Past past) {
      this.findings = new Findings(evaluator + "." + name);
      this.past = past;
    }

    Findings findings() {
      return findings;
    }

    void take(ParsedDecision decision, Budget budget) {
      if (subject.matches(decision, budget)) {
        findings.apply();
        judge(decision, budget);
      }
      note(decision, budget);
    }

    private void judge(ParsedDecision parsed, Budget budget) {
      DecisionView decision = parsed.decision();
      long seen = atMost == Integer.MAX_VALUE ? 0 : past.count(decision.id());
      if (forbidden) {
        fault(decision, "forbidden", what(decision) + " is forbidden", List.of());
      } else if (seen > atMost) {
        fault(
            decision,
            "too_often",
            what(decision) + " for the " + seen + ". time, and at most " + atMost + " are allowed",
            List.of());
      } else if (before != null && found(Past.Kind.REQUIRED, before, parsed, budget) == null) {
        fault(
            decision,
            "requirement_missing",
            what(decision) + " without what it requires before it",
            List.of());
      } else if (never != null) {
        String earlier = found(Past.Kind.FORBIDDING, never, parsed, budget);
        if (earlier != null) {
          fault(
              decision,
              "forbidden_after",
              what(decision) + " after what forbids it",
              List.of(earlier));
        }
      }
    }

    private @Nullable String found(
        Past.Kind kind, Precedent precedent, ParsedDecision decision, Budget budget) {
      List<String> key = precedent.key(decision, budget);
      return key == null ? null : past.find(kind, key, decision.decision().id());
    }

    /** A decision that is its own precedent comes before later ones only. */
    private void note(ParsedDecision decision, Budget budget) {
      note(Past.Kind.REQUIRED, before, decision, budget);
      note(Past.Kind.FORBIDDING, never, decision, budget);
    }

    private void note(
        Past.Kind kind, @Nullable Precedent precedent, ParsedDecision decision, Budget budget) {
      if (precedent != null && counts(precedent, decision, budget)) {
        List<String> key = precedent.key(decision, budget);
        if (key != null) {
          past.note(kind, key, decision.decision().id());
        }
      }
    }

    private static boolean counts(Precedent precedent, ParsedDecision decision, Budget budget) {
      return (!precedent.succeeded() || !decision.decision().failed())
          && precedent.pattern().matches(decision, budget);
    }

    private void fault(DecisionView decision, String label, String why, List<String> because) {
      findings.fault(decision, 0, label, message == null ? why : message, because);
    }

    private static String what(DecisionView decision) {
      String tool = decision.toolName() != null ? decision.toolName() : decision.name();
      return tool == null ? decision.kind().name() : tool;
    }
  }
}
