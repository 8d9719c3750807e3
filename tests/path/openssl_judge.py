"""Lets the OpenSSL that Python has loaded judge chains of certificates.

Each line of the file that is given holds a host name and certificates in
base64: the trusted one, then what a server shows, its own first. Each line of
the output holds OpenSSL's error code (0: good), the depth, and its words.
"""

import _ssl
import base64
import ctypes
import sys
from ctypes import c_char_p, c_int, c_long, c_size_t, c_uint, c_ulong, c_void_p

# The handle of the module finds what the module itself is linked with.
crypto = ctypes.CDLL(_ssl.__file__)


def function(name, result, *arguments):
    found = getattr(crypto, name)
    found.restype = result
    found.argtypes = arguments
    return found


d2i_x509 = function("d2i_X509", c_void_p, c_void_p, ctypes.POINTER(c_void_p), c_long)
x509_free = function("X509_free", None, c_void_p)
stack_new = function("OPENSSL_sk_new_null", c_void_p)
stack_push = function("OPENSSL_sk_push", c_int, c_void_p, c_void_p)
stack_free = function("OPENSSL_sk_free", None, c_void_p)
store_new = function("X509_STORE_new", c_void_p)
store_add = function("X509_STORE_add_cert", c_int, c_void_p, c_void_p)
store_free = function("X509_STORE_free", None, c_void_p)
context_new = function("X509_STORE_CTX_new", c_void_p)
context_init = function("X509_STORE_CTX_init", c_int, c_void_p, c_void_p, c_void_p, c_void_p)
context_default = function("X509_STORE_CTX_set_default", c_int, c_void_p, c_char_p)
context_param = function("X509_STORE_CTX_get0_param", c_void_p, c_void_p)
context_error = function("X509_STORE_CTX_get_error", c_int, c_void_p)
context_depth = function("X509_STORE_CTX_get_error_depth", c_int, c_void_p)
context_free = function("X509_STORE_CTX_free", None, c_void_p)
set_flags = function("X509_VERIFY_PARAM_set_flags", c_int, c_void_p, c_ulong)
set_level = function("X509_VERIFY_PARAM_set_auth_level", None, c_void_p, c_int)
set_host_flags = function("X509_VERIFY_PARAM_set_hostflags", None, c_void_p, c_uint)
set_host = function("X509_VERIFY_PARAM_set1_host", c_int, c_void_p, c_char_p, c_size_t)
verify = function("X509_verify_cert", c_int, c_void_p)
describe = function("X509_verify_cert_error_string", c_char_p, c_long)
clear_errors = function("ERR_clear_error", None)

POLICY_CHECK = 0x80
# Whatever is trusted ends a chain, as it does in Mbed TLS.
PARTIAL_CHAIN = 0x80000
# Whole labels only, and never the common name.
HOST_FLAGS = 0x4 | 0x20
# 112 bits: RSA of 2048 bits, no SHA-1.
LEVEL = 2
UNREADABLE = -1


def read(der):
    """The certificate, if all of it is one."""
    buffer = ctypes.create_string_buffer(der, len(der))
    start = ctypes.addressof(buffer)
    at = c_void_p(start)
    certificate = d2i_x509(None, ctypes.byref(at), len(der))
    if certificate and at.value != start + len(der):
        x509_free(certificate)
        return None
    return certificate


def judge(host, root, leaf, others):
    store, untrusted, context = store_new(), stack_new(), context_new()
    store_add(store, root)
    for other in others:
        stack_push(untrusted, other)
    context_init(context, store, leaf, untrusted)
    context_default(context, b"ssl_server")
    param = context_param(context)
    set_flags(param, POLICY_CHECK | PARTIAL_CHAIN)
    set_level(param, LEVEL)
    set_host_flags(param, HOST_FLAGS)
    set_host(param, host, len(host))
    verify(context)
    result = context_error(context), context_depth(context)
    context_free(context)
    stack_free(untrusted)
    store_free(store)
    return result


for line in open(sys.argv[1]):
    host, *encoded = line.split()
    root, leaf, *others = (read(base64.b64decode(text)) for text in encoded)
    others = [other for other in others if other]
    if root and leaf:
        code, depth = judge(host.encode(), root, leaf, others)
        print(code, depth, describe(code).decode())
    else:
        print(UNREADABLE, 0, "cannot be read")
    for certificate in filter(None, [root, leaf, *others]):
        x509_free(certificate)
    clear_errors()
