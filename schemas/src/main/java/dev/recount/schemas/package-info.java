/**
 * What crosses a boundary: the topic catalogue, the Avro codecs over the schema registry, and how
 * to reach both.
 *
 * <p>The records themselves are generated from {@code src/main/avro} into {@code dev.recount.avro}.
 */
@NullMarked
package dev.recount.schemas;

import org.jspecify.annotations.NullMarked;
