#include "objects/sst-file-writer.h"

#include <cstring>
#include <utility>

#include "environment.h"
#include "napi/errors.h"
#include "objects/open-options.h"
#include "objects/packed-entries.h"

namespace millrace {

namespace {

// sstOpen(path, memory, familyOptions) -> writer
napi_value SstOpen(napi_env env, napi_callback_info info) {
  Arguments<3> args(env, info);
  const RegisteredMemory* memory = args.environment().memories.Find(args.U32(1));
  if (memory == nullptr) return ThrowStaleHandle(env, "registered memory");
  auto opened = std::make_unique<SstFileWriter>();
  opened->memory = memory->view;
  const rocksdb::Options options(rocksdb::DBOptions(), ReadColumnFamilyOptions(OptionsReader(env, args[2]), nullptr, std::make_shared<TtlClock>()));
  opened->writer = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), options);
  const rocksdb::Status status = opened->writer->Open(TextOf(env, args[0]));
  if (!status.ok()) return ThrowStatus(env, status, "create the file");
  return Uint32(env, args.environment().sst_writers.Add(std::move(opened)));
}

rocksdb::Status AddEntries(rocksdb::SstFileWriter& writer, const char* bytes, int64_t length, uint32_t count) {
  int64_t at = 0;
  for (uint32_t entry = 0; entry < count; entry++) {
    uint32_t lengths[2];
    if (length - at < kEntryHeaderBytes) return rocksdb::Status::InvalidArgument("the packed entries are cut short");
    std::memcpy(lengths, bytes + at, sizeof(lengths));
    at += kEntryHeaderBytes;
    const int64_t key_bytes = lengths[0], value_bytes = lengths[1];
    if (key_bytes > length - at || value_bytes > length - at - key_bytes) return rocksdb::Status::InvalidArgument("the packed entries are cut short");
    const rocksdb::Status status = writer.Put(rocksdb::Slice(bytes + at, key_bytes), rocksdb::Slice(bytes + at + key_bytes, value_bytes));
    if (!status.ok()) return status;
    at += PackedEntryBytes(key_bytes, value_bytes) - kEntryHeaderBytes;
  }
  return rocksdb::Status::OK();
}

// sstAdd(writer, offset, length, count): packed entries, keys above all before
napi_value SstAdd(napi_env env, napi_callback_info info) {
  Arguments<4> args(env, info);
  SstFileWriter* at = args.environment().sst_writers.Find(args.U32(0));
  if (at == nullptr) return ThrowStaleHandle(env, "SST file writer");
  if (!at->memory.Contains(args.I64(1), args.I64(2))) return ThrowOutsideMemory(env);
  const rocksdb::Status status = AddEntries(*at->writer, at->memory.base + args.I64(1), args.I64(2), args.U32(3));
  if (!status.ok()) return ThrowStatus(env, status, "add to the file");
  return nullptr;
}

// sstFinish(writer) -> bytes of the file, synced; the writer is closed
napi_value SstFinish(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  std::unique_ptr<SstFileWriter> at = args.environment().sst_writers.Remove(args.U32(0));
  if (at == nullptr) return ThrowStaleHandle(env, "SST file writer");
  rocksdb::ExternalSstFileInfo file;
  const rocksdb::Status status = at->writer->Finish(&file);
  if (!status.ok()) return ThrowStatus(env, status, "finish the file");
  return Number(env, static_cast<double>(file.file_size));
}

// sstAbandon(writer): the unfinished file stays for the caller to delete
napi_value SstAbandon(napi_env env, napi_callback_info info) {
  Arguments<1> args(env, info);
  args.environment().sst_writers.Remove(args.U32(0));
  return nullptr;
}

}  // namespace

const Binding kSstFileWriterBindings[4] = {{"sstOpen", SstOpen}, {"sstAdd", SstAdd}, {"sstFinish", SstFinish}, {"sstAbandon", SstAbandon}};

}  // namespace millrace
