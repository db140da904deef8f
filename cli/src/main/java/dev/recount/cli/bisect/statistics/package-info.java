/**
 * Which version change explains that a measure changed: plain statistics, values in and values out.
 */
@NullMarked
package dev.recount.cli.bisect.statistics;

import org.jspecify.annotations.NullMarked;
