@NullMarked
package dev.recount.connectors.kafka;

import org.jspecify.annotations.NullMarked;
