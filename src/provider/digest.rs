//! Digests of whole messages.

use aws_lc_sys as aws;

/// A hash that something is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// A digest of up to 64 bytes.
pub(crate) struct Digest {
    bytes: [u8; 64],
    len: usize,
}

impl Hash {
    pub(crate) fn digest(self, message: &[u8]) -> Digest {
        let mut bytes = [0; 64];
        let (from, to) = (message.as_ptr(), bytes.as_mut_ptr());
        // SAFETY: reads as many bytes as it is told, and writes no more than 64.
        unsafe {
            match self {
                Self::Sha1 => aws::SHA1(from, message.len(), to),
                Self::Sha224 => aws::SHA224(from, message.len(), to),
                Self::Sha256 => aws::SHA256(from, message.len(), to),
                Self::Sha384 => aws::SHA384(from, message.len(), to),
                Self::Sha512 => aws::SHA512(from, message.len(), to),
            };
        }
        Digest {
            bytes,
            len: self.len(),
        }
    }

    /// Bytes of a digest.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(super) fn nid(self) -> i32 {
        match self {
            Self::Sha1 => aws::NID_sha1,
            Self::Sha224 => aws::NID_sha224,
            Self::Sha256 => aws::NID_sha256,
            Self::Sha384 => aws::NID_sha384,
            Self::Sha512 => aws::NID_sha512,
        }
    }

    pub(super) fn md(self) -> *const aws::EVP_MD {
        // SAFETY: the functions return what is static.
        unsafe {
            match self {
                Self::Sha1 => aws::EVP_sha1(),
                Self::Sha224 => aws::EVP_sha224(),
                Self::Sha256 => aws::EVP_sha256(),
                Self::Sha384 => aws::EVP_sha384(),
                Self::Sha512 => aws::EVP_sha512(),
            }
        }
    }
}

impl Digest {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
