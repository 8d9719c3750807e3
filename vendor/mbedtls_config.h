/*
 * What embertls compiles of Mbed TLS 2.16.
 *
 * What is not named here does not exist in the library: leaving something out
 * is the strongest treatment of a flaw in it. What is left out, and which flaws
 * go with it, is in SECURITY.md, under "Not compiled".
 *
 * A small program turns more off: build/compile.rs defines EMBERTLS_WITHOUT_X
 * for each feature x of `full` in Cargo.toml that is not asked for.
 */
#ifndef EMBERTLS_MBEDTLS_CONFIG_H
#define EMBERTLS_MBEDTLS_CONFIG_H

/* --- Platform ----------------------------------------------------------- */

#define MBEDTLS_PLATFORM_C
#define MBEDTLS_HAVE_ASM

/* A machine without an operating system may have no time(). Nothing here needs
 * it: with it, the first four bytes of a hello's random are the time. */
#if !defined(EMBERTLS_NO_STD)
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_HAVE_TIME_DATE
#endif

/* RSA blinding writes to the key context: a key shared by threads needs the
 * library's own lock around it. build/compile.rs defines it where Rust's
 * cfg(unix) holds: what Rust locks itself where C does not, it tells by that. */
#if defined(EMBERTLS_THREADS)
#define MBEDTLS_THREADING_C
#define MBEDTLS_THREADING_PTHREAD
#endif

/* --- Random numbers ----------------------------------------------------- */

#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_ENTROPY_C

/* The only entropy sources are Rust's (src/rng/entropy.rs), added at run time. The
 * library's own goes through buffered stdio on some systems and leaves seed
 * bytes in freed heap. */
#define MBEDTLS_NO_PLATFORM_ENTROPY

/* --- Arithmetic ----------------------------------------------------------- */

/* With the feature `accel` these are functions of src/ffi/hooks, and what the
 * library has of its own is not compiled. */
#if defined(EMBERTLS_ACCEL)
#define MBEDTLS_AES_ALT
#define MBEDTLS_CHACHAPOLY_ALT
#define MBEDTLS_ECDH_COMPUTE_SHARED_ALT
#define MBEDTLS_ECDH_GEN_PUBLIC_ALT
#define MBEDTLS_GCM_ALT
#define MBEDTLS_SHA256_ALT
#define MBEDTLS_SHA512_ALT
#else
#define MBEDTLS_AESNI_C
/* Without it the tables are made by whichever thread sets the first key, without
 * a lock: a data race between the first two. */
#define MBEDTLS_AES_ROM_TABLES
#endif

/* --- Protocol ----------------------------------------------------------- */

#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#if !defined(EMBERTLS_WITHOUT_SERVER)
#define MBEDTLS_SSL_SRV_C
#endif
#define MBEDTLS_SSL_PROTO_TLS1_2

#if !defined(EMBERTLS_WITHOUT_CERTIFICATES)
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#endif
#if !defined(EMBERTLS_WITHOUT_RSA)
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#endif
#if !defined(EMBERTLS_WITHOUT_PSK)
#define MBEDTLS_KEY_EXCHANGE_PSK_ENABLED
#if !defined(EMBERTLS_WITHOUT_ECDHE)
#define MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED
#endif
#endif
#define MBEDTLS_PSK_MAX_LEN 64 /* RFC 4279, section 5.3 */

#define MBEDTLS_SSL_ALL_ALERT_MESSAGES
#define MBEDTLS_SSL_ALPN
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_MAX_FRAGMENT_LENGTH
#define MBEDTLS_SSL_SESSION_TICKETS
#if !defined(EMBERTLS_WITHOUT_CERTIFICATES)
#define MBEDTLS_SSL_ASYNC_PRIVATE /* servers sign in Rust */
#define MBEDTLS_SSL_SERVER_NAME_INDICATION
#endif

#define MBEDTLS_SSL_MAX_CONTENT_LEN 16384

/* --- For old peers ------------------------------------------------------ */

/* The feature legacy-suites: no forward secrecy (RSA), or a MAC that leaves the
 * padding alone (CBC). Only for suites that the configuration names. */
#if defined(EMBERTLS_LEGACY_SUITES)
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_KEY_EXCHANGE_RSA_ENABLED
#define MBEDTLS_SSL_ENCRYPT_THEN_MAC
#endif

/* --- Ciphers and hashes: AEAD only --------------------------------------- */

#define MBEDTLS_AES_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_GCM_C
#if !defined(EMBERTLS_WITHOUT_CCM)
#define MBEDTLS_CCM_C
#endif
#if !defined(EMBERTLS_WITHOUT_CHACHA20)
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_CHACHAPOLY_C
#define MBEDTLS_POLY1305_C
#endif

#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#if !defined(EMBERTLS_WITHOUT_SHA384)
#define MBEDTLS_SHA512_C
#endif

/* SHA-1 is never accepted. It is here so that a chain signed with it is
 * refused by that name, not as an unknown algorithm. */
#if !defined(EMBERTLS_WITHOUT_RSA)
#define MBEDTLS_SHA1_C
#endif

/* --- Public keys --------------------------------------------------------- */

#if !defined(EMBERTLS_WITHOUT_RSA)
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#endif

#if !defined(EMBERTLS_WITHOUT_ECDHE)
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#if !defined(EMBERTLS_WITHOUT_CURVES)
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#endif
#endif

/* With the optimisation on, a group's table of points is written on first
 * use without a lock: a data race on a key that two threads share. */
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0

/* --- Certificates -------------------------------------------------------- */

#if !defined(EMBERTLS_WITHOUT_CERTIFICATES)
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C /* ECDSA signatures are DER */
#define MBEDTLS_ECDSA_C
#define MBEDTLS_OID_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
/* The engine judges no chain. Which critical extensions are understood is
 * decided in Rust, where they are honoured too. */
#define MBEDTLS_X509_ALLOW_UNSUPPORTED_CRITICAL_EXTENSION
#define MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE
#define MBEDTLS_X509_CHECK_KEY_USAGE
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_USE_C
#if !defined(EMBERTLS_WITHOUT_RSA)
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#endif
#endif

/* --- Telling the user ---------------------------------------------------- */

/* With the feature `log` or `tracing`. Levels above 2 print keys and plaintext:
 * the Rust side never asks for them. */
#if defined(EMBERTLS_LOGGING)
#define MBEDTLS_DEBUG_C
#endif
#define MBEDTLS_ERROR_C
#define MBEDTLS_VERSION_C

#include "mbedtls/check_config.h"

#endif /* EMBERTLS_MBEDTLS_CONFIG_H */
