package dev.recount.topology.assembly;

import dev.recount.topology.TopologyCodecs;
import dev.recount.topology.TopologySettings;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What the parts of one assembler work with.
 *
 * @param headers what is known of traces
 * @param links what is known of aliases, feedback and calls, each under its key
 * @param entries the events of traces
 * @param notes what is noted beside the events
 * @param folding which of them are folded where they are too many
 * @param emissions what has been emitted
 * @param lastRows the last rows of traces over their cap
 * @param anchors what is left of expired traces
 */
record AssemblyParts(
    KeyValueStore<Bytes, byte[]> headers,
    KeyValueStore<Bytes, byte[]> links,
    Entries entries,
    TraceNotes notes,
    FoldingOrder folding,
    Timers timers,
    Emissions emissions,
    LastRows lastRows,
    Anchors anchors,
    Outputs outputs,
    TopologyCodecs codecs,
    TopologySettings settings) {}
