// The part of libcrypto that Varve uses. SHA-256 goes through the low-level calls: they keep the
// state in the caller's memory and cost 40 % less than a reused EVP context on short inputs.
// OpenSSL 3 marks them deprecated in favour of EVP, hence the macro.
#pragma once
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
