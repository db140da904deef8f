/** What is known of models from tables: prices and context limits. */
@NullMarked
package dev.recount.topology.model;

import org.jspecify.annotations.NullMarked;
