/** What the archive's objects are called and hold, and how a trace is read back from them. */
@NullMarked
package dev.recount.sinks.archive.format;

import org.jspecify.annotations.NullMarked;
