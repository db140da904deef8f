/** Settings that all sinks have. */
@NullMarked
package dev.recount.sinks.config;

import org.jspecify.annotations.NullMarked;
