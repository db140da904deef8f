/**
 * From the events of one trace to its rows: values in, values out, whatever the order of arrival.
 */
@NullMarked
package dev.recount.topology.fold;

import org.jspecify.annotations.NullMarked;
