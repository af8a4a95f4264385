#include "cvarve.h"
