//! GF(2^8) as pairs over GF(2^4), and the tables of sixteen that the S-box comes down to.
//!
//! AES inverts in GF(2^8), whose elements are bytes modulo `x^8 + x^4 + x^3 + x + 1`. Its subfield of sixteen
//! elements is `GF(2)[x] / (x^4 + x + 1)`, embedded by a root of that polynomial. With a byte `z` outside of
//! it, whose square is `z + c` for a `c` in it, each byte is `i z + j (z + 1)` for two nibbles. The tower's
//! byte has `i` in its upper half and `k = i + j` in its lower one.
//!
//! The inverse, by its norm `N = i j + c k^2`, is `(j z + i (z + 1)) / N`. Hamburg's formulas reach it by
//! inversions of nibbles alone, with `a = 1 / c`:
//!
//! ```text
//! u = 1 / (1 / (1/i + a/k) + j) = (k + a i) / (a N)     of the inverse: i' = c u + (c + 1) t
//! t = 1 / (1 / (1/j + a/k) + i) = (k + a j) / (a N)                     k' = u + t
//! ```
//!
//! They hold for zeros too, if `1 / 0` is [`INFINITY`]: it stays infinite when a nibble is added to it, and its
//! own inverse is zero. The two infinities of a zero byte cancel, and its inverse comes out as zero.
//!
//! Source: M. Hamburg, "Accelerating AES with Vector Permute Instructions", CHES 2009. The bases are ours: the
//! smallest bytes that will do, found by the compiler.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "the compiler computes all of this, and refuses what would overflow or panic"
)]

use crate::lanes::{Block, Lanes};

/// What is no nibble: a look-up gives zero there.
const INFINITY: u8 = 0x80;

/// A linear map of two nibbles: the sum of what two tables give.
pub(super) struct Map {
    of_upper: Lanes,
    of_lower: Lanes,
}

impl Map {
    /// Takes a byte's upper and lower nibbles, or `1 / u` and `1 / t`.
    #[inline(always)]
    pub(super) fn of(&self, upper: Lanes, lower: Lanes) -> Lanes {
        self.of_upper.look_up(upper) ^ self.of_lower.look_up(lower)
    }
}

/// `1 / n`.
pub(super) const INVERSE: Lanes = Lanes::new(quotients(1));

/// `a / n`.
pub(super) const A_BY: Lanes = Lanes::new(quotients(nibble_inverse(C)));

/// From a byte to the tower.
pub(super) const INTO_TOWER: Map = {
    let (mut of_upper, mut of_lower) = ([0; 16], [0; 16]);
    let mut n = 0;
    while n < 16 {
        of_upper[n] = TOWER[n << 4];
        of_lower[n] = TOWER[n];
        n += 1;
    }
    Map { of_upper: Lanes::new(of_upper), of_lower: Lanes::new(of_lower) }
};

/// The S-box without its constant, of `1 / u` and `1 / t`.
pub(super) const SUBSTITUTED: Map = substituted(1, Basis::Bytes);

/// The same, in the tower.
pub(super) const SUBSTITUTED_IN_TOWER: Map = substituted(1, Basis::Tower);

/// The same times x, as `MixColumns` takes it.
pub(super) const DOUBLED_IN_TOWER: Map = substituted(2, Basis::Tower);

#[derive(Clone, Copy)]
enum Basis {
    Bytes,
    Tower,
}

const fn substituted(factor: u8, basis: Basis) -> Map {
    let (mut of_u, mut of_t) = ([0; 16], [0; 16]);
    let mut n = 1;
    while n < 16 {
        let inverse = nibble_inverse(n);
        let by_c = nibble_product(C, inverse);
        of_u[n as usize] = image(from_tower(by_c, inverse), factor, basis);
        of_t[n as usize] = image(from_tower(by_c ^ inverse, inverse), factor, basis);
        n += 1;
    }
    Map { of_upper: Lanes::new(of_u), of_lower: Lanes::new(of_t) }
}

/// The S-box's linear map (FIPS 197, section 5.1.1), times `factor`.
const fn image(inverse: u8, factor: u8, basis: Basis) -> u8 {
    let [b1, b2] = [inverse.rotate_left(1), inverse.rotate_left(2)];
    let [b3, b4] = [inverse.rotate_left(3), inverse.rotate_left(4)];
    let byte = byte_product(inverse ^ b1 ^ b2 ^ b3 ^ b4, factor);
    match basis {
        Basis::Bytes => byte,
        Basis::Tower => TOWER[byte as usize],
    }
}

/// `numerator / n`, for each nibble.
const fn quotients(numerator: u8) -> Block {
    let mut quotients = [INFINITY; 16];
    let mut n = 1;
    while n < 16 {
        quotients[n as usize] = nibble_product(numerator, nibble_inverse(n));
        n += 1;
    }
    quotients
}

/// Each byte in the tower.
const TOWER: [u8; 256] = {
    let mut tower = [0; 256];
    let mut byte = 0_u16;
    while byte < 256 {
        let [i, k] = [byte as u8 >> 4, byte as u8 & 0x0f];
        tower[from_tower(i, k) as usize] = byte as u8;
        byte += 1;
    }
    tower
};

/// `i z + j (z + 1)`, which is `i + k (z + 1)`.
const fn from_tower(i: u8, k: u8) -> u8 {
    embed(i) ^ byte_product(embed(k), Z ^ 1)
}

/// A byte that generates the subfield: its fourth power is itself plus one.
const ROOT: u8 = {
    let mut root = 2;
    while byte_product(byte_product(root, root), byte_product(root, root)) != root ^ 1 {
        root += 1;
    }
    root
};

/// `z`: outside of the subfield, with `z^2 + z` in it.
const Z: u8 = {
    let mut z = 2;
    while nibble_of(z).is_some() || nibble_of(byte_product(z, z) ^ z).is_none() {
        z += 1;
    }
    z
};

/// `c`: `z^2 + z`.
const C: u8 = match nibble_of(byte_product(Z, Z) ^ Z) {
    Some(c) => c,
    None => 0,
};

/// The byte that a nibble is.
const fn embed(nibble: u8) -> u8 {
    let (mut byte, mut power) = (0, 1);
    let mut bit = 0;
    while bit < 4 {
        if (nibble >> bit) & 1 == 1 {
            byte ^= power;
        }
        power = byte_product(power, ROOT);
        bit += 1;
    }
    byte
}

/// The nibble that a byte is, if it is in the subfield.
const fn nibble_of(byte: u8) -> Option<u8> {
    let mut nibble = 0;
    while nibble < 16 {
        if embed(nibble) == byte {
            return Some(nibble);
        }
        nibble += 1;
    }
    None
}

/// The fourteenth power: there are fifteen units.
const fn nibble_inverse(n: u8) -> u8 {
    let mut power = 1;
    let mut times = 0;
    while times < 14 {
        power = nibble_product(power, n);
        times += 1;
    }
    power
}

const fn nibble_product(a: u8, b: u8) -> u8 {
    product(a, b, 1 << 4 | 0b0011)
}

const fn byte_product(a: u8, b: u8) -> u8 {
    product(a, b, 1 << 8 | 0x1b)
}

/// Multiplies polynomials over GF(2) modulo `modulus`. For constants: its time depends on its arguments.
const fn product(a: u8, b: u8, modulus: u16) -> u8 {
    let degree = modulus.ilog2();
    let mut product = 0_u16;
    let mut bit = degree;
    while bit > 0 {
        bit -= 1;
        product <<= 1;
        if product >> degree == 1 {
            product ^= modulus;
        }
        if (b >> bit) & 1 == 1 {
            product ^= a as u16;
        }
    }
    product as u8
}

#[cfg(test)]
mod tests;
