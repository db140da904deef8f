@NullMarked
package dev.recount.connectors.importing;

import org.jspecify.annotations.NullMarked;
