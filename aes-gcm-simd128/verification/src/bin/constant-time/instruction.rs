//! The instructions that are interpreted: those that the cipher is compiled to.

mod numeric;
mod vector;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use wasmparser::{BlockType, FuncType, MemArg, Operator};

pub(crate) use self::numeric::{Binary, Unary};
use crate::value::Value;

/// One instruction; jumps are to places in the list of a function's instructions.
#[derive(Debug)]
pub(crate) enum Instruction {
    Nop,
    Block(Block),
    Loop,
    If {
        otherwise: usize,
        block: Block,
    },
    Else,
    End,
    Branch(usize),
    BranchIf(usize),
    /// The last one is for every index above.
    BranchTable(Vec<usize>),
    Return,
    Call(usize),
    CallIndirect,
    Drop,
    Select,
    LocalGet(usize),
    LocalSet(usize),
    LocalTee(usize),
    GlobalGet(usize),
    GlobalSet(usize),
    Constant(Value),
    /// Zeros above what was loaded, or what that becomes.
    Load(Access, Option<Unary>),
    Store(Access),
    LoadLane(Access, Binary),
    StoreLane(Access, Unary),
    Copy,
    Fill,
    Unary(Unary),
    Binary(Binary),
    Shuffle([u8; 16]),
    BitSelect,
    /// None of these, or a trap: executing it is an error.
    Unknown,
}

/// Where a block ends, and how many values it leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) end: usize,
    pub(crate) results: usize,
}

/// Bytes in memory, `offset` behind the address on the stack.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    pub(crate) offset: usize,
    pub(crate) len: usize,
}

/// What an operand of an instruction decides, by which an attacker could learn it from time.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Decision {
    /// Which memory is accessed, or how much of it.
    Access,
    /// What is executed next.
    Branch,
    /// Which of two values is taken: engines may compile it to a branch.
    Select,
}

impl Instruction {
    pub(crate) fn decision(&self) -> Option<Decision> {
        match self {
            Self::Load(..)
            | Self::Store(_)
            | Self::LoadLane(..)
            | Self::StoreLane(..)
            | Self::Copy
            | Self::Fill => Some(Decision::Access),
            Self::If { .. } | Self::BranchIf(_) | Self::BranchTable(_) | Self::CallIndirect => {
                Some(Decision::Branch)
            }
            Self::Select => Some(Decision::Select),
            _ => None,
        }
    }
}

/// Decodes the body of a function.
pub(crate) fn decode(operators: &[Operator<'_>], types: &[FuncType]) -> Result<Vec<Instruction>> {
    let mut body = Vec::new();
    let mut open = Vec::new();
    for (at, operator) in operators.iter().enumerate() {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => open.push(at),
            Operator::Else => {
                let start = *open.last().context("an else without an if")?;
                otherwise(&mut body[start], at + 1);
            }
            Operator::End => {
                if let Some(start) = open.pop() {
                    close(&mut body[start], at);
                }
            }
            _ => {}
        }
        body.push(instruction(operator, types)?);
    }
    Ok(body)
}

fn otherwise(start: &mut Instruction, at: usize) {
    if let Instruction::If { otherwise, .. } = start {
        *otherwise = at;
    }
}

fn close(start: &mut Instruction, at: usize) {
    match start {
        Instruction::Block(block) => block.end = at,
        Instruction::If { otherwise, block } => {
            block.end = at;
            *otherwise = if *otherwise == 0 { at } else { *otherwise };
        }
        _ => {}
    }
}

fn instruction(operator: &Operator<'_>, types: &[FuncType]) -> Result<Instruction> {
    Ok(match operator {
        Operator::Block { blockty } => Instruction::Block(block(*blockty, types)?),
        Operator::If { blockty } => {
            Instruction::If { otherwise: 0, block: block(*blockty, types)? }
        }
        Operator::BrTable { targets } => {
            let labels: Result<Vec<_>, _> = targets.targets().collect();
            let labels = labels?.into_iter().chain([targets.default()]);
            Instruction::BranchTable(labels.map(|label| label as usize).collect())
        }
        _ => control(operator)
            .or_else(|| variable(operator))
            .or_else(|| memory(operator))
            .or_else(|| numeric::unary(operator).map(Instruction::Unary))
            .or_else(|| numeric::binary(operator).map(Instruction::Binary))
            .or_else(|| vector::decode(operator))
            .unwrap_or(Instruction::Unknown),
    })
}

fn block(kind: BlockType, types: &[FuncType]) -> Result<Block> {
    let results = match kind {
        BlockType::Empty => 0,
        BlockType::Type(_) => 1,
        BlockType::FuncType(index) => {
            let kind = &types[index as usize];
            ensure!(kind.params().is_empty(), "a block with parameters");
            kind.results().len()
        }
    };
    Ok(Block { end: 0, results })
}

fn control(operator: &Operator<'_>) -> Option<Instruction> {
    Some(match operator {
        Operator::Nop => Instruction::Nop,
        Operator::Loop { .. } => Instruction::Loop,
        Operator::Else => Instruction::Else,
        Operator::End => Instruction::End,
        Operator::Br { relative_depth } => Instruction::Branch(*relative_depth as usize),
        Operator::BrIf { relative_depth } => Instruction::BranchIf(*relative_depth as usize),
        Operator::Return => Instruction::Return,
        Operator::Call { function_index } => Instruction::Call(*function_index as usize),
        Operator::CallIndirect { table_index: 0, .. } => Instruction::CallIndirect,
        Operator::Drop => Instruction::Drop,
        Operator::Select | Operator::TypedSelect { .. } => Instruction::Select,
        _ => return None,
    })
}

fn variable(operator: &Operator<'_>) -> Option<Instruction> {
    Some(match operator {
        Operator::LocalGet { local_index } => Instruction::LocalGet(*local_index as usize),
        Operator::LocalSet { local_index } => Instruction::LocalSet(*local_index as usize),
        Operator::LocalTee { local_index } => Instruction::LocalTee(*local_index as usize),
        Operator::GlobalGet { global_index } => Instruction::GlobalGet(*global_index as usize),
        Operator::GlobalSet { global_index } => Instruction::GlobalSet(*global_index as usize),
        Operator::I32Const { value } => constant((*value as u32).into()),
        Operator::I64Const { value } => constant((*value as u64).into()),
        Operator::V128Const { value } => constant(value.i128() as u128),
        _ => return None,
    })
}

fn constant(bits: u128) -> Instruction {
    Instruction::Constant(Value::constant(bits))
}

fn memory(operator: &Operator<'_>) -> Option<Instruction> {
    let zero = |memarg: &MemArg, len| Instruction::Load(access(memarg, len), None);
    let store = |memarg: &MemArg, len| Instruction::Store(access(memarg, len));
    Some(match operator {
        Operator::I32Load { memarg } => zero(memarg, 4),
        Operator::I64Load { memarg } | Operator::V128Load64Zero { memarg } => zero(memarg, 8),
        Operator::V128Load { memarg } => zero(memarg, 16),
        Operator::I32Load8U { memarg } | Operator::I64Load8U { memarg } => zero(memarg, 1),
        Operator::I32Load16U { memarg } | Operator::I64Load16U { memarg } => zero(memarg, 2),
        Operator::I64Load32U { memarg } | Operator::V128Load32Zero { memarg } => zero(memarg, 4),
        Operator::I32Store { memarg } | Operator::I64Store32 { memarg } => store(memarg, 4),
        Operator::I64Store { memarg } => store(memarg, 8),
        Operator::V128Store { memarg } => store(memarg, 16),
        Operator::I32Store8 { memarg } | Operator::I64Store8 { memarg } => store(memarg, 1),
        Operator::I32Store16 { memarg } | Operator::I64Store16 { memarg } => store(memarg, 2),
        Operator::MemoryCopy { .. } => Instruction::Copy,
        Operator::MemoryFill { .. } => Instruction::Fill,
        _ => return None,
    })
}

fn access(memarg: &MemArg, len: usize) -> Access {
    Access { offset: memarg.offset as usize, len }
}
