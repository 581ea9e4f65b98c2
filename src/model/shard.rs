//! A part of the accounts of a tree, for a scan on several machines.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::AccountSid;

/// One of so many parts of the accounts of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    number: u16,
    of: u16,
}

/// A text or numbers that name no shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a shard is written as its number and how many there are, such as 1/3, 2/3 or 3/3")]
pub struct InvalidShard;

impl Shard {
    /// The shard of this number, from 1 on, of so many.
    ///
    /// # Errors
    ///
    /// When there is no shard of this number.
    pub fn new(number: u16, of: u16) -> Result<Self, InvalidShard> {
        if (1..=of).contains(&number) { Ok(Self { number, of }) } else { Err(InvalidShard) }
    }

    /// How many there are.
    pub const fn of(self) -> u16 {
        self.of
    }

    /// Whether an account is in this part: by a hash of its SID, so that every machine says the same, and an account
    /// stays where it is when others come and go.
    pub fn holds(self, account: &AccountSid) -> bool {
        let digest = Sha256::digest(account.as_str());
        let start = digest.first_chunk::<8>().copied().map_or(0, u64::from_be_bytes);
        start % u64::from(self.of) == u64::from(self.number - 1)
    }

    /// As part of a file name: `shard-2-of-7`.
    pub fn in_file_name(self) -> String {
        format!("shard-{}-of-{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = InvalidShard;

    fn from_str(text: &str) -> Result<Self, InvalidShard> {
        let (number, of) = text.split_once('/').ok_or(InvalidShard)?;
        let read = |text: &str| text.trim().parse().map_err(|_| InvalidShard);
        Self::new(read(number)?, read(of)?)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!("2/7".parse::<Shard>().map(|shard| shard.to_string()), Ok("2/7".to_owned()));
        for wrong in ["0/3", "4/3", "1", "1/0", "/3", "a/b", "-1/3", "1/3/3", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_account_is_in_one_shard_and_the_shards_are_of_a_size() {
        for of in [1, 3, 7] {
            let shards: Vec<Shard> = (1..=of).map(|number| Shard::new(number, of).unwrap()).collect();
            let mut sizes = vec![0; shards.len()];
            for number in 0..2100 {
                let account: AccountSid = format!("AC{number:032x}").parse().unwrap();
                let holders: Vec<usize> =
                    (0..shards.len()).filter(|place| shards[*place].holds(&account)).collect();
                assert_eq!(holders.len(), 1);
                sizes[holders[0]] += 1;
            }
            let even = 2100 / usize::from(of);
            assert!(sizes.iter().all(|size| (even * 8 / 10..=even * 12 / 10).contains(size)), "{sizes:?}");
        }
    }
}
