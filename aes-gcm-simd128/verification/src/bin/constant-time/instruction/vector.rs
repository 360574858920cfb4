//! Vectors of 128 bits.

use core::array;

use wasmparser::{MemArg, Operator};

use super::{Binary, Instruction, Unary, access};

pub(super) fn decode(operator: &Operator<'_>) -> Option<Instruction> {
    memory(operator)
        .or_else(|| lane(operator))
        .or_else(|| bytewise(operator).map(|f| Instruction::Binary(Binary::Bytewise(f))))
        .or_else(|| binary(operator).map(|f| Instruction::Binary(Binary::V128(f))))
}

fn memory(operator: &Operator<'_>) -> Option<Instruction> {
    let splat =
        |memarg: &MemArg, len| Instruction::Load(access(memarg, len), Some(Unary::Splat(len)));
    Some(match operator {
        Operator::V128Load8Splat { memarg } => splat(memarg, 1),
        Operator::V128Load16Splat { memarg } => splat(memarg, 2),
        Operator::V128Load32Splat { memarg } => splat(memarg, 4),
        Operator::V128Load64Splat { memarg } => splat(memarg, 8),
        Operator::V128Load8Lane { memarg, lane } => load_lane(memarg, 1, *lane),
        Operator::V128Load16Lane { memarg, lane } => load_lane(memarg, 2, *lane),
        Operator::V128Load32Lane { memarg, lane } => load_lane(memarg, 4, *lane),
        Operator::V128Load64Lane { memarg, lane } => load_lane(memarg, 8, *lane),
        Operator::V128Store8Lane { memarg, lane } => store_lane(memarg, 1, *lane),
        Operator::V128Store16Lane { memarg, lane } => store_lane(memarg, 2, *lane),
        Operator::V128Store32Lane { memarg, lane } => store_lane(memarg, 4, *lane),
        Operator::V128Store64Lane { memarg, lane } => store_lane(memarg, 8, *lane),
        _ => return None,
    })
}

fn load_lane(memarg: &MemArg, len: u8, lane: u8) -> Instruction {
    Instruction::LoadLane(access(memarg, len.into()), replace(len, lane))
}

fn store_lane(memarg: &MemArg, len: u8, lane: u8) -> Instruction {
    Instruction::StoreLane(access(memarg, len.into()), extract(len, lane))
}

/// Replaces lane number `lane` of those of `len` bytes.
fn replace(len: u8, lane: u8) -> Binary {
    Binary::ReplaceLane { len: len.into(), first: u32::from(len) * u32::from(lane) }
}

fn extract(len: u8, lane: u8) -> Unary {
    Unary::Lane { len: len.into(), first: u32::from(len) * u32::from(lane) }
}

fn lane(operator: &Operator<'_>) -> Option<Instruction> {
    Some(match operator {
        Operator::I8x16ExtractLaneU { lane } => Instruction::Unary(extract(1, *lane)),
        Operator::I16x8ExtractLaneU { lane } => Instruction::Unary(extract(2, *lane)),
        Operator::I32x4ExtractLane { lane } => Instruction::Unary(extract(4, *lane)),
        Operator::I64x2ExtractLane { lane } => Instruction::Unary(extract(8, *lane)),
        Operator::I8x16ReplaceLane { lane } => Instruction::Binary(replace(1, *lane)),
        Operator::I16x8ReplaceLane { lane } => Instruction::Binary(replace(2, *lane)),
        Operator::I32x4ReplaceLane { lane } => Instruction::Binary(replace(4, *lane)),
        Operator::I64x2ReplaceLane { lane } => Instruction::Binary(replace(8, *lane)),
        Operator::I8x16Splat => Instruction::Unary(Unary::Splat(1)),
        Operator::I16x8Splat => Instruction::Unary(Unary::Splat(2)),
        Operator::I32x4Splat => Instruction::Unary(Unary::Splat(4)),
        Operator::I64x2Splat => Instruction::Unary(Unary::Splat(8)),
        Operator::I8x16Neg => Instruction::Unary(Unary::Bytes(u8::wrapping_neg)),
        Operator::V128Not => Instruction::Unary(Unary::Bytes(|byte| !byte)),
        Operator::I8x16Shuffle { lanes } => Instruction::Shuffle(*lanes),
        Operator::V128Bitselect => Instruction::BitSelect,
        _ => return None,
    })
}

fn bytewise(operator: &Operator<'_>) -> Option<fn(u128, u128) -> u128> {
    Some(match operator {
        Operator::V128And => |a, b| a & b,
        Operator::V128Or => |a, b| a | b,
        Operator::V128Xor => |a, b| a ^ b,
        Operator::V128AndNot => |a, b| a & !b,
        Operator::I8x16Eq => |a, b| bytes(a, b, |a, b| if a == b { 0xff } else { 0 }),
        Operator::I8x16Ne => |a, b| bytes(a, b, |a, b| if a == b { 0 } else { 0xff }),
        Operator::I8x16Add => |a, b| bytes(a, b, u8::wrapping_add),
        _ => return None,
    })
}

fn bytes(a: u128, b: u128, f: fn(u8, u8) -> u8) -> u128 {
    let (a, b) = (a.to_le_bytes(), b.to_le_bytes());
    u128::from_le_bytes(array::from_fn(|n| f(a[n], b[n])))
}

/// What mixes lanes, or has a number of places as its second operand.
fn binary(operator: &Operator<'_>) -> Option<fn(u128, u128) -> u128> {
    Some(match operator {
        Operator::I8x16Swizzle => swizzle,
        Operator::I8x16Shl => |a, places| bytes(a, splat(places), |a, n| a << (n % 8)),
        Operator::I8x16ShrU => |a, places| bytes(a, splat(places), |a, n| a >> (n % 8)),
        Operator::I8x16ShrS => {
            |a, places| bytes(a, splat(places), |a, n| (a as i8 >> (n % 8)) as u8)
        }
        Operator::I64x2Shl => |a, places| halves(a, |half| half << (places % 64)),
        Operator::I64x2ShrU => |a, places| halves(a, |half| half >> (places % 64)),
        _ => return None,
    })
}

fn splat(byte: u128) -> u128 {
    u128::from_le_bytes([byte as u8; 16])
}

fn halves(value: u128, f: impl Fn(u64) -> u64) -> u128 {
    u128::from(f(value as u64)) | u128::from(f((value >> 64) as u64)) << 64
}

fn swizzle(a: u128, index: u128) -> u128 {
    let a = a.to_le_bytes();
    let lanes = index.to_le_bytes().map(|at| a.get(usize::from(at)).copied().unwrap_or(0));
    u128::from_le_bytes(lanes)
}
