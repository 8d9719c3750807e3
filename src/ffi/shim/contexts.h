/*
 * Sizes of the contexts whose functions are in Rust, in words of 64 bits. Rust
 * checks at compile time that what it keeps there fits.
 */
#ifndef EMBERTLS_CONTEXTS_H
#define EMBERTLS_CONTEXTS_H

#include <stddef.h>
#include <stdint.h>

#define EMBER_AES_WORDS 31
#define EMBER_CHACHAPOLY_WORDS 73
#define EMBER_GCM_WORDS 78
#define EMBER_SHA256_WORDS 14
#define EMBER_SHA512_WORDS 27

#endif
