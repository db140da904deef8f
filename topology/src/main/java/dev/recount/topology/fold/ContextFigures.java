package dev.recount.topology.fold;

import dev.recount.avro.DecisionKind;
import dev.recount.topology.model.ModelTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How full the window of a decision was, where nothing states it outright: a model call reports the
 * tokens that it read, the table of models knows the limit, and what a call asked for was decided
 * in its window.
 */
final class ContextFigures {
  private ContextFigures() {}

  /** Fills in what is not stated; parents come before the decisions that they led to. */
  static void complete(List<DecisionDraft> inOrder, ModelTable models) {
    for (DecisionDraft draft : inOrder) {
      DecisionDraft parent = draft.parent;
      if (draft.kind == DecisionKind.MODEL_CALL) {
        draft.contextTokens = either(draft.contextTokens, draft.tokens.input());
        draft.contextLimit =
            either(
                draft.contextLimit,
                either(
                    models.contextLimit(draft.versions.getResponseModel()),
                    models.contextLimit(draft.versions.getModel())));
      } else if (parent != null && parent.kind == DecisionKind.MODEL_CALL) {
        draft.contextTokens = either(draft.contextTokens, parent.contextTokens);
        draft.contextLimit = either(draft.contextLimit, parent.contextLimit);
      }
    }
  }

  private static @Nullable Long either(@Nullable Long stated, @Nullable Long otherwise) {
    return stated != null ? stated : otherwise;
  }
}
