@NullMarked
package dev.recount.benchmarks;

import org.jspecify.annotations.NullMarked;
