/** A schema registry as a child process, behind the paths every Confluent client expects. */
@NullMarked
package dev.recount.local.registry;

import org.jspecify.annotations.NullMarked;
