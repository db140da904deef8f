/**
 * Whom to wake: rules over windows of what settled traces, decisions and evaluations say. The
 * engine is plain code; {@link dev.recount.topology.alerting.RowObserver} and {@link
 * dev.recount.topology.alerting.AlertEvaluator} feed it.
 */
@NullMarked
package dev.recount.topology.alerting;

import org.jspecify.annotations.NullMarked;
