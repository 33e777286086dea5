// hot path. Packed write batches: many puts, deletes, merges and range deletes over several column families, written by
// one call as a whole or not at all. Layout (little-endian, also in write-batch-buffer.ts, which writes it):
//
//   uint32 magic 0x3142574d ("MWB1") | uint32 operation count | operations
//   operation: uint32 kind | family index << 8 ; uint32 key length ; uint32 value length ; key ; value ; zeros up to 4 bytes
//   kind: 1 put, 2 delete (no value), 3 merge, 4 delete range (key is its begin, value its end, excluded)
#pragma once

#include "napi/arguments.h"

namespace millrace {

extern const Binding kPackedWriteBindings[2];

}  // namespace millrace
