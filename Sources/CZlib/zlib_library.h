// The part of zlib that Varve uses: gzip of whole messages.
#pragma once
#include <zlib.h>
