/** Confidence intervals: values in, values out. */
@NullMarked
package dev.recount.web.statistics;

import org.jspecify.annotations.NullMarked;
