/**
 * Evaluators that judge a trace as the stream folds it: what they are given, what they answer, and
 * what it may cost. They are deterministic: the same events give the same verdicts, whatever the
 * order in which they arrived.
 */
@NullMarked
package dev.recount.topology.evaluation;

import org.jspecify.annotations.NullMarked;
