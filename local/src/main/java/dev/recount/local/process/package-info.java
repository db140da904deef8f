/** Child processes that never outlive their parent, ports, and Java runtimes on this machine. */
@NullMarked
package dev.recount.local.process;

import org.jspecify.annotations.NullMarked;
