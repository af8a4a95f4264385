// The part of liblz4 that Varve uses: one-shot calls on blocks.
#pragma once
#include <lz4.h>
