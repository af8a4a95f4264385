// A target needs a source of its own; the others are made at build time.
#include "varve_messages.h"
