// The types of the store's messages, by name. protoc-c makes them from the .proto files beside; Swift
// sees their descriptors only, and reaches the fields of a message through those.
#pragma once
#include <protobuf-c/protobuf-c.h>

// The type that generated code calls GENERATED__descriptor, under a name of ours.
#define VARVE_MESSAGE(NAME, GENERATED)                              \
    extern const ProtobufCMessageDescriptor GENERATED##__descriptor; \
    static inline const ProtobufCMessageDescriptor *varve_message_##NAME(void) { \
        return &GENERATED##__descriptor;                            \
    }

VARVE_MESSAGE(put_request, log__ingest__v1__put_request)
VARVE_MESSAGE(put_response, log__ingest__v1__put_response)
VARVE_MESSAGE(delete_request, log__ingest__v1__delete_request)
VARVE_MESSAGE(delete_response, log__ingest__v1__delete_response)
VARVE_MESSAGE(get_request, store__query__v1__get_request)
VARVE_MESSAGE(get_response, store__query__v1__get_response)
VARVE_MESSAGE(get_many_request, store__query__v1__get_many_request)
VARVE_MESSAGE(get_many_frame, store__query__v1__get_many_frame)
VARVE_MESSAGE(range_request, store__query__v1__range_request)
VARVE_MESSAGE(range_frame, store__query__v1__range_frame)
VARVE_MESSAGE(reduce_request, store__query__v1__reduce_request)
VARVE_MESSAGE(reduce_response, store__query__v1__reduce_response)
VARVE_MESSAGE(query_detail, store__query__v1__detail)
VARVE_MESSAGE(subscribe_request, log__stream__v1__subscribe_request)
VARVE_MESSAGE(subscribe_response, log__stream__v1__subscribe_response)
VARVE_MESSAGE(batch_request, log__stream__v1__get_request)
VARVE_MESSAGE(batch_response, log__stream__v1__get_response)
VARVE_MESSAGE(set_retention_request, log__retention__v1__set_retention_request)
VARVE_MESSAGE(set_retention_response, log__retention__v1__set_retention_response)
VARVE_MESSAGE(prune_request, store__prune__v1__prune_request)
VARVE_MESSAGE(prune_response, store__prune__v1__prune_response)
VARVE_MESSAGE(error_info, google__rpc__error_info)
VARVE_MESSAGE(retry_info, google__rpc__retry_info)
VARVE_MESSAGE(bad_request, google__rpc__bad_request)

#undef VARVE_MESSAGE
