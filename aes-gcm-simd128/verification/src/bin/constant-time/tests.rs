//! What is found, and what is not, in small functions.
//!
//! They have a key of 16 bytes at address 0 and get a length. The leaks that are planted in the cipher's own
//! module are looked for each time that it is.

use crate::instruction::Decision;
use crate::machine::Machine;
use crate::module::Module;
use crate::report::{Site, sites};
use crate::value::Origins;

/// Runs a function with this body; returns what it decided by, and its value.
fn run(body: &str) -> anyhow::Result<(Vec<Site>, u32)> {
    let text = format!(
        "(module (memory 1) (table funcref (elem $one $two)) (type $number (func (result i32)))
           (func $one (result i32) (i32.const 1)) (func $two (result i32) (i32.const 2))
           (func (export \"f\") (param $len i32) (result i32) (local $n i32) (local $v v128) {body}))"
    );
    let module = Module::parse(&wat::parse_str(text)?)?;
    let mut machine = Machine::new(&module);
    machine.memory.write(0, &[5; 16], Origins::KEY)?;
    let value = machine.call("f", &[3])?;
    Ok((sites(&machine).collect(), value))
}

fn secrets(body: &str) -> Vec<Decision> {
    let (sites, _) = run(body).unwrap();
    sites.iter().filter(|site| site.origins.is_secret()).map(|site| site.decision).collect()
}

#[test]
fn leaks_are_found() {
    for (leak, body) in [
        (Decision::Access, "(i32.load8_u (i32.load8_u (i32.const 0)))"),
        (Decision::Access, "(i32.store8 (i32.load8_u (i32.const 0)) (i32.const 0)) (i32.const 0)"),
        (
            Decision::Access,
            "(memory.copy (i32.const 32) (i32.const 0) (i32.load8_u (i32.const 0))) (i32.const 0)",
        ),
        (
            Decision::Access,
            "(memory.fill (i32.const 32) (i32.const 0) (i32.load8_u (i32.const 0))) (i32.const 0)",
        ),
        (Decision::Branch, "(block (br_if 0 (i32.load8_u (i32.const 0)))) (i32.const 0)"),
        (Decision::Branch, "(block (br_table 0 0 (i32.load8_u (i32.const 0)))) (i32.const 0)"),
        (Decision::Branch, "(if (i32.load8_u (i32.const 0)) (then)) (i32.const 0)"),
        (
            Decision::Branch,
            "(call_indirect (type $number) (i32.and (i32.const 1) (i32.load (i32.const 0))))",
        ),
        (Decision::Select, "(select (i32.const 1) (i32.const 2) (i32.load8_u (i32.const 0)))"),
    ] {
        assert_eq!(secrets(body), [leak], "{body}");
    }
}

/// By locals, arithmetic, memory, vectors and what was selected.
#[test]
fn origins_are_handed_on() {
    for value in [
        "(i32.add (local.get $len) (i32.and (i32.const 8) (i32.load (i32.const 4))))",
        "(i32.store (i32.const 64) (i32.load (i32.const 0))) (i32.and (i32.const 1) (i32.load (i32.const 64)))",
        "(memory.copy (i32.const 64) (i32.const 0) (i32.const 16)) (i32.load8_u (i32.const 79))",
        "(memory.fill (i32.const 64) (i32.load8_u (i32.const 0)) (i32.const 9)) (i32.load8_u (i32.const 72))",
        "(i8x16.extract_lane_u 15 (i8x16.shl (v128.load (i32.const 0)) (i32.const 1)))",
        "(i8x16.extract_lane_u 3 (i8x16.swizzle (v128.const i64x2 1 2) (v128.load (i32.const 0))))",
        "(i32.wrap_i64 (i64.shr_u (i64.load (i32.const 0)) (i64.const 60)))",
        "(i64.eq (i64.load (i32.const 0)) (i64.const 0))",
    ] {
        let body = format!("{value} (local.set $n) (i32.load8_u (local.get $n))");
        assert_eq!(secrets(&body), [Decision::Access], "{value}");
    }
}

#[test]
fn bytes_beside_a_secret_are_none() {
    for value in [
        "(i32.store8 (i32.const 16) (i32.const 7)) (i32.shr_u (i32.load8_u (i32.const 16)) (i32.const 0))",
        "(i8x16.extract_lane_u 0 (i8x16.shuffle 16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
            (v128.load (i32.const 0)) (v128.const i64x2 0 0)))",
        "(i8x16.extract_lane_u 9 (i8x16.replace_lane 9 (v128.load (i32.const 0)) (local.get $len)))",
        "(i32.store8 (i32.const 2) (i32.const 0)) (i32.load8_u (i32.const 2))",
    ] {
        let body = format!("{value} (local.set $n) (i32.load8_u (local.get $n))");
        assert_eq!(secrets(&body), [], "{value}");
    }
}

/// A loop over a length is no leak, and is interpreted as it is meant: 3 + 2 + 1.
#[test]
fn lengths_may_decide() {
    let (sites, value) = run("(loop $next
           (local.set $n (i32.add (local.get $n) (local.get $len)))
           (br_if $next (local.tee $len (i32.sub (local.get $len) (i32.const 1)))))
         (local.get $n)")
    .unwrap();
    let found: Vec<_> = sites.iter().map(|site| (site.decision, site.origins)).collect();
    assert_eq!(found, [(Decision::Branch, Origins::LENGTH)]);
    assert_eq!(value, 6);
}

#[test]
fn branches_take_their_values_along() {
    for (body, expected) in [
        ("(block (result i32) (i32.const 7) (i32.const 8) (br 0))", 8),
        ("(if (result i32) (i32.const 0) (then (i32.const 1)) (else (i32.const 2)))", 2),
        ("(if (result i32) (i32.const 9) (then (i32.const 1)) (else (i32.const 2)))", 1),
        ("(block (block (br_table 0 1 (i32.const 5))) (return (i32.const 3))) (i32.const 4)", 4),
        ("(call_indirect (type $number) (i32.const 1))", 2),
    ] {
        assert_eq!(run(body).unwrap().1, expected, "{body}");
    }
}

#[test]
fn an_unknown_instruction_is_named() {
    let error = run("(i32.div_u (local.get $len) (i32.const 2))").unwrap_err().to_string();
    assert!(error.starts_with("cannot execute I32DivU at"), "{error}");
}
