package dev.recount.connectors.feedback;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with one event.
 *
 * @param index position of the event in the request, from 0; -1 when the request as a whole is
 *     wrong
 * @param field name of the field; null when the event as a whole is wrong
 * @param message what is wrong and what would be right
 */
public record FeedbackError(int index, @Nullable String field, String message) {}
