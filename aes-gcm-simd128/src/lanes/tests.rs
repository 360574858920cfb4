use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const LOW: Block = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const HIGH: Block = [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31];
/// Each bit is set in some of these, and not in others.
const MIXED: Block = [
    0x00, 0x01, 0x80, 0xff, 0x55, 0xaa, 0x33, 0xcc, 0x0f, 0xf0, 0x10, 0x7f, 0xfe, 0x63, 0x1b, 0xe1,
];

#[test]
fn bytes_are_what_was_loaded() {
    assert_eq!(Lanes::load(&MIXED).bytes(), MIXED);
    assert_eq!(Lanes::new(MIXED).bytes(), MIXED);
    assert_eq!(Lanes::splat(7).bytes(), [7; 16]);
}

#[test]
fn every_look_up_finds_its_lane_or_zero() {
    let table = MIXED.map(|byte| byte ^ 0x42);
    for index in 0..=255 {
        let expected = table.get(usize::from(index)).copied().unwrap_or(0);
        assert_eq!(Lanes::new(table).look_up(Lanes::splat(index)).bytes(), [expected; 16]);
    }
    let reversed = Lanes::new(LOW.map(|lane| 15 - lane));
    assert_eq!(Lanes::new(LOW).look_up(reversed).bytes(), reversed.bytes());
}

#[test]
fn bits_are_combined_and_shifted_in_their_lanes() {
    let lanes = Lanes::new(MIXED);
    let other = MIXED.map(|byte| byte.rotate_left(3) ^ 0x2d);
    for (n, (a, b)) in MIXED.into_iter().zip(other).enumerate() {
        assert_eq!((lanes ^ Lanes::new(other)).bytes()[n], a ^ b);
        assert_eq!((lanes & Lanes::new(other)).bytes()[n], a & b);
        assert_eq!(lanes.shr::<2>().bytes()[n], a >> 2);
        assert_eq!(lanes.shl::<7>().bytes()[n], a << 7);
        assert_eq!(lanes.low_nibbles().bytes()[n], a & 15);
        assert_eq!(lanes.high_nibbles().bytes()[n], a >> 4);
        assert_eq!(lanes.doubled().bytes()[n], a << 1);
        assert_eq!(lanes.spread_uppermost().bytes()[n], if a >> 7 == 1 { 0xff } else { 0 });
    }
}

#[test]
fn halves_are_shifted_as_little_endian_numbers() {
    let lanes = Lanes::new(MIXED);
    for (n, half) in MIXED.as_chunks::<8>().0.iter().enumerate() {
        let number = u64::from_le_bytes(*half);
        let halves = |lanes: Lanes| *lanes.bytes().as_chunks::<8>().0.get(n).unwrap();
        assert_eq!(halves(lanes.shr_halves::<4>()), (number >> 4).to_le_bytes());
        assert_eq!(halves(lanes.shl_halves::<1>()), (number << 1).to_le_bytes());
    }
}

#[test]
fn lanes_are_moved() {
    let (low, high) = (Lanes::new(LOW), Lanes::new(HIGH));
    let picked = Lanes::shuffle::<31, 0, 15, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12>(low, high);
    assert_eq!(picked.bytes(), [31, 0, 15, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    let up = high.up_from(low).bytes();
    assert_eq!(up, [15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
}

#[test]
fn a_counter_is_the_last_four_lanes() {
    let block = Lanes::new(LOW).with_counter(0x0102_0304).bytes();
    assert_eq!(block, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2, 3, 4]);
}
