@NullMarked
package dev.recount.connectors.feedback;

import org.jspecify.annotations.NullMarked;
