package dev.recount.sinks.archive.format;

import dev.recount.sinks.archive.storage.ObjectStorage;
import dev.recount.sinks.archive.storage.S3MockServer;
import dev.recount.sinks.archive.storage.StorageLocation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

class S3ArchiveTest extends SnapshotArchiveContract {
  private final StorageLocation.Bucket location = S3MockServer.get().newBucket();

  @Override
  ObjectStorage open() {
    return location.open();
  }

  @Override
  void replace(String name, byte[] bytes) {
    try (S3Client client = S3MockServer.get().client()) {
      client.putObject(
          request -> request.bucket(location.bucket()).key(location.prefix() + "/" + name),
          RequestBody.fromBytes(bytes));
    }
  }
}
