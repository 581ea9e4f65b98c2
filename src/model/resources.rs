//! The resources of one kind, as a list of their own.

use std::io;

/// What was kept of every resource of one kind, wherever it is kept. There may be more than memory holds, so they are
/// handed over one by one.
pub trait Resources {
    /// The names of the cells.
    fn columns(&self) -> Vec<String>;

    /// Hands over the cells of each, by account, parent resource and SID.
    ///
    /// # Errors
    ///
    /// When they cannot be read, and whatever `act` returns.
    fn each_resource(&self, act: &mut dyn FnMut(&[String]) -> io::Result<()>) -> io::Result<()>;
}
