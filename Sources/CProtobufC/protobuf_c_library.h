// The runtime of protobuf-c: packing, unpacking, and the descriptors that generated code is made of.
#pragma once
#include <protobuf-c/protobuf-c.h>
