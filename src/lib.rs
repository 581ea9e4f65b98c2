//! Audits a Twilio account tree before patient data goes live.
//!
//! The rooms, from the bottom up; each may use the ones named before it, never one after:
//! `model`, `redact`, `parallel` · `catalogue`, `credentials`, `intent` · `twilio`, `evidence` · `collect`, `audit` ·
//! `report`, `review`, `history`, `notify`, `chain`, `fix` · `commands` · `cli`. `simulator` is a stranger on the other end of
//! the wire.

pub mod audit;
pub mod catalogue;
pub mod chain;
pub mod cli;
pub mod collect;
pub mod commands;
pub mod credentials;
pub mod evidence;
pub mod fix;
pub mod history;
pub mod intent;
pub mod model;
pub mod notify;
pub mod parallel;
pub mod redact;
pub mod report;
pub mod review;
pub mod simulator;
pub mod twilio;
