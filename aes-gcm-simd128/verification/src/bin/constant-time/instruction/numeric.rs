//! Integers of 32 and 64 bits.

use wasmparser::Operator;

use crate::value::Value;

/// An operation on one value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unary {
    I32(fn(u32) -> u32),
    I64(fn(u64) -> u64),
    /// Zero or one.
    Test(fn(u64) -> bool),
    /// Keeps the lower bytes where they are, so that each keeps its origins.
    Truncate {
        len: u32,
    },
    /// On each byte by itself.
    Bytes(fn(u8) -> u8),
    /// Repeats the lower bytes, as many as are told.
    Splat(usize),
    /// Takes so many bytes, from the one behind.
    Lane {
        len: u32,
        first: u32,
    },
}

impl Unary {
    pub(crate) fn apply(self, value: Value) -> Value {
        match self {
            Self::I32(f) => Value::computed(f(value.u32()).into(), 4, [value]),
            Self::I64(f) => Value::computed(f(value.u64()).into(), 8, [value]),
            Self::Test(f) => Value::computed(f(value.u64()).into(), 4, [value]),
            Self::Truncate { len } => Self::Lane { len, first: 0 }.apply(value),
            Self::Bytes(f) => {
                let bytes = value.bits.to_le_bytes().map(f);
                Value { bits: u128::from_le_bytes(bytes), ..value }
            }
            Self::Splat(len) => {
                let splat = |bits: u128| {
                    let bytes = bits.to_le_bytes();
                    u128::from_le_bytes(core::array::from_fn(|n| bytes[n % len]))
                };
                Value { bits: splat(value.bits), origins: splat(value.origins) }
            }
            Self::Lane { len, first } => {
                let lane = |bits: u128| bits >> (8 * first) & (u128::MAX >> (128 - 8 * len));
                Value { bits: lane(value.bits), origins: lane(value.origins) }
            }
        }
    }
}

/// An operation on two values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Binary {
    I32(fn(u32, u32) -> u32),
    I64(fn(u64, u64) -> u64),
    Compare(fn(u64, u64) -> bool),
    /// Each byte is of the operands' bytes at its place.
    Bytewise(fn(u128, u128) -> u128),
    V128(fn(u128, u128) -> u128),
    ReplaceLane {
        len: u32,
        first: u32,
    },
}

impl Binary {
    pub(crate) fn apply(self, a: Value, b: Value) -> Value {
        match self {
            Self::I32(f) => Value::computed(f(a.u32(), b.u32()).into(), 4, [a, b]),
            Self::I64(f) => Value::computed(f(a.u64(), b.u64()).into(), 8, [a, b]),
            Self::Compare(f) => Value::computed(f(a.u64(), b.u64()).into(), 4, [a, b]),
            Self::Bytewise(f) => Value { bits: f(a.bits, b.bits), origins: a.origins | b.origins },
            Self::V128(f) => Value::computed(f(a.bits, b.bits), 16, [a, b]),
            Self::ReplaceLane { len, first } => {
                let mask = u128::MAX >> (128 - 8 * len) << (8 * first);
                let replace = |a: u128, b: u128| a & !mask | b << (8 * first) & mask;
                Value { bits: replace(a.bits, b.bits), origins: replace(a.origins, b.origins) }
            }
        }
    }
}

pub(super) fn unary(operator: &Operator<'_>) -> Option<Unary> {
    Some(match operator {
        Operator::I32Eqz | Operator::I64Eqz => Unary::Test(|a| a == 0),
        Operator::I32Clz => Unary::I32(u32::leading_zeros),
        Operator::I32Ctz => Unary::I32(u32::trailing_zeros),
        Operator::I32Popcnt => Unary::I32(u32::count_ones),
        Operator::I32Extend8S => Unary::I32(|a| a as i8 as u32),
        Operator::I32Extend16S => Unary::I32(|a| a as i16 as u32),
        Operator::I64Extend8S => Unary::I64(|a| a as i8 as u64),
        Operator::I64Extend16S => Unary::I64(|a| a as i16 as u64),
        Operator::I64Extend32S | Operator::I64ExtendI32S => Unary::I64(|a| a as i32 as u64),
        Operator::I32WrapI64 => Unary::Truncate { len: 4 },
        Operator::I64ExtendI32U => Unary::Truncate { len: 8 },
        _ => return None,
    })
}

pub(super) fn binary(operator: &Operator<'_>) -> Option<Binary> {
    i32(operator).or_else(|| i64(operator)).or_else(|| comparison(operator))
}

fn i32(operator: &Operator<'_>) -> Option<Binary> {
    Some(match operator {
        Operator::I32Add => Binary::I32(u32::wrapping_add),
        Operator::I32Sub => Binary::I32(u32::wrapping_sub),
        Operator::I32Mul => Binary::I32(u32::wrapping_mul),
        Operator::I32And | Operator::I64And => Binary::Bytewise(|a, b| a & b),
        Operator::I32Or | Operator::I64Or => Binary::Bytewise(|a, b| a | b),
        Operator::I32Xor | Operator::I64Xor => Binary::Bytewise(|a, b| a ^ b),
        Operator::I32Shl => Binary::I32(u32::wrapping_shl),
        Operator::I32ShrU => Binary::I32(u32::wrapping_shr),
        Operator::I32ShrS => Binary::I32(|a, b| (a as i32).wrapping_shr(b) as u32),
        Operator::I32Rotl => Binary::I32(|a, b| a.rotate_left(b % 32)),
        Operator::I32Rotr => Binary::I32(|a, b| a.rotate_right(b % 32)),
        _ => return None,
    })
}

fn i64(operator: &Operator<'_>) -> Option<Binary> {
    Some(match operator {
        Operator::I64Add => Binary::I64(u64::wrapping_add),
        Operator::I64Sub => Binary::I64(u64::wrapping_sub),
        Operator::I64Mul => Binary::I64(u64::wrapping_mul),
        Operator::I64Shl => Binary::I64(|a, b| a << (b % 64)),
        Operator::I64ShrU => Binary::I64(|a, b| a >> (b % 64)),
        Operator::I64ShrS => Binary::I64(|a, b| (a as i64 >> (b % 64)) as u64),
        Operator::I64Rotl => Binary::I64(|a, b| a.rotate_left((b % 64) as u32)),
        Operator::I64Rotr => Binary::I64(|a, b| a.rotate_right((b % 64) as u32)),
        _ => return None,
    })
}

fn comparison(operator: &Operator<'_>) -> Option<Binary> {
    Some(match operator {
        Operator::I32Eq | Operator::I64Eq => Binary::Compare(|a, b| a == b),
        Operator::I32Ne | Operator::I64Ne => Binary::Compare(|a, b| a != b),
        Operator::I32LtU | Operator::I64LtU => Binary::Compare(|a, b| a < b),
        Operator::I32LeU | Operator::I64LeU => Binary::Compare(|a, b| a <= b),
        Operator::I32GtU | Operator::I64GtU => Binary::Compare(|a, b| a > b),
        Operator::I32GeU | Operator::I64GeU => Binary::Compare(|a, b| a >= b),
        Operator::I32LtS => Binary::Compare(|a, b| (a as i32) < b as i32),
        Operator::I32LeS => Binary::Compare(|a, b| a as i32 <= b as i32),
        Operator::I32GtS => Binary::Compare(|a, b| a as i32 > b as i32),
        Operator::I32GeS => Binary::Compare(|a, b| a as i32 >= b as i32),
        _ => return None,
    })
}
