//! A WebAssembly module, decoded.

use alloc::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use wasmparser::{
    ConstExpr, DataKind, DataSectionReader, ElementItems, ElementKind, ElementSectionReader,
    ExternalKind, FuncType, FunctionBody, GlobalSectionReader, KnownCustom, Name,
    NameSectionReader, Operator, Parser, Payload, TypeRef, ValType, Validator,
};

use crate::instruction::{self, Instruction};
use crate::value::{Origins, Value};

#[derive(Debug, Default)]
pub(crate) struct Module {
    types: Vec<FuncType>,
    pub(crate) functions: Vec<Function>,
    pub(crate) exports: BTreeMap<String, usize>,
    pub(crate) globals: Vec<Value>,
    pub(crate) memory: Vec<u8>,
    /// Functions by their place in the table of functions.
    pub(crate) table: BTreeMap<u32, usize>,
    /// Functions whose code was read.
    bodies: usize,
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) parameters: usize,
    pub(crate) results: usize,
    /// Parameters too.
    pub(crate) locals: usize,
    pub(crate) body: Vec<Instruction>,
    /// Of each instruction: its place in the file, and its name.
    pub(crate) text: Vec<(usize, String)>,
}

impl Module {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        Validator::new().validate_all(bytes)?;
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            module.add(payload?)?;
        }
        Ok(module)
    }

    fn add(&mut self, payload: Payload<'_>) -> Result<()> {
        match payload {
            Payload::TypeSection(types) => {
                self.types = types.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    self.import(import.name, import.ty)?;
                }
            }
            Payload::FunctionSection(functions) => {
                for index in functions {
                    self.declare(index?)?;
                }
            }
            Payload::MemorySection(memories) => {
                let memory = memories.into_iter().next().context("no memory")??;
                self.memory = vec![0; usize::try_from(memory.initial)? * 65536];
            }
            Payload::GlobalSection(globals) => self.globals(globals)?,
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exports.insert(export.name.to_owned(), export.index as usize);
                    }
                }
            }
            Payload::ElementSection(elements) => self.elements(elements)?,
            Payload::CodeSectionEntry(body) => self.code(&body)?,
            Payload::DataSection(data) => self.data(data)?,
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    self.names(names)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, name: &str, kind: TypeRef) -> Result<()> {
        let TypeRef::Func(index) = kind else { bail!("an import that is no function: {name}") };
        self.declare(index)?;
        if let Some(import) = self.functions.last_mut() {
            import.body = vec![Instruction::Unknown];
            import.text = vec![(0, format!("import {name}"))];
        }
        self.bodies += 1;
        Ok(())
    }

    fn declare(&mut self, index: u32) -> Result<()> {
        let kind = self.types.get(index as usize).context("a function without a type")?;
        self.functions.push(Function {
            name: format!("function {}", self.functions.len()),
            parameters: kind.params().len(),
            results: kind.results().len(),
            locals: kind.params().len(),
            body: Vec::new(),
            text: Vec::new(),
        });
        Ok(())
    }

    fn globals(&mut self, globals: GlobalSectionReader<'_>) -> Result<()> {
        for global in globals {
            let global = global?;
            // Compiled Rust has no other that changes.
            let is_stack_pointer = global.ty.mutable && global.ty.content_type == ValType::I32;
            self.globals.push(if is_stack_pointer {
                Value::new(number(&global.init_expr)?.into(), 4, Origins::STACK_POINTER)
            } else {
                Value::constant(number(&global.init_expr).unwrap_or_default().into())
            });
        }
        Ok(())
    }

    fn elements(&mut self, elements: ElementSectionReader<'_>) -> Result<()> {
        for element in elements {
            let element = element?;
            let ElementItems::Functions(functions) = element.items else { continue };
            let ElementKind::Active { offset_expr, table_index: None | Some(0) } = element.kind
            else {
                bail!("functions in another table");
            };
            for (at, function) in (number(&offset_expr)?..).zip(functions) {
                self.table.insert(at, function? as usize);
            }
        }
        Ok(())
    }

    fn code(&mut self, body: &FunctionBody<'_>) -> Result<()> {
        let operators: Vec<_> =
            body.get_operators_reader()?.into_iter_with_offsets().collect::<Result<_, _>>()?;
        let (operators, places): (Vec<_>, Vec<_>) = operators.into_iter().unzip();
        let function = self.functions.get_mut(self.bodies).context("code without a function")?;
        for locals in body.get_locals_reader()? {
            function.locals += locals?.0 as usize;
        }
        function.body = instruction::decode(&operators, &self.types)?;
        function.text = places.into_iter().zip(operators.iter().map(name)).collect();
        self.bodies += 1;
        Ok(())
    }

    fn data(&mut self, data: DataSectionReader<'_>) -> Result<()> {
        for data in data {
            let data = data?;
            let DataKind::Active { offset_expr, .. } = data.kind else { bail!("passive data") };
            let start = number(&offset_expr)? as usize;
            let place = self.memory.get_mut(start..start + data.data.len());
            place.context("data outside of memory")?.copy_from_slice(data.data);
        }
        Ok(())
    }

    fn names(&mut self, names: NameSectionReader<'_>) -> Result<()> {
        for name in names {
            let Name::Function(names) = name? else { continue };
            for naming in names {
                let naming = naming?;
                let function = self.functions.get_mut(naming.index as usize);
                let function = function.context("a name without a function")?;
                function.name = without_hash(naming.name).to_owned();
            }
        }
        Ok(())
    }
}

/// The value of an expression that is one constant.
fn number(expression: &ConstExpr<'_>) -> Result<u32> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value as u32),
        other => bail!("no constant number: {other:?}"),
    }
}

/// The name of a function as wasm-bindgen demangled it, without what makes it unique.
fn without_hash(name: &str) -> &str {
    name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16).map_or(name, |(path, _)| path)
}

/// The name of an instruction, without its immediates.
fn name(operator: &Operator<'_>) -> String {
    let text = format!("{operator:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}
