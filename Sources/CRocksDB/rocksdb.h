// RocksDB's C interface, the only one that Varve uses.
#pragma once
#include <rocksdb/c.h>
