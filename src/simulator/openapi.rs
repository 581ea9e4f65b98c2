//! Serves the response examples of OpenAPI files.

use std::io;
use std::path::Path;

use super::access::Refusal;
use super::answer::Answer;
use super::serve::Asked;

pub(super) struct Examples;

impl Examples {
    pub(super) fn read(_folder: &Path) -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn respond(&self, asked: &Asked<'_>) -> Answer {
        Answer::refusal(&Refusal::not_found(asked.path))
    }
}
