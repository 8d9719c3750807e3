//! The curves of NIST: their names, points and scalars.

use core::ptr::NonNull;

use aws_lc_sys as aws;

use super::aead::forget_errors;

/// A curve that aws-lc computes with in constant time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

/// The most bytes of a scalar or a coordinate.
pub(crate) const MAX_COORDINATE: usize = 66;
/// The most bytes of a point: a mark and two coordinates.
pub(crate) const MAX_POINT: usize = 1 + 2 * MAX_COORDINATE;
/// What an uncompressed point begins with (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 4;

impl Curve {
    /// Bytes of a coordinate, and of a scalar.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub(super) fn nid(self) -> i32 {
        match self {
            Self::P256 => aws::NID_X9_62_prime256v1,
            Self::P384 => aws::NID_secp384r1,
            Self::P521 => aws::NID_secp521r1,
        }
    }

    fn group(self) -> *const aws::EC_GROUP {
        // SAFETY: the functions return what is static.
        unsafe {
            match self {
                Self::P256 => aws::EC_group_p256(),
                Self::P384 => aws::EC_group_p384(),
                Self::P521 => aws::EC_group_p521(),
            }
        }
    }
}

/// A number, wiped when it is dropped.
pub(super) struct Number(NonNull<aws::BIGNUM>);

impl Number {
    /// A number in bytes, the most significant first.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        // SAFETY: reads as many bytes as it is told; what it returns is ours.
        let number = unsafe { aws::BN_bin2bn(bytes.as_ptr(), bytes.len(), core::ptr::null_mut()) };
        NonNull::new(number).map(Self)
    }

    pub(super) fn as_ptr(&self) -> *mut aws::BIGNUM {
        self.0.as_ptr()
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: ours, freed once.
        unsafe { aws::BN_clear_free(self.0.as_ptr()) }
    }
}

/// A secret scalar, from 1 to the order of its curve less 1.
pub(crate) struct Scalar {
    curve: Curve,
    number: Number,
}

/// A point on its curve other than the one at infinity.
pub(crate) struct Point {
    curve: Curve,
    point: NonNull<aws::EC_POINT>,
}

impl Scalar {
    /// Takes as many bytes as the curve has; `None` if it is out of range or
    /// memory ran out.
    pub(crate) fn read(curve: Curve, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != curve.len() {
            return None;
        }
        let number = Number::read(bytes)?;
        // SAFETY: both numbers are alive. Whether a secret is in range may show: one that is not serves nobody.
        let is_good = unsafe {
            let order = aws::EC_GROUP_get0_order(curve.group());
            aws::BN_is_zero(number.as_ptr()) == 0 && aws::BN_cmp(number.as_ptr(), order) < 0
        };
        is_good.then_some(Self { curve, number })
    }

    /// The public point that belongs to it.
    pub(crate) fn public(&self) -> Option<Point> {
        let result = Point::new(self.curve)?;
        // SAFETY: everything is alive and of one curve.
        let code = unsafe {
            let (null, scalar) = (core::ptr::null(), self.number.as_ptr());
            aws::EC_POINT_mul(
                self.curve.group(),
                result.as_ptr(),
                scalar,
                null,
                core::ptr::null(),
                core::ptr::null_mut(),
            )
        };
        result.if_computed(code)
    }

    /// Times a point of the same curve.
    pub(crate) fn times(&self, point: &Point) -> Option<Point> {
        if point.curve != self.curve {
            return None;
        }
        let result = Point::new(self.curve)?;
        // SAFETY: everything is alive and of one curve.
        let code = unsafe {
            aws::EC_POINT_mul(
                self.curve.group(),
                result.as_ptr(),
                core::ptr::null(),
                point.as_ptr(),
                self.number.as_ptr(),
                core::ptr::null_mut(),
            )
        };
        result.if_computed(code)
    }

    pub(super) fn number(&self) -> &Number {
        &self.number
    }
}

impl Point {
    fn new(curve: Curve) -> Option<Self> {
        // SAFETY: what it returns is ours.
        let point = NonNull::new(unsafe { aws::EC_POINT_new(curve.group()) })?;
        Some(Self { curve, point })
    }

    /// Reads an uncompressed point; `None` if it is not on the curve or memory
    /// ran out.
    pub(crate) fn read(curve: Curve, bytes: &[u8]) -> Option<Self> {
        if bytes.first() != Some(&UNCOMPRESSED) || bytes.len() != 1 + 2 * curve.len() {
            return None;
        }
        let point = Self::new(curve)?;
        // SAFETY: reads as many bytes as it is told.
        let code = unsafe {
            aws::EC_POINT_oct2point(
                curve.group(),
                point.as_ptr(),
                bytes.as_ptr(),
                bytes.len(),
                core::ptr::null_mut(),
            )
        };
        point.if_computed(code)
    }

    /// Writes it uncompressed to the front of `out`: how many bytes.
    pub(crate) fn write(&self, out: &mut [u8; MAX_POINT]) -> Option<usize> {
        // SAFETY: writes no more than there is room.
        let len = unsafe {
            aws::EC_POINT_point2oct(
                self.curve.group(),
                self.as_ptr(),
                aws::point_conversion_form_t::POINT_CONVERSION_UNCOMPRESSED,
                out.as_mut_ptr(),
                out.len(),
                core::ptr::null_mut(),
            )
        };
        (len == 1 + 2 * self.curve.len()).then_some(len)
    }

    pub(super) fn as_ptr(&self) -> *mut aws::EC_POINT {
        self.point.as_ptr()
    }

    /// The result of a computation with this code, unless it failed or gave
    /// the point at infinity.
    fn if_computed(self, code: i32) -> Option<Self> {
        if code != 1 {
            forget_errors();
            return None;
        }
        // SAFETY: both are alive and of one curve.
        let is_infinity =
            unsafe { aws::EC_POINT_is_at_infinity(self.curve.group(), self.as_ptr()) };
        (is_infinity == 0).then_some(self)
    }
}

impl Drop for Point {
    fn drop(&mut self) {
        // SAFETY: ours, freed once. It may hold a shared secret.
        unsafe { aws::EC_POINT_clear_free(self.point.as_ptr()) }
    }
}
