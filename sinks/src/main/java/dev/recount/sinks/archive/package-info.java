/** The snapshot archive: what models saw, kept for good in a folder or an object store. */
@NullMarked
package dev.recount.sinks.archive;

import org.jspecify.annotations.NullMarked;
