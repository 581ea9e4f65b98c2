//! From finding to fixed: a plan of changes, applying it with a journal, and taking it back.
//!
//! The only room that can change anything at Twilio, and reachable from the `fix` commands alone: `writer` sends, and
//! everything else decides whether it may. A change is made only where the resource is still what the scan saw, what is
//! sent stands in the journal before and after, and what came of it is read again.
//!
//! It knows plans and answers, and neither checks nor evidence: `commands` brings those together.

mod apply;
mod change;
mod command_lines;
mod hand_over;
mod journal;
mod look;
mod plan_file;
mod propose;
mod retire;
mod rotate;
mod steps_by_hand;
mod value;
mod writer;

pub use apply::{Tell, apply, to_undo, undo, without_credential};
pub use change::{Hands, StepEnd};
pub use hand_over::Recipient;
pub use journal::{Entry, Event, Journal, JournalError, Understood, understand};
pub use plan_file::{PlanError, read_plan, unaltered_plan, write_plan};
pub use propose::{Known, Unfixable, is_made_by, number, propose};
pub use retire::{RETIRE, retire};
pub use rotate::{NewKey, Rotated, Rotation, rotate};
pub use steps_by_hand::steps_by_hand;
pub use writer::{Sent, Writer};
