package dev.recount.connectors.importing;

import dev.recount.avro.Versions;
import java.util.Collection;

/**
 * What all runs of an import share.
 *
 * @param tools names of all tools of the file
 * @param toolDefinitions the same as {@code gen_ai.tool.definitions}
 * @param toolSchemaVersion a short hash of the definitions
 */
record RunContext(
    RunFormat format,
    ImportOptions options,
    Collection<String> tools,
    String toolDefinitions,
    String toolSchemaVersion,
    TokenCounter tokens) {
  static RunContext of(RunFormat format, ImportOptions options, Collection<String> tools) {
    String definitions = GenAiMessages.toolDefinitions(tools);
    return new RunContext(
        format, options, tools, definitions, RunIds.version(definitions), new TokenCounter());
  }

  Versions versions(String promptVersion) {
    ImportOptions.Identity identity = options.identity();
    return Versions.newBuilder()
        .setAgentName(identity.agentName())
        .setAgentVersion(identity.agentVersion())
        .setModel(identity.model())
        .setResponseModel(identity.model())
        .setPromptName(identity.promptName())
        .setPromptVersion(promptVersion)
        .setToolSchemaVersion(toolSchemaVersion)
        .build();
  }
}
