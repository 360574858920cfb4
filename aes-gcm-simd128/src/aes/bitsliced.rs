//! AES on eight blocks at once, bit by bit: register `n` holds bit `n` of all their bytes.
//!
//! Lane `k` of a register belongs to byte `k` of the blocks, and its bit `j` to block `j`. Then the S-box is a
//! circuit of ANDs and XORs over registers, and moving bytes within blocks is one shuffle for each register.
//!
//! Source: E. Käsper and P. Schwabe, "Faster and Timing-Attack Resistant AES-GCM", CHES 2009.

use super::key_schedule::RoundKeys;
use super::shift_rows;
use crate::lanes::{Block, Lanes};

/// One register for each bit of a byte, the lowest first.
type State = [Lanes; 8];

/// Encrypts eight blocks: FIPS 197's `Cipher()`.
#[inline(never)]
pub(super) fn encrypt(keys: &RoundKeys, blocks: [Lanes; 8]) -> [Lanes; 8] {
    let (first, middle, last) = keys.split();
    let mut state = add_round_key(transpose(blocks), first);
    for key in middle {
        state = add_round_key(mix_columns(sub_bytes(state)), key);
    }
    state = sub_bytes(state).map(shift_rows);
    transpose(add_round_key(state, last))
}

/// From blocks to registers, and back.
///
/// In each lane, the eight blocks' bytes are a matrix of 8 × 8 bits, mirrored by exchanging ever larger parts.
#[inline(always)]
fn transpose(state: State) -> State {
    let [a, b, c, d, e, f, g, h] = state;
    let ([a, b], [c, d]) = (swap::<1>(a, b, 0x55), swap::<1>(c, d, 0x55));
    let ([e, f], [g, h]) = (swap::<1>(e, f, 0x55), swap::<1>(g, h, 0x55));
    let ([a, c], [b, d]) = (swap::<2>(a, c, 0x33), swap::<2>(b, d, 0x33));
    let ([e, g], [f, h]) = (swap::<2>(e, g, 0x33), swap::<2>(f, h, 0x33));
    let ([a, e], [b, f]) = (swap::<4>(a, e, 0x0f), swap::<4>(b, f, 0x0f));
    let ([c, g], [d, h]) = (swap::<4>(c, g, 0x0f), swap::<4>(d, h, 0x0f));
    [a, b, c, d, e, f, g, h]
}

/// Exchanges the bits of `a`, `N` places above `mask`, with those of `b` that are in `mask`.
#[inline(always)]
fn swap<const N: u32>(a: Lanes, b: Lanes, mask: u8) -> [Lanes; 2] {
    // Bits that come from a neighbouring lane are outside of the mask.
    let difference = (a.shr_halves::<N>() ^ b) & Lanes::splat(mask);
    [a ^ difference.shl_halves::<N>(), b ^ difference]
}

/// The key's bits go to all eight blocks.
#[inline(always)]
fn add_round_key(state: State, key: &Block) -> State {
    let mut key = Lanes::load(key);
    let mut state = state;
    for register in state.iter_mut().rev() {
        *register = *register ^ key.spread_uppermost();
        key = key.doubled();
    }
    state
}

/// `ShiftRows`, then `MixColumns`: in a column b0..b3, row 0 becomes 2 (b0 + b1) + b1 + (b2 + b3), and so on
/// around. Twice is each bit one place up, and the uppermost to the places of 0x1b.
#[inline(always)]
fn mix_columns(state: State) -> State {
    let next = state.map(shift_rows_to_next);
    let [s0, s1, s2, s3, s4, s5, s6, s7] = state.map(shift_rows);
    let [n0, n1, n2, n3, n4, n5, n6, n7] = next;
    let [p0, p1, p2, p3] = [s0 ^ n0, s1 ^ n1, s2 ^ n2, s3 ^ n3];
    let [p4, p5, p6, p7] = [s4 ^ n4, s5 ^ n5, s6 ^ n6, s7 ^ n7];
    [
        n0 ^ opposite_row(p0) ^ p7,
        n1 ^ opposite_row(p1) ^ p0 ^ p7,
        n2 ^ opposite_row(p2) ^ p1,
        n3 ^ opposite_row(p3) ^ p2 ^ p7,
        n4 ^ opposite_row(p4) ^ p3 ^ p7,
        n5 ^ opposite_row(p5) ^ p4,
        n6 ^ opposite_row(p6) ^ p5,
        n7 ^ opposite_row(p7) ^ p6,
    ]
}

/// `ShiftRows`, and each row into the place of the one above it.
#[inline(always)]
fn shift_rows_to_next(register: Lanes) -> Lanes {
    Lanes::shuffle::<5, 10, 15, 0, 9, 14, 3, 4, 13, 2, 7, 8, 1, 6, 11, 12>(register, register)
}

/// Each row into the place of the one two above it.
#[inline(always)]
fn opposite_row(register: Lanes) -> Lanes {
    Lanes::shuffle::<2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13>(register, register)
}

/// The S-box without its constant: 32 ANDs and 77 XORs.
///
/// Source: J. Boyar, R. Peralta and Ç. Çalık's circuit of 113 gates, without its four NOTs. It keeps its names
/// in the three parts below, with `u0` and `s0` for the uppermost bits.
#[inline(always)]
fn sub_bytes(state: State) -> State {
    let y = linear_input(state);
    linear_output(y, inversion(y))
}

/// The sums of input bits that the inversion takes: `u7`, then `y1` to `y21`.
#[inline(always)]
fn linear_input([u7, u6, u5, u4, u3, u2, u1, u0]: State) -> [Lanes; 22] {
    let y14 = u3 ^ u5;
    let y13 = u0 ^ u6;
    let y9 = u0 ^ u3;
    let y8 = u0 ^ u5;
    let t0 = u1 ^ u2;
    let y1 = t0 ^ u7;
    let y4 = y1 ^ u3;
    let y12 = y13 ^ y14;
    let y2 = y1 ^ u0;
    let y5 = y1 ^ u6;
    let y3 = y5 ^ y8;
    let t1 = u4 ^ y12;
    let y15 = t1 ^ u5;
    let y20 = t1 ^ u1;
    let y6 = y15 ^ u7;
    let y10 = y15 ^ t0;
    let y11 = y20 ^ y9;
    let y7 = u7 ^ y11;
    let y17 = y10 ^ y11;
    let y19 = y10 ^ y8;
    let y16 = t0 ^ y11;
    let y21 = y13 ^ y16;
    let y18 = u0 ^ y16;
    [
        u7, y1, y2, y3, y4, y5, y6, y7, y8, y9, y10, y11, y12, y13, y14, y15, y16, y17, y18, y19,
        y20, y21,
    ]
}

/// The shared part of the inversion in GF(2^8): `t29`, `t33`, `t37` and `t40` are an inverse in its subfield, and the
/// others are sums of them.
#[inline(always)]
fn inversion(y: [Lanes; 22]) -> [Lanes; 9] {
    let t2 = y[12] & y[15];
    let t3 = y[3] & y[6];
    let t4 = t3 ^ t2;
    let t5 = y[4] & y[0];
    let t6 = t5 ^ t2;
    let t7 = y[13] & y[16];
    let t8 = y[5] & y[1];
    let t9 = t8 ^ t7;
    let t10 = y[2] & y[7];
    let t11 = t10 ^ t7;
    let t12 = y[9] & y[11];
    let t13 = y[14] & y[17];
    let t14 = t13 ^ t12;
    let t15 = y[8] & y[10];
    let t16 = t15 ^ t12;
    let t17 = t4 ^ y[20];
    let t18 = t6 ^ t16;
    let t19 = t9 ^ t14;
    let t20 = t11 ^ t16;
    let t21 = t17 ^ t14;
    let t22 = t18 ^ y[19];
    let t23 = t19 ^ y[21];
    let t24 = t20 ^ y[18];
    let t25 = t21 ^ t22;
    let t26 = t21 & t23;
    let t27 = t24 ^ t26;
    let t28 = t25 & t27;
    let t29 = t28 ^ t22;
    let t30 = t23 ^ t24;
    let t31 = t22 ^ t26;
    let t32 = t31 & t30;
    let t33 = t32 ^ t24;
    let t34 = t23 ^ t33;
    let t35 = t27 ^ t33;
    let t36 = t24 & t35;
    let t37 = t36 ^ t34;
    let t38 = t27 ^ t36;
    let t39 = t29 & t38;
    let t40 = t25 ^ t39;
    let t41 = t40 ^ t37;
    let t42 = t29 ^ t33;
    let t43 = t29 ^ t40;
    let t44 = t33 ^ t37;
    let t45 = t42 ^ t41;
    [t29, t33, t37, t40, t41, t42, t43, t44, t45]
}

/// The products that end the inversion, and the linear map after it.
#[inline(always)]
fn linear_output(y: [Lanes; 22], t: [Lanes; 9]) -> State {
    let [t29, t33, t37, t40, t41, t42, t43, t44, t45] = t;
    let z0 = t44 & y[15];
    let z1 = t37 & y[6];
    let z2 = t33 & y[0];
    let z3 = t43 & y[16];
    let z4 = t40 & y[1];
    let z5 = t29 & y[7];
    let z6 = t42 & y[11];
    let z7 = t45 & y[17];
    let z8 = t41 & y[10];
    let z9 = t44 & y[12];
    let z10 = t37 & y[3];
    let z11 = t33 & y[4];
    let z12 = t43 & y[13];
    let z13 = t40 & y[5];
    let z14 = t29 & y[2];
    let z15 = t42 & y[9];
    let z16 = t45 & y[14];
    let z17 = t41 & y[8];

    let tc1 = z15 ^ z16;
    let tc2 = z10 ^ tc1;
    let tc3 = z9 ^ tc2;
    let tc4 = z0 ^ z2;
    let tc5 = z1 ^ z0;
    let tc6 = z3 ^ z4;
    let tc7 = z12 ^ tc4;
    let tc8 = z7 ^ tc6;
    let tc9 = z8 ^ tc7;
    let tc10 = tc8 ^ tc9;
    let tc11 = tc6 ^ tc5;
    let tc12 = z3 ^ z5;
    let tc13 = z13 ^ tc1;
    let tc14 = tc4 ^ tc12;
    let s3 = tc3 ^ tc11;
    let tc16 = z6 ^ tc8;
    let tc17 = z14 ^ tc10;
    let tc18 = tc13 ^ tc14;
    let s7 = z12 ^ tc18;
    let tc20 = z15 ^ tc16;
    let tc21 = tc2 ^ z11;
    let s0 = tc3 ^ tc16;
    let s6 = tc10 ^ tc18;
    let s4 = tc14 ^ s3;
    let s1 = s3 ^ tc16;
    let tc26 = tc17 ^ tc20;
    let s2 = tc26 ^ z17;
    let s5 = tc21 ^ tc17;
    [s7, s6, s5, s4, s3, s2, s1, s0]
}

#[cfg(test)]
mod tests;
