package dev.recount.topology.convention;

/**
 * A tool that was offered to a model.
 *
 * @param name name of the tool
 * @param canonicalJson description, name and parameters as JSON with keys in order, whichever
 *     convention tells them
 */
public record ToolDefinition(String name, String canonicalJson) {}
