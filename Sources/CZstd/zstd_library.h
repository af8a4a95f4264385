// The part of libzstd that Varve uses: one-shot calls with a context kept for writing, and bounded reading.
#pragma once
#include <zstd.h>
