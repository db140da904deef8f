package dev.recount.topology.assembly;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.Filter;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * One block cache and one budget of write buffers for all stores of the process, index and filter
 * blocks included: without it every store of every partition has its own, and memory grows with
 * their number.
 */
public final class BoundedRocksDb implements RocksDBConfigSetter {
  private static final long CACHE_BYTES = 128L << 20;
  private static final long WRITE_BUFFER_BYTES = 64L << 20;
  private static final long ONE_WRITE_BUFFER_BYTES = 16L << 20;
  private static final int BLOOM_BITS_PER_KEY = 10;

  /** Few threads read; a shard must have room for the largest block many times over. */
  private static final int CACHE_SHARD_BITS = 3;

  /** Share of the cache that keeps index and filter blocks before blocks of data. */
  private static final double HIGH_PRIORITY_SHARE = 0.3;

  /** A partition of an index or a filter. */
  private static final int METADATA_BLOCK_BYTES = 16 << 10;

  /** What a store's list of its files takes on disk to begin with; RocksDB would take 4 MB. */
  private static final long MANIFEST_BYTES = 64 << 10;

  static {
    RocksDB.loadLibrary();
  }

  // They live as long as the process: closing them with the first store would take them from
  // others.
  private static final Cache CACHE =
      new LRUCache(CACHE_BYTES, CACHE_SHARD_BITS, false, HIGH_PRIORITY_SHARE);
  private static final WriteBufferManager WRITE_BUFFERS =
      new WriteBufferManager(WRITE_BUFFER_BYTES, CACHE);
  private static final Filter BLOOM = new BloomFilter(BLOOM_BITS_PER_KEY);

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    // Compaction makes files of hundreds of megabytes, whose index and filter are megabytes each:
    // in
    // one block they would be larger than a shard of the cache, and read again with every look-up.
    table.setIndexType(IndexType.kTwoLevelIndexSearch);
    table.setPartitionFilters(true);
    table.setMetadataBlockSize(METADATA_BLOCK_BYTES);
    table.setPinTopLevelIndexAndFilter(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinL0FilterAndIndexBlocksInCache(true);
    // Most look-ups ask for an event that is not there yet: the filter answers without a read.
    table.setFilterPolicy(BLOOM);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(WRITE_BUFFERS);
    options.setWriteBufferSize(ONE_WRITE_BUFFER_BYTES);
    options.setCompressionType(CompressionType.LZ4_COMPRESSION);
    options.setManifestPreallocationSize(MANIFEST_BYTES);
  }

  @Override
  public void close(String storeName, Options options) {
    // Nothing of this store alone was opened here.
  }
}
