/**
 * Tells people of alerts: a Kafka Connect sink that passes them on to an Alertmanager or a webhook.
 */
@NullMarked
package dev.recount.sinks.alert;

import org.jspecify.annotations.NullMarked;
