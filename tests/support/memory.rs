//! How often a text stands in the memory of a process. The text itself is never held: only each byte with its bits turned.

#![allow(dead_code, unreachable_pub)]

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

const PIECE: usize = 1 << 20;

/// A text that is nowhere in this process until it is asked for.
pub struct Hidden(Vec<u8>);

impl Hidden {
    /// Made of a seed, of letters and digits; the same for the same seed.
    pub fn new(seed: u8) -> Self {
        let letters = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let mut state = u32::from(seed).wrapping_mul(2_654_435_761) | 1;
        let mut letter = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            letters[(state >> 16) as usize % letters.len()]
        };
        Self((0..32).map(|_| !letter()).collect())
    }

    /// The text, for whoever wipes it.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.0.len());
        self.0.iter().for_each(|byte| text.push(char::from(!byte)));
        text
    }

    /// `sh` prints it: it is in a file then, and not in this process. In two words, as octal numbers.
    pub fn for_printf(&self) -> String {
        self.0.iter().map(|byte| format!("\\{:03o}", !byte)).collect()
    }

    /// How often it stands in memory that a process can write to. `self` is this process.
    pub fn copies_in(&self, process: &str) -> usize {
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
        let memory = File::open(format!("/proc/{process}/mem")).unwrap();
        let mut piece = vec![0_u8; PIECE + self.0.len()];
        let own = piece.as_ptr() as usize;
        let own = own..own + piece.len();
        let mut copies = 0;
        for line in maps.lines() {
            let mut words = line.split_whitespace();
            let (range, rights) = (words.next().unwrap(), words.next().unwrap());
            if !rights.starts_with("rw") || line.contains("[vvar") {
                continue;
            }
            let (start, end) = range.split_once('-').unwrap();
            let parse = |text| usize::from_str_radix(text, 16).unwrap();
            let (mut at, end) = (parse(start), parse(end));
            while at < end {
                let length = (end - at).min(piece.len());
                let Ok(read) = memory.read_at(&mut piece[..length], at as u64) else { break };
                copies += piece[..read]
                    .windows(self.0.len())
                    .enumerate()
                    .filter(|(_, window)| {
                        window[0] == !self.0[0] && window.iter().zip(&self.0).all(|(a, b)| *a == !b)
                    })
                    .filter(|(offset, _)| process != "self" || !own.contains(&(at + offset)))
                    .count();
                at += PIECE;
            }
        }
        piece.fill(0);
        copies
    }
}
