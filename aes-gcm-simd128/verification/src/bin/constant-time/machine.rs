//! An interpreter that notes, for each instruction, the origins of what decides an address or a branch.

use core::array;

use anyhow::{Context, Result, bail};

use crate::instruction::{Access, Block, Instruction};
use crate::memory::Memory;
use crate::module::{Function, Module};
use crate::value::{Origins, Value};

#[derive(Clone, Debug)]
pub(crate) struct Machine<'m> {
    pub(crate) module: &'m Module,
    pub(crate) memory: Memory,
    globals: Vec<Value>,
    stack: Vec<Value>,
    /// By function and instruction.
    pub(crate) traces: Vec<Vec<Trace>>,
}

/// What is known of an instruction from the times that it was executed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trace {
    pub(crate) executed: bool,
    /// Of what it decided by, all times together.
    pub(crate) origins: Origins,
}

/// A call under way.
struct Frame {
    function: usize,
    locals: Vec<Value>,
    labels: Vec<Label>,
    /// The next instruction.
    at: usize,
}

/// Where a branch goes, how many values it takes along, and how many lie below them.
#[derive(Clone, Copy)]
struct Label {
    target: usize,
    values: usize,
    height: usize,
}

impl<'m> Machine<'m> {
    pub(crate) fn new(module: &'m Module) -> Self {
        let traces = |function: &Function| vec![Trace::default(); function.body.len()];
        Self {
            module,
            memory: Memory::new(module.memory.clone()),
            globals: module.globals.clone(),
            stack: Vec::new(),
            traces: module.functions.iter().map(traces).collect(),
        }
    }

    /// Calls an export with lengths, and returns its one value.
    pub(crate) fn call(&mut self, export: &str, lengths: &[usize]) -> Result<u32> {
        let export_index = self.module.exports.get(export);
        let function = *export_index.with_context(|| format!("no export {export}"))?;
        for len in lengths {
            self.stack.push(Value::new(*len as u128, 4, Origins::LENGTH));
        }
        self.run(function)?;
        Ok(self.pop()?.u32())
    }

    fn run(&mut self, index: usize) -> Result<()> {
        let function = &self.module.functions[index];
        let height = self.stack.len().checked_sub(function.parameters).context("no arguments")?;
        let mut locals = self.stack.split_off(height);
        locals.resize(function.locals, Value::constant(0));
        let end = function.body.len() - 1;
        let labels = vec![Label { target: end, values: function.results, height }];
        let mut frame = Frame { function: index, locals, labels, at: 0 };
        while !frame.labels.is_empty() {
            self.step(&mut frame)?;
        }
        Ok(())
    }

    fn step(&mut self, frame: &mut Frame) -> Result<()> {
        let place = (frame.function, frame.at);
        let instruction = &self.module.functions[frame.function].body[frame.at];
        let trace = &mut self.traces[frame.function][frame.at];
        trace.executed = true;
        frame.at += 1;
        match instruction {
            Instruction::LocalGet(n) => self.stack.push(frame.locals[*n]),
            Instruction::LocalSet(n) => frame.locals[*n] = self.pop()?,
            Instruction::LocalTee(n) => frame.locals[*n] = self.top()?,
            Instruction::GlobalGet(n) => self.stack.push(self.globals[*n]),
            Instruction::GlobalSet(n) => self.globals[*n] = self.pop()?,
            Instruction::Constant(value) => self.stack.push(*value),
            Instruction::Nop => {}
            Instruction::Drop => drop(self.pop()?),
            Instruction::Call(function) => self.run(*function)?,
            Instruction::Unary(operation) => {
                let value = operation.apply(self.pop()?);
                self.stack.push(value);
            }
            Instruction::Binary(operation) => {
                let [a, b] = self.pop_all()?;
                self.stack.push(operation.apply(a, b));
            }
            Instruction::Shuffle(lanes) => {
                let [a, b] = self.pop_all()?;
                self.stack.push(shuffle(lanes, a, b));
            }
            Instruction::BitSelect => {
                let [a, b, mask] = self.pop_all()?;
                let bits = a.bits & mask.bits | b.bits & !mask.bits;
                let origins = a.origins | b.origins | mask.origins;
                self.stack.push(Value { bits, origins });
            }
            _ if instruction.decision().is_some() => {
                let origins = self.decide(instruction, frame)?;
                let trace = &mut self.traces[place.0][place.1];
                trace.origins = trace.origins | origins;
            }
            _ => self.control(instruction, frame, place)?,
        }
        Ok(())
    }

    /// Executes what only moves to another place.
    fn control(
        &mut self,
        instruction: &Instruction,
        frame: &mut Frame,
        place: (usize, usize),
    ) -> Result<()> {
        match instruction {
            Instruction::Block(block) => frame.labels.push(self.label(*block)),
            Instruction::Loop => {
                let height = self.stack.len();
                frame.labels.push(Label { target: frame.at, values: 0, height });
            }
            Instruction::Else => self.branch(frame, 0)?,
            Instruction::End => drop(frame.labels.pop()),
            Instruction::Branch(depth) => self.branch(frame, *depth)?,
            Instruction::Return => self.branch(frame, frame.labels.len() - 1)?,
            _ => {
                let function = &self.module.functions[place.0];
                let (offset, text) = &function.text[place.1];
                bail!("cannot execute {text} at {offset:#x} of {}", function.name);
            }
        }
        Ok(())
    }

    /// Executes what decides by an operand; returns the origins of that.
    fn decide(&mut self, instruction: &Instruction, frame: &mut Frame) -> Result<Origins> {
        match instruction {
            Instruction::If { .. }
            | Instruction::BranchIf(_)
            | Instruction::BranchTable(_)
            | Instruction::CallIndirect
            | Instruction::Select => {
                let condition = self.pop()?;
                self.take(instruction, frame, condition)?;
                Ok(condition.origins())
            }
            Instruction::Copy => {
                let [to, from, len] = self.pop_all()?;
                self.memory.copy(to.u32() as usize, from.u32() as usize, len.u32() as usize)?;
                Ok(to.origins() | from.origins() | len.origins())
            }
            Instruction::Fill => {
                let [to, value, len] = self.pop_all()?;
                self.memory.fill(to.u32() as usize, value, len.u32() as usize)?;
                Ok(to.origins() | len.origins())
            }
            _ => self.access(instruction),
        }
    }

    /// Goes where `condition` says.
    fn take(
        &mut self,
        instruction: &Instruction,
        frame: &mut Frame,
        condition: Value,
    ) -> Result<()> {
        let is_set = condition.u32() != 0;
        match instruction {
            Instruction::If { otherwise, block } => {
                frame.labels.push(self.label(*block));
                frame.at = if is_set { frame.at } else { *otherwise };
            }
            Instruction::BranchIf(depth) if is_set => self.branch(frame, *depth)?,
            Instruction::BranchTable(depths) => {
                let depth = depths.get(condition.u32() as usize).or_else(|| depths.last());
                self.branch(frame, *depth.context("an empty table")?)?;
            }
            Instruction::CallIndirect => {
                let function = self.module.table.get(&condition.u32());
                self.run(*function.context("no such function in the table")?)?;
            }
            Instruction::Select => {
                let [a, b] = self.pop_all()?;
                let Value { bits, origins } = if is_set { a } else { b };
                let all = Value::computed(0, 16, [condition]).origins;
                self.stack.push(Value { bits, origins: origins | all });
            }
            _ => {}
        }
        Ok(())
    }

    fn access(&mut self, instruction: &Instruction) -> Result<Origins> {
        match instruction {
            Instruction::Load(access, operation) => {
                let address = self.pop()?;
                let value = self.memory.load(place(*access, address), access.len)?;
                self.stack.push(operation.map_or(value, |operation| operation.apply(value)));
                Ok(address.origins())
            }
            Instruction::Store(access) => {
                let [address, value] = self.pop_all()?;
                self.memory.store(place(*access, address), access.len, value)?;
                Ok(address.origins())
            }
            Instruction::LoadLane(access, replace) => {
                let [address, vector] = self.pop_all()?;
                let lane = self.memory.load(place(*access, address), access.len)?;
                self.stack.push(replace.apply(vector, lane));
                Ok(address.origins())
            }
            Instruction::StoreLane(access, extract) => {
                let [address, vector] = self.pop_all()?;
                let lane = extract.apply(vector);
                self.memory.store(place(*access, address), access.len, lane)?;
                Ok(address.origins())
            }
            _ => bail!("no access: {instruction:?}"),
        }
    }

    fn label(&self, block: Block) -> Label {
        Label { target: block.end, values: block.results, height: self.stack.len() }
    }

    /// Goes to the end of a block, or to the start of a loop, and leaves what is inside.
    fn branch(&mut self, frame: &mut Frame, depth: usize) -> Result<()> {
        frame.labels.truncate(frame.labels.len() - depth);
        let label = frame.labels.last().context("no such label")?;
        self.stack.drain(label.height..self.stack.len() - label.values);
        frame.at = label.target;
        Ok(())
    }

    fn pop(&mut self) -> Result<Value> {
        self.stack.pop().context("an empty stack")
    }

    fn top(&self) -> Result<Value> {
        self.stack.last().copied().context("an empty stack")
    }

    fn pop_all<const N: usize>(&mut self) -> Result<[Value; N]> {
        let values = self.stack.last_chunk().copied().context("an empty stack")?;
        self.stack.truncate(self.stack.len() - N);
        Ok(values)
    }
}

fn place(access: Access, address: Value) -> usize {
    address.u32() as usize + access.offset
}

fn shuffle(lanes: &[u8; 16], a: Value, b: Value) -> Value {
    let pick = |a: u128, b: u128| {
        let (a, b) = (a.to_le_bytes(), b.to_le_bytes());
        u128::from_le_bytes(array::from_fn(|n| {
            let lane = usize::from(lanes[n]);
            if lane < 16 { a[lane] } else { b[lane - 16] }
        }))
    };
    Value { bits: pick(a.bits, b.bits), origins: pick(a.origins, b.origins) }
}
