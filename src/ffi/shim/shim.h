/*
 * Our own C between Mbed TLS and Rust.
 *
 * It hands out opaque handles and reads or writes the struct fields that Rust
 * must see, so that Rust never knows the layout of a C struct.
 */
#ifndef EMBERTLS_SHIM_H
#define EMBERTLS_SHIM_H

/* First, because the configuration also carries the symbol prefix. */
#include MBEDTLS_CONFIG_FILE

#include <stddef.h>
#include <stdint.h>

#include "contexts.h"

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/entropy.h"
#include "mbedtls/pk.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"

/* version.c */

/* The version of the compiled Mbed TLS, such as "2.16.0". Static. */
const char *ember_version(void);

/* rng.c */

/* Allocated and initialised; NULL when there is no memory. */
mbedtls_entropy_context *ember_entropy_new(void);
void ember_entropy_free(mbedtls_entropy_context *entropy);

/* Wipe what a parent process made, and free it, without touching the mutex:
 * it may be locked by a thread that does not exist in this process. */
void ember_entropy_wipe(mbedtls_entropy_context *entropy);
void ember_entropy_abandon(mbedtls_entropy_context *entropy);

/* The same for the generator. */
mbedtls_ctr_drbg_context *ember_ctr_drbg_new(void);
void ember_ctr_drbg_free(mbedtls_ctr_drbg_context *drbg);
void ember_ctr_drbg_wipe(mbedtls_ctr_drbg_context *drbg);
void ember_ctr_drbg_abandon(mbedtls_ctr_drbg_context *drbg);

/* Has the function called in each forked child; 0, or an errno. */
int ember_at_fork(void (*child)(void));

/* pk.c */

/* Allocated and initialised; NULL when there is no memory. */
mbedtls_pk_context *ember_pk_new(void);
void ember_pk_free(mbedtls_pk_context *pk);

/* Makes a fresh context an RSA private key and checks that its numbers belong
 * together: n, e, d, p, q, d mod (p-1), d mod (q-1), 1/q mod p, big-endian. */
#define EMBER_RSA_NUMBERS 8
int ember_pk_set_rsa(mbedtls_pk_context *pk,
                     const unsigned char *const *numbers,
                     const size_t *lengths);

/* Makes a fresh context an EC private key, and writes its public point,
 * computed from the secret, uncompressed. */
int ember_pk_set_ec(mbedtls_pk_context *pk, int group,
                    const unsigned char *secret, size_t secret_len,
                    int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                    unsigned char *point, size_t size, size_t *written);

/* 1 if both hold the same public key. Uses no secret. */
int ember_pk_same_public(const mbedtls_pk_context *a, const mbedtls_pk_context *b);

/* Parses a whole SubjectPublicKeyInfo; nothing may follow it. *pk is a fresh
 * context to be freed with ember_pk_free, or NULL after a failure. */
int ember_pk_public_new(const unsigned char *info, size_t len, mbedtls_pk_context **pk);

int ember_pk_is_rsa(const mbedtls_pk_context *pk);
size_t ember_pk_bits(const mbedtls_pk_context *pk);

/* The longest signature: RSA of MBEDTLS_MPI_MAX_SIZE bytes. */
#define EMBER_PK_MAX_SIGNATURE 1024

/* Signs a digest. The caller holds the lock of an RSA key: its padding is set
 * for the call. `size` must be EMBER_PK_MAX_SIGNATURE at least. */
int ember_pk_sign(mbedtls_pk_context *pk, int md, int is_pss,
                  const unsigned char *digest, size_t digest_len,
                  int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                  unsigned char *signature, size_t size, size_t *written);

/* Checks the signature of a digest with mbedtls_pk_verify_ext. The salt length
 * counts for MBEDTLS_PK_RSASSA_PSS only. 0 if it is good. */
int ember_pk_check_digest(mbedtls_pk_context *pk, int type, int md, int salt_len,
                          const unsigned char *digest, size_t digest_len,
                          const unsigned char *signature, size_t signature_len);

/* Hashes the message and checks its signature with mbedtls_pk_verify_ext. The
 * salt length counts for MBEDTLS_PK_RSASSA_PSS only. 0 if it is good. */
int ember_pk_check_signature(mbedtls_pk_context *pk, int type, int md, int salt_len,
                             const unsigned char *message, size_t message_len,
                             const unsigned char *signature, size_t signature_len);

/* prf.c */

/* Fills `out` from the master secret by the suite's pseudo-random function;
 * the label is the front of the seed. */
int ember_ssl_export(const mbedtls_ssl_context *ssl, const unsigned char *seed, size_t seed_len,
                     unsigned char *out, size_t out_len);
int ember_ssl_master_secret(const mbedtls_ssl_context *ssl, unsigned char master[48]);

/* ssl.c: sessions; each function is described where it is defined */

mbedtls_ssl_config *ember_ssl_config_new(void);
void ember_ssl_config_free(mbedtls_ssl_config *conf);
mbedtls_ssl_config *ember_ssl_config_copy(const mbedtls_ssl_config *conf);
void ember_ssl_config_copy_free(mbedtls_ssl_config *copy);
mbedtls_ssl_context *ember_ssl_new(void);
void ember_ssl_free(mbedtls_ssl_context *ssl);
int ember_ssl_state(const mbedtls_ssl_context *ssl);
int ember_ssl_is_encrypting(const mbedtls_ssl_context *ssl);
int ember_ssl_ciphersuite(const mbedtls_ssl_context *ssl);
void ember_ssl_request_certificate(mbedtls_ssl_context *ssl);
void ember_ssl_keep_both_transcripts(mbedtls_ssl_context *ssl);
void ember_ssl_config_copy_forget_authorities(mbedtls_ssl_config *copy);
void ember_ssl_config_copy_withdraw_certificate(mbedtls_ssl_config *copy);
int ember_ssl_place_message(mbedtls_ssl_context *ssl, const unsigned char *message, size_t len);
int ember_ssl_hash_message(mbedtls_ssl_context *ssl, const unsigned char *message, size_t len);
int ember_ssl_hash_in_place_of_next(mbedtls_ssl_context *ssl, const unsigned char *message, size_t len);
int ember_ssl_next_finished(mbedtls_ssl_context *ssl, int of_client, unsigned char verify_data[12]);
const mbedtls_x509_crt *ember_ssl_own_certificate(const mbedtls_ssl_context *ssl);
int ember_ssl_peer_curve_is_allowed(const mbedtls_ssl_context *ssl);
int ember_ssl_read_record(mbedtls_ssl_context *ssl);
int ember_ssl_is_opened(const mbedtls_ssl_context *ssl, int code);
unsigned char ember_ssl_alert_level(const mbedtls_ssl_context *ssl);
void ember_ssl_discard_record(mbedtls_ssl_context *ssl);
void ember_ssl_begin_data(mbedtls_ssl_context *ssl);
void ember_ssl_consume_data(mbedtls_ssl_context *ssl, size_t len);
const unsigned char *ember_ssl_record_content(const mbedtls_ssl_context *ssl, size_t *len);
const unsigned char *ember_ssl_pending_output(const mbedtls_ssl_context *ssl, size_t *len);
int ember_ssl_stage_data(mbedtls_ssl_context *ssl, size_t staged, const unsigned char *buf, size_t len);
int ember_ssl_seal_data(mbedtls_ssl_context *ssl, size_t staged);
int ember_ssl_seal_alert(mbedtls_ssl_context *ssl, unsigned char level, unsigned char description);
int ember_ssl_is_fragment(const mbedtls_ssl_context *ssl, int code);
int ember_ssl_has_more_messages(const mbedtls_ssl_context *ssl);
int ember_ssl_has_data(const mbedtls_ssl_context *ssl);

/* psk.c: pre-shared keys; each function is described where it is defined */

void ember_ssl_config_expect_psk(mbedtls_ssl_config *conf);
int ember_ssl_put_psk(mbedtls_ssl_context *ssl, const unsigned char *key, size_t len);

/* buffers.c: the record buffers of a session that is idle */

/* Gives both back, wiped, and returns 1; or does nothing and returns 0 where
 * something in them is still needed. */
int ember_ssl_release_buffers(mbedtls_ssl_context *ssl);

/* Takes both again. Without them nothing may be read, sealed or sent. */
int ember_ssl_take_buffers(mbedtls_ssl_context *ssl);

/* input.c: records opened where the transport has put them */

/* Room for records, NULL while the buffers are given back. */
unsigned char *ember_ssl_input(mbedtls_ssl_context *ssl, size_t *capacity);

/* What is read next begins `at` bytes behind the front of that room, and `len`
 * bytes of it are there. No data and no message may wait to be consumed. */
int ember_ssl_place_record(mbedtls_ssl_context *ssl, size_t at, size_t len);

/* signing.c: signatures made in Rust; each function is described where it is defined */

void ember_ssl_sign_with(mbedtls_ssl_context *ssl, int is_rsa, int hash, uint16_t scheme);
const unsigned char *ember_ssl_digest_to_sign(const mbedtls_ssl_context *ssl, size_t *len);
int ember_ssl_put_signature(mbedtls_ssl_context *ssl, const unsigned char *signature, size_t len);
int ember_ssl_owes_certificate_verify(const mbedtls_ssl_context *ssl);
int ember_ssl_keep_transcripts(mbedtls_ssl_context *ssl);
int ember_ssl_transcript(const mbedtls_ssl_context *ssl, int hash, unsigned char *digest);
int ember_ssl_write_certificate_verify(mbedtls_ssl_context *ssl, uint16_t scheme,
                                       const unsigned char *signature, size_t len);

/* resumption.c; each function is described where it is defined */

int ember_ssl_offer_session(mbedtls_ssl_context *ssl, int suite, const unsigned char master[48],
                            const unsigned char *id, size_t id_len, const unsigned char *ticket, size_t ticket_len);
int ember_ssl_resume_session(mbedtls_ssl_context *ssl, int suite, const unsigned char master[48]);
int ember_ssl_is_resuming(const mbedtls_ssl_context *ssl);
int ember_ssl_chose_psk(const mbedtls_ssl_context *ssl);
void ember_ssl_give_session_id(mbedtls_ssl_context *ssl);
void ember_ssl_announce_ticket(mbedtls_ssl_context *ssl);
int ember_ssl_owes_ticket(const mbedtls_ssl_context *ssl);
int ember_ssl_write_ticket(mbedtls_ssl_context *ssl, uint32_t lifetime, const unsigned char *ticket, size_t len);
int ember_ssl_max_fragment_code(const mbedtls_ssl_context *ssl);

/* seal.c */

int ember_hmac_sha256(const unsigned char *key, size_t key_len, const unsigned char *data, size_t len,
                      unsigned char out[32]);

/* AES-256-GCM in place. Opening wipes the text where the tag does not fit. */
int ember_seal(const unsigned char key[32], const unsigned char nonce[12], const unsigned char *aad, size_t aad_len,
               unsigned char *text, size_t len, unsigned char tag[16]);
int ember_open(const unsigned char key[32], const unsigned char nonce[12], const unsigned char *aad, size_t aad_len,
               unsigned char *text, size_t len, const unsigned char tag[16]);

/* legacy.c: suites for old peers; each function is described where it is defined */

void ember_ssl_expect_premaster_version(mbedtls_ssl_context *ssl, uint16_t version);
int ember_ssl_decrypt_premaster(mbedtls_ssl_context *ssl, mbedtls_pk_context *key);
void ember_ssl_conf_encrypt_then_mac(mbedtls_ssl_config *conf, int on);
const unsigned char *ember_ssl_encrypted_premaster(const mbedtls_ssl_context *ssl, size_t *len);
int ember_ssl_put_premaster(mbedtls_ssl_context *ssl, const unsigned char premaster[48], int code);
int ember_ssl_encrypts_premaster(const mbedtls_ssl_context *ssl);
int ember_ssl_pads_records(const mbedtls_ssl_context *ssl);

/* ../alt/peer_key.c, which is compiled with the feature `accel` */

/* Checks the signature of a digest: 0 where it is good. */
typedef int ember_verify(const void *key, int md, const unsigned char *digest, size_t digest_len,
                         const unsigned char *signature, size_t signature_len);
typedef void ember_drop(void *key);

/* After the peer's certificate: takes the key, which is dropped with the
 * certificate, and returns 1; or leaves it, and returns 0. */
int ember_ssl_replace_peer_key(mbedtls_ssl_context *ssl, void *key, ember_verify *verify, ember_drop *drop);

/* x509.c */

/* A list of certificates that is still empty; NULL when there is no memory.
 * Freeing it frees the whole list. */
mbedtls_x509_crt *ember_x509_crt_new(void);
void ember_x509_crt_free(mbedtls_x509_crt *list);

/* Parses a copy of one certificate and puts it at the end of the list. After
 * a failure the list is as it was. */
int ember_x509_crt_add(mbedtls_x509_crt *list, const unsigned char *der, size_t len);

/* Puts something at the end of the list of which only the subject is known, for
 * a list that is sent and never verified with. The name is copied. */
int ember_x509_name_add(mbedtls_x509_crt *list, const unsigned char *name, size_t len);

/* The public key inside the certificate. */
const mbedtls_pk_context *ember_x509_crt_pk(const mbedtls_x509_crt *crt);

/* The longest chain that the library builds: leaf, intermediates, root. */
#define EMBER_X509_MAX_CHAIN (MBEDTLS_X509_MAX_INTERMEDIATE_CA + 2)

/* Builds and judges the chain of the first presented certificate, for tests
 * that compare. flags has room for EMBER_X509_MAX_CHAIN; flags[0] are the rules
 * that this certificate breaks; *count says how many there are. When the result
 * is neither 0 nor MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, no chain was built. */
int ember_x509_verify(mbedtls_x509_crt *presented, mbedtls_x509_crt *trusted,
                      uint32_t *flags, size_t *count);

/* The digest of a message by a MBEDTLS_MD_* hash, as long as that hash is. */
int ember_digest(int md, const unsigned char *data, size_t len, unsigned char *digest);
/* Checks the signature as the library's own chain code does, by the fields that
 * it parsed itself; for tests that compare. 0 if it is good. */
int ember_x509_check_signature(const mbedtls_x509_crt *child, mbedtls_x509_crt *issuer);

int ember_sha256(const unsigned char *data, size_t len, unsigned char digest[32]);

#endif /* EMBERTLS_SHIM_H */
