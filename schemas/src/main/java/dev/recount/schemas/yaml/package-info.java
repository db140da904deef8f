/** Files of rules in YAML: a mistake is told with its line and column, and with what to write. */
@NullMarked
package dev.recount.schemas.yaml;

import org.jspecify.annotations.NullMarked;
