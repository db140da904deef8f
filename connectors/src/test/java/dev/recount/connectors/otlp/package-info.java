@NullMarked
package dev.recount.connectors.otlp;

import org.jspecify.annotations.NullMarked;
