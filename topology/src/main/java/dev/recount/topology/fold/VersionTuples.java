package dev.recount.topology.fold;

import dev.recount.avro.Versions;
import dev.recount.topology.convention.Fact;
import dev.recount.topology.convention.Frameworks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Versions, wherever they are stated, as one tuple. */
final class VersionTuples {
  private VersionTuples() {}

  /** The versions that hold at a span. The answering model is the span's own. */
  static Versions at(SpanNode node) {
    Versions versions = new Versions();
    versions.setAgentName(node.inherited(Fact.AGENT_NAME));
    versions.setAgentVersion(node.inherited(Fact.AGENT_VERSION));
    versions.setModel(node.inherited(Fact.MODEL));
    versions.setResponseModel(node.own(Fact.RESPONSE_MODEL));
    versions.setPromptName(node.inherited(Fact.PROMPT_NAME));
    versions.setPromptVersion(node.inherited(Fact.PROMPT_VERSION));
    versions.setToolSchemaVersion(node.inherited(Fact.TOOL_SCHEMA_VERSION));
    versions.setMemoryIndexVersion(node.inherited(Fact.MEMORY_INDEX_VERSION));
    String framework = node.inherited(Fact.FRAMEWORK);
    versions.setFramework(
        framework != null ? framework : Frameworks.ofScope(node.span.getScopeName()));
    versions.setFrameworkVersion(
        framework != null ? node.inherited(Fact.FRAMEWORK_VERSION) : node.span.getScopeVersion());
    versions.setRelease(node.inherited(Fact.RELEASE));
    return versions;
  }

  /** The first tuple where it speaks, else the second. */
  static Versions overlay(Versions first, Versions second) {
    Versions merged = new Versions();
    merged.setAgentName(either(first.getAgentName(), second.getAgentName()));
    merged.setAgentVersion(either(first.getAgentVersion(), second.getAgentVersion()));
    merged.setModel(either(first.getModel(), second.getModel()));
    merged.setResponseModel(either(first.getResponseModel(), second.getResponseModel()));
    merged.setPromptName(either(first.getPromptName(), second.getPromptName()));
    merged.setPromptVersion(either(first.getPromptVersion(), second.getPromptVersion()));
    merged.setToolSchemaVersion(
        either(first.getToolSchemaVersion(), second.getToolSchemaVersion()));
    merged.setMemoryIndexVersion(
        either(first.getMemoryIndexVersion(), second.getMemoryIndexVersion()));
    merged.setFramework(either(first.getFramework(), second.getFramework()));
    merged.setFrameworkVersion(either(first.getFrameworkVersion(), second.getFrameworkVersion()));
    merged.setRelease(either(first.getRelease(), second.getRelease()));
    return merged;
  }

  /**
   * Tool definitions that nobody gave a version are hashed where they are, on a model call. The
   * hash holds for what else its agent did, and where the agent has none, for the trace.
   */
  static void spreadToolSchema(List<DecisionDraft> inOrder) {
    Map<String, String> byAgent = new HashMap<>();
    String first = null;
    for (DecisionDraft draft : inOrder) {
      String version = draft.versions.getToolSchemaVersion();
      if (version != null) {
        byAgent.putIfAbsent(draft.agent(), version);
        first = first == null ? version : first;
      }
    }
    for (DecisionDraft draft : inOrder) {
      if (draft.versions.getToolSchemaVersion() == null) {
        draft.versions.setToolSchemaVersion(byAgent.getOrDefault(draft.agent(), first));
      }
    }
  }

  private static @Nullable String either(@Nullable String first, @Nullable String second) {
    return first != null ? first : second;
  }
}
