package dev.recount.connectors.importing;

/**
 * A call that a model asked for.
 *
 * @param id the model's identifier of the call; may repeat, within a run too
 * @param arguments as the model wrote them, usually JSON
 */
public record RecordedToolCall(String id, String name, String arguments) {}
