@NullMarked
package dev.recount.connectors;

import org.jspecify.annotations.NullMarked;
