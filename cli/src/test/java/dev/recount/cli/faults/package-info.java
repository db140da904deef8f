/**
 * Nothing is lost, whatever fails: every process of a pipeline is failed in turn while telemetry
 * flows, and what is in ClickHouse afterwards is held against what was sent.
 */
@NullMarked
package dev.recount.cli.faults;

import org.jspecify.annotations.NullMarked;
