/** Where the archive's objects are kept, each written once: a folder, or a store that speaks S3. */
@NullMarked
package dev.recount.sinks.archive.storage;

import org.jspecify.annotations.NullMarked;
