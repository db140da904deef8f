package dev.recount.connectors.importing;

import dev.recount.avro.Versions;
import java.util.Collection;

/**
 * What all runs of an import share.
 *
 * @param tools names of all tools of the file
 */
record RunContext(
    RunFormat format, ImportOptions options, Collection<String> tools, TokenCounter tokens) {
  String toolDefinitions() {
    return GenAiMessages.toolDefinitions(tools);
  }

  String toolSchemaVersion() {
    return RunIds.version(toolDefinitions());
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
        .setToolSchemaVersion(toolSchemaVersion())
        .build();
  }
}
