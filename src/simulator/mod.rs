//! A Twilio on loopback: for `scan --demo`, for trying things, and for tests.
//!
//! A stranger on the other end of the wire. It imports nothing of this crate, so that a wrong idea
//! of Twilio in the auditor cannot hide behind the same wrong idea here.
//!
//! It speaks plain http on 127.0.0.1. A request for `https://HOST/PATH` arrives as `/HOST/PATH`, or as
//! `/PATH` with a `Host` header that ends in `.twilio.com`. Links in its answers name the real hosts.
//!
//! What is simulated: who may read what (`access`), OAuth apps whose tokens expire (`oauth`), Regions with
//! hosts, credentials and resources of their own (`region`, `realm`), the Organization above the accounts
//! (`organization`), every style of paging (`page`) and every error body (`answer`), and the resources of an
//! [`Estate`]; `estate` documents the format in which one is written, `endpoints.json` is the table of what is
//! served. Trouble is ordered with a [`Fault`], or for a share of all requests with [`Unsteady`].
//!
//! From socket to answer: `server` takes a request, `world` says whose it is, `serve` finds the realm and what is
//! asked for, `access` decides, `site` holds the rows, `page` cuts a page of them.
//!
//! A request that writes takes the same way to `writing`, which reads it with the help of `form` by the table of
//! `writes.json`, and on to `change`, `accounts` or `bulk`. What was written lasts as long as the simulator does.
//!
//! What is not: OAuth on behalf of users, filters of SCIM lists, which products a Region lacks, and the
//! filters of other lists apart from days of creation, usage periods, account status, sender channel and whose
//! role assignments.

mod access;
mod accounts;
mod answer;
mod bulk;
mod change;
mod countries;
pub mod demo;
mod endpoints;
mod estate;
mod fault;
mod flight;
mod form;
mod oauth;
mod openapi;
mod organization;
mod organization_api;
mod page;
mod query;
mod realm;
mod region;
mod row;
mod serve;
mod server;
mod site;
mod snapshot;
mod unsteady;
mod usage;
mod when;
mod wire;
mod world;
mod writes;
mod writing;

pub use estate::{Credential, Estate, EstateError, sid};
pub use fault::{Fault, Trouble, is_at};
pub use organization_api::OrganizationAt;
pub use server::{Options, Simulator};
pub use snapshot::{Snapshot, changes};
pub use unsteady::Unsteady;
pub use wire::{Request, Write};
