/** The evaluators that come with Recount. */
@NullMarked
package dev.recount.topology.evaluation.builtin;

import org.jspecify.annotations.NullMarked;
